/**
 * Rotator layout: one headline at a time, turned by a timer or by the reader.
 *
 * It turns only for who is watching: not while a hand or the focus is in it, while the tab is hidden, or where less
 * motion is wanted. Who turns it by hand has taken over, and it stays paused until told to go on. [APG carousel]
 */
import type { Layout, LayoutPart, LayoutState, Stage } from './layout.ts';
import { rotatorStyle } from './rotator-style.ts';

/** How long one headline stands. */
const TURN_MS = 6_000;

function createRotator({ root, dom, createLine, redraw, pause }: Stage): Layout {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const list = makeElement('ol', 'list');
  const previous = makeElement('button', 'previous');
  const next = makeElement('button', 'next');
  const place = makeElement('span', 'place');
  const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');
  const end = new AbortController();
  let line = createLine();
  let shownId: string | undefined;
  let shownVersion: number | undefined;
  /** Where the headline that is shown stood, for when it is taken away. */
  let at = 0;
  let ids: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isHeld = false;

  list.setAttribute('role', 'list');
  for (const [button, steps] of [
    [previous, -1],
    [next, 1],
  ] as const) {
    button.type = 'button';
    button.addEventListener('click', () => {
      pause();
      turn(steps);
    });
  }

  function turn(steps: number): void {
    shownId = ids[(at + steps + ids.length) % Math.max(1, ids.length)];
    redraw();
  }

  function schedule(isAfresh: boolean): void {
    const isStill = isHeld || document.hidden || lessMotion.matches || ids.length < 2;
    if (isStill || isAfresh) {
      clearTimeout(timer);
      timer = undefined;
    }
    if (isStill || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      turn(1);
    }, TURN_MS);
  }
  const scheduleAgain = () => schedule(true);
  document.addEventListener('visibilitychange', scheduleAgain, { signal: end.signal });
  lessMotion.addEventListener('change', scheduleAgain, { signal: end.signal });

  return {
    element: list,
    controls: [previous, next, place],
    render(state: LayoutState) {
      const { headlines, look, isLive } = state;
      setText(previous, look.words.previous);
      setText(next, look.words.next);
      const before = ids;
      ids = headlines.map(({ id }) => id);
      isHeld = state.isHeld;
      const isNew = isLive && ids[0] !== undefined && !before.includes(ids[0]);
      if (isNew) shownId = ids[0];
      const found = shownId === undefined ? -1 : ids.indexOf(shownId);
      at = found >= 0 ? found : Math.min(at, Math.max(0, ids.length - 1));
      const shown = headlines[at];
      const isAltered = shown?.version !== shownVersion && !list.contains(root.activeElement);
      const isOther = shown?.id !== shownId || isAltered || list.firstChild !== line.element || isNew;
      if (isOther) {
        // A line of its own for each headline: the last one's focus or picture must not pass on to it. And for each
        // version: words of another length would move those that stand.
        line = createLine();
        if (!lessMotion.matches && list.firstChild) appear(line.element);
      }
      shownId = shown?.id;
      shownVersion = shown?.version;
      if (shown) line.update(shown, look);
      setChildren(list, shown ? [line.element] : []);
      setText(place, ids.length > 1 ? `${at + 1} / ${ids.length}` : '');
      for (const button of [previous, next])
        setAttribute(button, 'disabled', ids.length < 2 ? '' : undefined);
      schedule(isOther);
    },
    toStart() {
      at = 0;
      shownId = ids[0];
      redraw();
    },
    dispose() {
      clearTimeout(timer);
      end.abort();
    },
  };
}

const appear = (element: HTMLElement) =>
  element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 240, easing: 'ease-out' });

export const rotatorLayout: LayoutPart = { style: rotatorStyle, create: createRotator };
