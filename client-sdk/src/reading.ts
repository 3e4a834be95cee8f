/**
 * Reading: whether somebody is reading what stands there. Then nothing may move: a hand rests on it, the focus or
 * a selection is in it, it was scrolled away from its beginning, or the page was scrolled past its beginning.
 */
/** Pixels of the beginning that may be out of sight before the rest counts as being read. */
const BEGINNING_PX = 8;

export interface ReadingWatch {
  /** Looks whether the signs are still there: what is taken out of a page takes them along without a word. */
  look(): void;
  /** Nobody is reading, and nothing is watched any more. */
  stop(): void;
}

export function watchReading(
  area: HTMLElement,
  root: ShadowRoot,
  onChange: (isReading: boolean) => void,
): ReadingWatch {
  const signs = new Set<string>();
  const watch = new AbortController();
  const { signal } = watch;
  let scrolled: Element | undefined;
  let wasReading = false;

  function note(sign: string, isThere: boolean): void {
    if (isThere) signs.add(sign);
    else signs.delete(sign);
    const isReading = signs.size > 0;
    if (isReading === wasReading) return;
    wasReading = isReading;
    onChange(isReading);
  }

  // A finger that lifts leaves nothing behind that would tell of reading.
  area.addEventListener('pointerenter', ({ pointerType }) => note('hand', pointerType !== 'touch'), {
    signal,
  });
  area.addEventListener('pointerleave', () => note('hand', false), { signal });
  const noteFocus = () => note('focus', area.contains(root.activeElement));
  // Looked at afterwards: a line that is taken away hands its focus on to the next.
  const noteFocusSoon = () => queueMicrotask(noteFocus);
  area.addEventListener('focusin', noteFocusSoon, { signal });
  area.addEventListener('focusout', noteFocusSoon, { signal });
  const noteScroll = () =>
    note('scroll', scrolled !== undefined && area.contains(scrolled) && isAway(scrolled));
  area.addEventListener(
    'scroll',
    ({ target }) => {
      if (target instanceof Element) scrolled = target;
      noteScroll();
    },
    { capture: true, passive: true, signal },
  );
  const noteSelection = () => note('selection', hasSelection(area, root));
  document.addEventListener('selectionchange', noteSelection, { signal });
  // What is seen of it, not where the window ends: in a frame, the page around it is scrolled.
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, intersectionRect, boundingClientRect } of entries) {
        note('sight', isIntersecting && intersectionRect.top - boundingClientRect.top > BEGINNING_PX);
      }
    },
    { threshold: Array.from({ length: 51 }, (_, at) => at / 50) },
  );
  sight.observe(area);
  return {
    look() {
      if (signs.has('hand') && !area.matches(':hover')) note('hand', false);
      if (signs.has('focus')) noteFocus();
      if (signs.has('scroll')) noteScroll();
      if (signs.has('selection')) noteSelection();
    },
    stop() {
      watch.abort();
      sight.disconnect();
      for (const sign of [...signs]) note(sign, false);
    },
  };
}

/** A strip that runs from right to left counts below nothing. */
const isAway = ({ scrollTop, scrollLeft }: Element): boolean => scrollTop > 0 || scrollLeft !== 0;

function hasSelection(area: HTMLElement, root: ShadowRoot): boolean {
  const selection = document.getSelection();
  // Missing in browsers of before 2025, where the selection itself tells enough.
  const range = selection?.getComposedRanges?.({ shadowRoots: [root] })[0];
  if (range) return !range.collapsed && area.contains(range.startContainer);
  return selection !== null && !selection.isCollapsed && area.contains(selection.anchorNode);
}
