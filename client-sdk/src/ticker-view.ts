/**
 * Ticker view: the ticker's nodes, and how a new state of things alters them. It knows nothing of connections.
 *
 * Lines are kept by the id of their headline: those that stay are not touched or moved, so that what is being read
 * or has the focus stays where it is.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import type { Announcement } from './announcer.ts';
import type { Status } from './connection-state.ts';
import { makeElement, setAttribute, setChildren, setText } from './quiet-dom.ts';
import { createHeadlineLine, type HeadlineLine } from './render-headline.ts';
import type { Words } from './words.ts';

interface TickerState {
  readonly headlines: readonly Headline[];
  /** False until the first list came. */
  readonly isLoaded: boolean;
  readonly words: Words;
  /** IANA zone of the times. */
  readonly timeZone: string;
  readonly heading: string | undefined;
  /** Address of the "All" link; none without. */
  readonly moreUrl: string | undefined;
  readonly status: Status;
  readonly isPaused: boolean;
  /** Headlines that wait for resuming. */
  readonly waiting: number;
}

export interface TickerView {
  /** @param isLive lines that are new came while the reader was looking on. */
  render(state: TickerState, isLive: boolean): void;
  announce(announcement: Announcement | undefined, words: Words): void;
  alert(flash: Headline | undefined, words: Words): void;
}

export interface TickerActions {
  readonly onPause: () => void;
  readonly onClick: (headline: Headline, event: MouseEvent) => void;
}

export function createTickerView(root: ShadowRoot, { onPause, onClick }: TickerActions): TickerView {
  const ticker = makeElement('section', 'ticker');
  const header = makeElement('header', 'header');
  const heading = makeElement('h2', 'heading');
  const waiting = makeElement('span', 'waiting');
  const state = makeElement('span', 'state');
  const pause = makeElement('button', 'pause');
  const list = makeElement('ol', 'list');
  const nothing = makeElement('p', 'nothing');
  const all = makeElement('a', 'all');
  const status = makeElement('div', 'announcer');
  const alert = makeElement('div', 'announcer');
  let lines: ReadonlyMap<string, HeadlineLine> = new Map();

  heading.id = 'heading';
  ticker.setAttribute('aria-labelledby', heading.id);
  // Safari takes the list out of the tree where the style takes its markers away.
  list.setAttribute('role', 'list');
  status.setAttribute('role', 'status');
  alert.setAttribute('role', 'alert');
  pause.type = 'button';
  pause.addEventListener('click', onPause);
  header.append(heading, waiting, state, pause);
  ticker.append(header, list, status, alert);
  root.append(ticker);

  function renderLines({ headlines, words, timeZone }: TickerState): readonly HeadlineLine[] {
    const next = new Map(
      headlines.map((headline) => [headline.id, lines.get(headline.id) ?? createHeadlineLine(onClick)]),
    );
    const added = [...next].filter(([id]) => !lines.has(id)).map(([, line]) => line);
    for (const headline of headlines) next.get(headline.id)?.update(headline, words, timeZone);
    const refocus = focusAfter(next);
    lines = next;
    setChildren(
      list,
      [...next.values()].map((line) => line.element),
    );
    refocus?.focus();
    return added;
  }

  /** Where the focus goes when its line is taken away: to the next link that stays, else to the first control. */
  function focusAfter(next: ReadonlyMap<string, HeadlineLine>): HTMLElement | undefined {
    const focused = root.activeElement?.closest('li');
    const staying = new Set([...next.values()].map((line) => line.element));
    if (!focused || staying.has(focused)) return undefined;
    let at = focused.nextElementSibling;
    while (at && !(staying.has(at as HTMLLIElement) && at.querySelector('a'))) at = at.nextElementSibling;
    return at?.querySelector('a') ?? pause;
  }

  return {
    render(next, isLive) {
      const { words, isPaused, isLoaded, headlines } = next;
      setAttribute(ticker, 'lang', words.language);
      setAttribute(ticker, 'data-state', isLoaded ? 'loaded' : 'loading');
      setAttribute(list, 'aria-busy', isLoaded ? undefined : 'true');
      setText(heading, next.heading ?? words.heading);
      setText(pause, isPaused ? words.resume : words.pause);
      setAttribute(pause, 'data-state', isPaused ? 'paused' : 'running');
      setText(waiting, next.waiting > 0 ? words.newHeadlines(next.waiting) : '');
      setText(state, words.status[next.status] ?? '');
      setText(nothing, words.nothing);
      setText(all, words.all);
      setAttribute(all, 'href', next.moreUrl);
      const added = renderLines(next);
      setChildren(ticker, [
        header,
        list,
        ...(isLoaded && headlines.length === 0 ? [nothing] : []),
        ...(next.moreUrl === undefined ? [] : [all]),
        status,
        alert,
      ]);
      if (isLive) for (const { element } of added) pointOut(element);
    },
    announce(announcement, words) {
      if (!announcement) return status.replaceChildren();
      const { count, latest } = announcement;
      status.replaceChildren(`${words.newHeadlines(count)}. ${words.latest}: `, spoken(latest));
    },
    alert(flash, words) {
      if (!flash) return alert.replaceChildren();
      alert.replaceChildren(`${words.flash}: `, spoken(flash));
    },
  };
}

function spoken({ title, language }: Headline): Node {
  const text = document.createElement('span');
  text.lang = language;
  text.textContent = title;
  return text;
}

/** A short glow, which leaves nothing behind; none for readers who asked for less motion. [WCAG 2.3.3] */
function pointOut(element: HTMLElement): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([{ backgroundColor: 'var(--_glow)' }, { backgroundColor: 'transparent' }], {
    duration: 2_400,
    easing: 'ease-out',
  });
}
