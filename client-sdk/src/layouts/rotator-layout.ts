/** Rotator layout: one headline at a time, turned by a timer or by the reader. */
import type { Layout, LayoutPart, LayoutState, Stage } from './layout.ts';
import { rotatorStyle } from './rotator-style.ts';

/** How long one headline stands. */
const TURN_MS = 6_000;

function createRotator({ dom: { makeElement, setChildren, setText }, createLine, redraw }: Stage): Layout {
  const list = makeElement('ol', 'list');
  const previous = makeElement('button', 'previous');
  const next = makeElement('button', 'next');
  const line = createLine();
  let shownId: string | undefined;
  let ids: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const turn = (steps: number) => {
    const at = shownId === undefined ? 0 : ids.indexOf(shownId) + steps;
    shownId = ids[(at + ids.length) % Math.max(1, ids.length)];
    redraw();
  };
  for (const [button, steps] of [
    [previous, -1],
    [next, 1],
  ] as const) {
    button.type = 'button';
    button.addEventListener('click', () => turn(steps));
  }
  list.setAttribute('role', 'list');

  return {
    element: list,
    controls: [previous, next],
    render({ headlines, look, isHeld, isLive }: LayoutState) {
      setText(previous, look.words.previous);
      setText(next, look.words.next);
      ids = headlines.map(({ id }) => id);
      if (isLive) shownId = ids[0];
      const shown = headlines.find(({ id }) => id === shownId) ?? headlines[0];
      const isOther = shown?.id !== shownId;
      shownId = shown?.id;
      if (shown) line.update(shown, look);
      setChildren(list, shown ? [line.element] : []);
      if (isHeld || isOther || timer === undefined) clearTimeout(timer);
      timer = isHeld ? undefined : setTimeout(turn, TURN_MS, 1);
    },
    toStart() {
      shownId = undefined;
      redraw();
    },
    dispose: () => clearTimeout(timer),
  };
}

export const rotatorLayout: LayoutPart = { style: rotatorStyle, create: createRotator };
