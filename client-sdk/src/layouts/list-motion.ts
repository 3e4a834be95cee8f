/**
 * List motion: lines that have to make room do not jump. In the frame in which the list alters, each line in view is
 * drawn where it stood; from there it slides to its place. Moved by transforms alone, which no layout pays for and no
 * browser counts as a shift. [FLIP; Layout Instability 2.2]
 *
 * For readers who asked for less motion, and for what was altered out of their sight, the slide is one step, a frame
 * later: no movement is seen, and none is counted. [WCAG 2.3.3]
 *
 * A slide is not turned in its middle, since Chromium counts that as a shift: what comes meanwhile waits for its end,
 * and then comes together. Only what is in view is measured, so that the length of the list does not matter.
 */
export interface ListMotion {
  /** Lines are sliding: they must not be altered but in their words. */
  isMoving(list: HTMLElement): boolean;
  /**
   * @param altered lines that are about to be altered; their inner parts are noted too.
   * @returns to be called when the list is as it shall be.
   */
  notePlaces(list: HTMLElement, altered: readonly HTMLElement[]): Settle;
}

/** @param onEnd called when nothing moves any more. */
type Settle = (added: readonly HTMLElement[], isLive: boolean, onEnd: () => void) => void;

const SLIDE: KeyframeAnimationOptions = { duration: 280, easing: 'cubic-bezier(.2, .7, .2, 1)' };
const GLOW_MS = 2_400;
/** Less is not seen, and not worth a layer. */
const LEAST_PX = 0.5;

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/** Lists with a slide that has not been seen to its end. */
const moving = new WeakSet<HTMLElement>();

export const listMotion: ListMotion = { isMoving: (list) => moving.has(list), notePlaces };

function notePlaces(list: HTMLElement, altered: readonly HTMLElement[]): Settle {
  const places = new Map(inView(list).map((line) => [line, line.getBoundingClientRect()]));
  const grown = altered.filter((line) => places.has(line));
  const parts = new Map(
    grown.flatMap((line) => partsOf(line).map((part) => [part, topOf(part) - topOf(line)] as const)),
  );
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

  return (added, isLive, onEnd) => {
    if (document.hidden) return;
    const isNew = new Set<Element>(added);
    const isSliding = isLive && !isCalm;
    const running: Animation[] = [];
    const animate = (element: Element, from: Keyframe, to: Keyframe) => {
      const animation = element.animate([from, to], SLIDE);
      if (!isSliding) animation.pause();
      running.push(animation);
    };
    const move = (element: Element, by: number | undefined) => {
      if (by === undefined || !(Math.abs(by) >= LEAST_PX)) return;
      animate(element, { transform: `translateY(${by}px)` }, { transform: 'none' });
    };

    // Read first, written afterwards: nothing is laid out twice.
    const lines = [...new Set([...places.keys(), ...inView(list)])]
      .filter((line) => list.contains(line))
      .map((line) => ({ line, to: topOf(line) }))
      .sort((a, b) => a.to - b.to)
      .map(({ line, to }) => ({ line, by: (places.get(line)?.top ?? Number.NaN) - to }));
    const inner = grown.flatMap((line) =>
      partsOf(line).map((part) => ({
        part,
        by: (parts.get(part) ?? Number.NaN) - topOf(part) + topOf(line),
      })),
    );
    const cuts = grown.map((line) => ({
      line,
      by: line.getBoundingClientRect().height - (places.get(line)?.height ?? 0),
    }));

    lines.forEach(({ line, by }, at) => {
      const above = lines.slice(0, at).findLast((one) => !Number.isNaN(one.by))?.by;
      const below = lines.slice(at + 1).find((one) => !Number.isNaN(one.by))?.by;
      // Between lines of which the upper one stays, there is no room to slide in from.
      if (isNew.has(line) && above !== undefined) animate(line, { opacity: 0 }, { opacity: 1 });
      else if (!Number.isNaN(by)) move(line, by);
      else move(line, isNew.has(line) ? below : (above ?? below));
      if (isNew.has(line) && isSliding) glow(line);
    });
    for (const { part, by } of inner) move(part, by);
    for (const { line, by } of cuts) {
      if (by >= LEAST_PX) animate(line, { clipPath: `inset(0 0 ${by}px)` }, { clipPath: 'inset(0)' });
    }
    if (running.length === 0) return;
    moving.add(list);
    if (!isSliding) {
      afterFrame(() => {
        for (const animation of running) animation.finish();
      });
    }
    Promise.allSettled(running.map(({ finished }) => finished)).then(() =>
      // A slide that begins in the frame in which another ends is counted as one that was turned.
      afterFrame(() => {
        moving.delete(list);
        onEnd();
      }),
    );
  };
}

/** When a frame was drawn with what is there now. */
const afterFrame = (then: () => void): void => {
  requestAnimationFrame(() => requestAnimationFrame(then));
};

const partsOf = (line: Element): readonly Element[] => [
  ...(line.querySelector('[part="body"]')?.children ?? []),
];

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
