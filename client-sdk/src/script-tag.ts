/**
 * The script-tag file, `/newsline.js`: <news-ticker>, and `newsline.connect` for pages that draw for themselves.
 */
import { connect } from './connect.ts';
import { NewsTickerElement } from './news-ticker-element.ts';
import { placeTickers } from './place-tickers.ts';
import { registerNewsTicker } from './register-news-ticker.ts';

declare global {
  var newsline: { readonly connect: typeof connect } | undefined;
}

// Known only while the script runs, and needed before the elements wake: those without `src` speak to the service
// that the script came from.
const { currentScript } = document;
if (currentScript instanceof HTMLScriptElement && currentScript.src) {
  NewsTickerElement.defaultSource = new URL('.', currentScript.src).href;
}

registerNewsTicker();
placeTickers(currentScript);
globalThis.newsline ??= { connect };
