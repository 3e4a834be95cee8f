/**
 * List motion: lines that have to make room do not jump. In the frame in which the list alters, each line in view is
 * drawn where it stood; from there it slides to its place. Moved by transforms alone, which no layout pays for and no
 * browser counts as a shift. [FLIP; Layout Instability 2.2]
 *
 * For readers who asked for less motion, and for what was altered out of their sight, the slide is one step, a frame
 * later: no movement is seen, and none is counted. [WCAG 2.3.3]
 *
 * Only what is in view is measured, so that the length of the list does not matter.
 */
type Settle = (added: readonly HTMLElement[], isLive: boolean) => void;

const SLIDE: KeyframeAnimationOptions = { duration: 320, easing: 'cubic-bezier(.2, .7, .2, 1)' };
const STEP: KeyframeAnimationOptions = { duration: 1, easing: 'steps(1, end)' };
const GLOW_MS = 2_400;
/** Less is not seen, and not worth a layer. */
const LEAST_PX = 0.5;
/** Marks our animations, among those of the page. */
const ID = 'newsline';

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/**
 * @param altered lines that are about to be altered; their inner parts are noted too.
 * @returns to be called when the list is as it shall be.
 */
export function notePlaces(list: HTMLElement, altered: readonly HTMLElement[]): Settle {
  const lines = inView(list);
  const places = new Map<Element, number>(lines.map((line) => [line, topOf(line)]));
  const grown = altered.filter((line) => places.has(line));
  const ends = new Map(grown.map((line) => [line, line.getBoundingClientRect().bottom]));
  const partsOf = (line: Element) => [...(line.querySelector('[part="body"]')?.children ?? [])];
  const parts = new Map(
    grown.flatMap((line) => partsOf(line).map((part) => [part, topOf(part) - topOf(line)] as const)),
  );
  const isCalm = document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches;

  return (added, isLive) => {
    for (const animation of list.getAnimations({ subtree: true })) {
      if (animation.id === ID) animation.cancel();
    }
    const timing = { id: ID, ...(isLive && !isCalm ? SLIDE : STEP) };
    const isNew = new Set<Element>(added);
    const shown = inView(list).map((line) => ({ line, to: topOf(line), from: places.get(line) }));
    const known = shown.map(({ to, from }) => (from === undefined ? undefined : from - to));
    // Read first, written afterwards: nothing is laid out twice.
    const inner = grown.flatMap((line) =>
      partsOf(line).map((part) => ({
        part,
        by: (parts.get(part) ?? Number.NaN) - (topOf(part) - topOf(line)),
      })),
    );
    const cuts = grown.map((line) => ({
      line,
      by: line.getBoundingClientRect().height - ((ends.get(line) ?? 0) - (places.get(line) ?? 0)),
    }));

    shown.forEach(({ line }, at) => {
      const above = known.slice(0, at).findLast((by) => by !== undefined);
      const below = known.slice(at + 1).find((by) => by !== undefined);
      // Between lines of which the upper one stays, there is no room to slide in from.
      if (isNew.has(line) && above !== undefined) line.animate([{ opacity: 0 }, { opacity: 1 }], timing);
      else move(line, known[at] ?? (isNew.has(line) ? below : (above ?? below)), timing);
      if (isNew.has(line) && isLive && !isCalm) glow(line);
    });
    for (const { part, by } of inner) move(part, by, timing);
    for (const { line, by } of cuts) {
      if (by > LEAST_PX) line.animate([{ clipPath: `inset(0 0 ${by}px)` }, { clipPath: 'inset(0)' }], timing);
    }
  };
}

function move(element: Element, by: number | undefined, timing: KeyframeAnimationOptions): void {
  if (by === undefined || !(Math.abs(by) >= LEAST_PX)) return;
  element.animate([{ transform: `translateY(${by}px)` }, { transform: 'none' }], timing);
}

/** A short glow, which leaves nothing behind. */
function glow(line: Element): void {
  line.animate([{ backgroundColor: 'var(--_glow)' }, { backgroundColor: 'transparent' }], {
    duration: GLOW_MS,
    easing: 'ease-out',
  });
}

/** Lines of which something is seen, found without asking all. */
function inView(list: HTMLElement): readonly Element[] {
  const box = list.getBoundingClientRect();
  const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
  const { children } = list;
  let [first, end] = [0, children.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if ((children[middle]?.getBoundingClientRect().bottom ?? 0) <= top) first = middle + 1;
    else end = middle;
  }
  const seen: Element[] = [];
  for (let at = first; at < children.length; at += 1) {
    const line = children[at];
    if (!line || topOf(line) >= bottom) break;
    seen.push(line);
  }
  return seen;
}
