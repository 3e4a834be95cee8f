/**
 * Ticker frame: what stands around the headlines in every layout: name, state, the pause control, the pill that tells
 * of what waits, the way to all headlines, and the places from which news are spoken. It knows nothing of connections.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import type { Status } from './connection-state.ts';
import type { Layout, LayoutName, LayoutPart, LayoutState } from './layouts/layout.ts';
import type { Drawing } from './load-layout.ts';
import { tickerSheet } from './news-ticker-style.ts';
import * as dom from './quiet-dom.ts';

interface FrameState extends LayoutState {
  /** False until the first list came. */
  readonly isLoaded: boolean;
  readonly layout: LayoutName;
  /** Undefined while it is being loaded. */
  readonly drawing: Drawing | undefined;
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
  readonly onTakeOver: () => void;
  /** The reader wants what waits. */
  readonly onShowNew: () => void;
  readonly onReading: (isReading: boolean) => void;
  readonly onClick: (headline: Headline, event: MouseEvent) => void;
  /** Something has to be drawn again. */
  readonly onDue: () => void;
}

export function createTickerFrame(
  root: ShadowRoot,
  { onPause, onTakeOver, onShowNew, onReading, onClick, onDue }: FrameActions,
): TickerFrame {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const ticker = makeElement('section', 'ticker');
  const header = makeElement('header', 'header');
  const heading = makeElement('h2', 'heading');
  const zone = makeElement('p', 'zone');
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
  const size = new CSSStyleSheet();
  const linesSheet = new CSSStyleSheet();
  const layoutSheet = new CSSStyleSheet();
  let shownPart: LayoutPart | undefined;
  let layout: Layout | undefined;
  let sizeKept = '';

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
  root.adoptedStyleSheets = [tickerSheet(), size, linesSheet, layoutSheet];
  root.append(ticker);

  /** The box has its size before anything stands in it: by its lines, or by the width that it is given. */
  function keepSize(name: LayoutName, limit: number): void {
    const rules =
      name === 'list' ? `--_height: min(38em, ${limit * 4.75 + 4}em)` : 'container-type: inline-size';
    if (rules === sizeKept) return;
    sizeKept = rules;
    size.replaceSync(`:host { ${rules} }`);
  }

  function changeLayout({ layout: part, lines }: Drawing): void {
    if (part === shownPart) return;
    if (!shownPart) {
      linesSheet.replaceSync(lines.style);
      lines.watchReading(stage, root, onReading);
    }
    shownPart = part;
    layout?.dispose();
    layoutSheet.replaceSync(part.style);
    layout = part.create({
      root,
      dom,
      createLine: () => lines.createLine(onClick),
      redraw: onDue,
      pause: onTakeOver,
      focusControl: () => pause.focus(),
    });
  }

  return {
    status,
    alert,
    render(next) {
      const { look, isPaused, isLoaded, headlines, limit } = next;
      const { words } = look;
      keepSize(next.layout, limit);
      if (next.drawing) changeLayout(next.drawing);
      const isReady = isLoaded && next.drawing !== undefined;
      setAttribute(ticker, 'lang', words.language);
      setAttribute(ticker, 'dir', words.direction);
      setAttribute(ticker, 'data-words', next.hasWords ? undefined : 'coming');
      setAttribute(ticker, 'data-state', isReady ? 'loaded' : 'loading');
      setAttribute(ticker, 'data-layout', next.layout);
      setAttribute(slot, 'part', root.host.childElementCount > 0 ? 'own' : 'skeleton');
      setAttribute(stage, 'aria-busy', isReady ? undefined : 'true');
      setText(heading, next.heading ?? words.heading);
      setText(zone, next.zone);
      setText(pause, isPaused ? words.resume : words.pause);
      setAttribute(pause, 'data-state', isPaused ? 'paused' : 'running');
      setText(pill, next.waiting > 0 ? words.newHeadlines(next.waiting) : '');
      setText(state, words.status[next.status] ?? '');
      setText(nothing, words.nothing);
      setText(all, words.all);
      setAttribute(all, 'href', next.moreUrl);
      setChildren(controls, [pause, ...(layout?.controls ?? [])]);
      setChildren(stage, [
        ...(next.waiting > 0 ? [pill] : []),
        ...(isReady && layout ? [layout.element] : [slot]),
        ...(isReady && headlines.length === 0 ? [nothing] : []),
      ]);
      // A layout may measure: it is drawn where it stands.
      if (isReady) layout?.render(next);
      setChildren(ticker, [header, stage, ...(next.moreUrl === undefined ? [] : [all]), status, alert]);
    },
  };
}
