/**
 * Ticker frame: what stands around the headlines in every layout: name, state, the pause control, the pill that tells
 * of what waits, the way to all headlines, and the places from which news are spoken. It knows nothing of connections.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import type { Status } from './connection-state.ts';
import type { Layout, LayoutPart, LayoutState } from './layouts/layout.ts';
import * as dom from './quiet-dom.ts';
import { type ReadingWatch, watchReading } from './reading.ts';
import { createHeadlineLine } from './render-headline.ts';
import { showStyle } from './show-style.ts';

interface FrameState extends LayoutState {
  /** False until the first list came. */
  readonly isLoaded: boolean;
  /** Undefined while it is being loaded. */
  readonly layout: LayoutPart | undefined;
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
  /** Lets go of timers and observers, until it renders again. */
  rest(): void;
}

export interface FrameHost {
  readonly root: ShadowRoot;
  /** The box that stands there already, and the page's own list in it. */
  readonly box: HTMLElement;
  readonly slot: HTMLSlotElement;
  readonly onClick: (headline: Headline, event: MouseEvent) => void;
  /** Draws again, with the state as it is then. */
  readonly redraw: () => void;
}

export interface FrameActions {
  readonly onPause: () => void;
  readonly onTakeOver: () => void;
  /** The reader wants what waits. */
  readonly onShowNew: () => void;
  readonly onReading: (isReading: boolean) => void;
}

export function createTickerFrame(
  { root, box, slot, onClick, redraw }: FrameHost,
  { onPause, onTakeOver, onShowNew, onReading }: FrameActions,
): TickerFrame {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const header = makeElement('header', 'header');
  const heading = makeElement('h2', 'heading');
  const zone = makeElement('p', 'zone');
  const state = makeElement('span', 'state');
  const controls = makeElement('div', 'controls');
  const pause = makeElement('button', 'pause');
  const stage = makeElement('div', 'stage');
  const pill = makeElement('button', 'pill');
  const nothing = makeElement('p', 'nothing');
  const all = makeElement('a', 'all');
  const status = makeElement('div', 'announcer');
  const alert = makeElement('div', 'announcer');
  const frameSheet = new CSSStyleSheet();
  const layoutSheet = new CSSStyleSheet();
  let shownPart: LayoutPart | undefined;
  let layout: Layout | undefined;
  let reading: ReadingWatch | undefined;

  heading.id = 'heading';
  box.setAttribute('aria-labelledby', heading.id);
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
  frameSheet.replaceSync(showStyle);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, frameSheet, layoutSheet];

  /** Notes where the focus is; afterwards, where that is gone, it goes to the next link, else to the first control. */
  function keepFocus(within: HTMLElement): () => void {
    const focused = root.activeElement;
    if (!focused || !within.contains(focused)) return () => {};
    const links = [...within.querySelectorAll('a')];
    const next = links.slice(links.indexOf(focused as HTMLAnchorElement) + 1);
    return () => {
      if (within.contains(focused)) return;
      const link = next.find((one) => within.contains(one) && !one.closest('[inert]'));
      (link ?? pause).focus();
    };
  }

  function changeLayout(part: LayoutPart): void {
    if (part === shownPart) return;
    shownPart = part;
    layout?.dispose();
    layoutSheet.replaceSync(part.style);
    layout = part.create({
      root,
      dom,
      createLine: () => createHeadlineLine(onClick),
      redraw,
      pause: onTakeOver,
      focusControl: () => pause.focus(),
    });
  }

  return {
    status,
    alert,
    render(next) {
      reading ??= watchReading(stage, root, onReading);
      reading.look();
      const { look, isPaused, isLoaded, headlines } = next;
      const { words } = look;
      if (next.layout) changeLayout(next.layout);
      const isReady = isLoaded && next.layout !== undefined;
      setAttribute(box, 'lang', words.language);
      setAttribute(box, 'dir', words.direction);
      // Nor before the layout's look and controls are there: then its own would be moved by them.
      setAttribute(box, 'data-words', next.hasWords && shownPart ? undefined : 'coming');
      const isRefused = !isReady && next.status === 'refused';
      setAttribute(box, 'data-state', isReady ? 'loaded' : isRefused ? 'refused' : 'loading');
      setAttribute(stage, 'aria-busy', isReady || isRefused ? undefined : 'true');
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
      setChildren(stage, [
        ...(next.waiting > 0 ? [pill] : []),
        ...(isReady && layout ? [layout.element] : [slot]),
        ...(isReady && headlines.length === 0 ? [nothing] : []),
      ]);
      // A layout may measure: it is drawn where it stands.
      if (isReady && layout) {
        const refocus = keepFocus(layout.element);
        layout.render(next);
        refocus();
      }
      setChildren(box, [header, stage, ...(next.moreUrl === undefined ? [] : [all]), status, alert]);
      // What stood there before may have been what was read.
      reading.look();
    },
    rest() {
      reading?.stop();
      reading = undefined;
      layout?.dispose();
      layout = undefined;
      shownPart = undefined;
    },
  };
}
