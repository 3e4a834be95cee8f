/**
 * Ticker frame: what stands around the headlines in every layout: name, state, the pause control, the pill that tells
 * of what waits, the way to all headlines, and the places from which news are spoken. It knows nothing of connections.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import type { Status } from './connection-state.ts';
import type { Layout, LayoutName, LayoutPart, LayoutState } from './layouts/layout.ts';
import { tickerSheet } from './news-ticker-style.ts';
import * as dom from './quiet-dom.ts';
import { watchReading } from './reading.ts';
import { createHeadlineLine } from './render-headline.ts';

interface FrameState extends LayoutState {
  /** False until the first list came. */
  readonly isLoaded: boolean;
  readonly layout: LayoutName;
  /** Undefined while it is being loaded. */
  readonly part: LayoutPart | undefined;
  /** Lines that a place is kept for before they come. */
  readonly limit: number;
  readonly heading: string | undefined;
  /** Whose clock the times are of; empty where it need not be said. */
  readonly zone: string;
  /** False while our words are on their way: nothing is said in another language meanwhile, but its place is kept. */
  readonly hasWords: boolean;
  /** Address of the "All" link; none without. */
  readonly moreUrl: string | undefined;
  readonly status: Status;
  /** Headlines that wait until the reader lets them come. */
  readonly waiting: number;
}

export interface TickerFrame {
  /** What stands in these is said by those who listen to the page. */
  readonly status: HTMLElement;
  readonly alert: HTMLElement;
  render(state: FrameState): void;
}

export interface FrameActions {
  readonly onPause: () => void;
  /** The reader wants what waits. */
  readonly onShowNew: () => void;
  readonly onReading: (isReading: boolean) => void;
  readonly onClick: (headline: Headline, event: MouseEvent) => void;
  /** Something has to be drawn again. */
  readonly onDue: () => void;
}

export function createTickerFrame(
  root: ShadowRoot,
  { onPause, onShowNew, onReading, onClick, onDue }: FrameActions,
): TickerFrame {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const ticker = makeElement('section', 'ticker');
  const header = makeElement('header', 'header');
  const heading = makeElement('h2', 'heading');
  const zone = makeElement('span', 'zone');
  const state = makeElement('span', 'state');
  const controls = makeElement('div', 'controls');
  const pause = makeElement('button', 'pause');
  const stage = makeElement('div', 'stage');
  const pill = makeElement('button', 'pill');
  /** The page's own list, until ours is there. */
  const slot = document.createElement('slot');
  const nothing = makeElement('p', 'nothing');
  const all = makeElement('a', 'all');
  const status = makeElement('div', 'announcer');
  const alert = makeElement('div', 'announcer');
  const rows = new CSSStyleSheet();
  const layoutSheet = new CSSStyleSheet();
  let shownPart: LayoutPart | undefined;
  let layout: Layout | undefined;
  let rowsKept = 0;

  heading.id = 'heading';
  ticker.setAttribute('aria-labelledby', heading.id);
  status.setAttribute('role', 'status');
  alert.setAttribute('role', 'alert');
  pause.type = 'button';
  pause.addEventListener('click', onPause);
  pill.type = 'button';
  pill.addEventListener('click', () => {
    onShowNew();
    layout?.toStart();
    pause.focus({ preventScroll: true });
  });
  header.append(heading, zone, state, controls);
  slot.addEventListener('slotchange', onDue);
  root.adoptedStyleSheets = [tickerSheet(), rows, layoutSheet];
  root.append(ticker);
  watchReading(stage, root, onReading);

  function changeLayout(part: LayoutPart | undefined): void {
    if (part === shownPart) return;
    shownPart = part;
    layout?.dispose();
    layoutSheet.replaceSync(part?.style ?? '');
    layout = part?.create({
      root,
      dom,
      createLine: () => createHeadlineLine(onClick),
      redraw: onDue,
      focusControl: () => pause.focus(),
    });
  }

  return {
    status,
    alert,
    render(next) {
      const { look, isPaused, isLoaded, headlines, limit } = next;
      const { words } = look;
      if (limit !== rowsKept) rows.replaceSync(`:host { --_rows: ${limit}; }`);
      rowsKept = limit;
      changeLayout(next.part);
      const isReady = isLoaded && layout !== undefined;
      setAttribute(ticker, 'lang', words.language);
      setAttribute(ticker, 'dir', words.direction);
      setAttribute(ticker, 'data-words', next.hasWords ? undefined : 'coming');
      setAttribute(ticker, 'data-state', isReady ? 'loaded' : 'loading');
      setAttribute(ticker, 'data-layout', next.layout);
      setAttribute(slot, 'part', root.host.childElementCount > 0 ? 'own' : 'skeleton');
      setAttribute(stage, 'aria-busy', isReady ? undefined : 'true');
      setText(heading, next.heading ?? words.heading);
      setText(pause, isPaused ? words.resume : words.pause);
      setAttribute(pause, 'data-state', isPaused ? 'paused' : 'running');
      setText(pill, next.waiting > 0 ? words.newHeadlines(next.waiting) : '');
      const told = words.status[next.status] ?? '';
      setText(state, told);
      setText(zone, told ? '' : next.zone);
      setAttribute(header, 'data-state', told || next.zone ? 'told' : undefined);
      setText(nothing, words.nothing);
      setText(all, words.all);
      setAttribute(all, 'href', next.moreUrl);
      setChildren(controls, [pause, ...(layout?.controls ?? [])]);
      if (isReady) layout?.render(next);
      setChildren(stage, [
        ...(next.waiting > 0 ? [pill] : []),
        ...(isReady && layout ? [layout.element] : [slot]),
        ...(isReady && headlines.length === 0 ? [nothing] : []),
      ]);
      setChildren(ticker, [header, stage, ...(next.moreUrl === undefined ? [] : [all]), status, alert]);
    },
  };
}
