/**
 * Places tickers where a page holds their settings in a script: for content systems that keep unknown elements out.
 *
 *     <script src="https://news.example/newsline.js" async data-channel="en" data-limit="5"></script>
 *     <script type="application/json" class="newsline-ticker">{"channel":"en","maxUrgency":3}</script>
 *
 * Only attributes of a ticker come of it: no `onclick`, whatever a field of a content system holds.
 */
import { attributeName, isTickerAttribute } from '../../src/protocol/ticker-attributes.ts';
import { reportListenerError } from './event-hub.ts';

/** @param script the one that runs, where it is known. */
export function placeTickers(script: HTMLOrSVGScriptElement | null): void {
  if (script instanceof HTMLScriptElement && script.dataset['channel']) {
    script.after(createTicker(script.dataset));
  }
  replaceScripts();
  // It may run before the page is read to its end.
  document.addEventListener('DOMContentLoaded', replaceScripts);
}

/** In their place: the next look, and a second copy of this script, find none that are done. */
function replaceScripts(): void {
  for (const script of document.querySelectorAll('script.newsline-ticker')) {
    try {
      script.replaceWith(createTicker(JSON.parse(script.textContent)));
    } catch (error) {
      script.className = '';
      reportListenerError(error);
    }
  }
}

function createTicker(fields: object): HTMLElement {
  const ticker = document.createElement('news-ticker');
  for (const [name, value] of Object.entries(fields)) {
    const attribute = attributeName(name);
    if (!isTickerAttribute(attribute) || value === false || value === null) continue;
    ticker.setAttribute(attribute, value === true ? '' : String(value));
  }
  return ticker;
}
