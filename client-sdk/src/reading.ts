/**
 * Reading: whether somebody is reading what stands there. Then nothing may move: a hand rests on it, the focus or
 * a selection is in it, it was scrolled away from its beginning, or the page was scrolled past its beginning.
 */
/** Pixels of the beginning that may be out of sight before the rest counts as being read. */
const BEGINNING_PX = 8;

/** @returns stops watching. */
export function watchReading(
  area: HTMLElement,
  root: ShadowRoot,
  onChange: (isReading: boolean) => void,
): () => void {
  const signs = new Set<string>();
  const watch = new AbortController();
  const { signal } = watch;
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
  // Looked at afterwards: a line that is taken away hands its focus on to the next.
  const noteFocus = () => queueMicrotask(() => note('focus', area.contains(root.activeElement)));
  area.addEventListener('focusin', noteFocus, { signal });
  area.addEventListener('focusout', noteFocus, { signal });
  area.addEventListener(
    'scroll',
    ({ target }) => note('scroll', target instanceof Element && target.scrollTop > 0),
    { capture: true, passive: true, signal },
  );
  document.addEventListener('selectionchange', () => note('selection', hasSelection(area, root)), { signal });
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
  return () => {
    watch.abort();
    sight.disconnect();
  };
}

function hasSelection(area: HTMLElement, root: ShadowRoot): boolean {
  const selection = document.getSelection();
  // Missing in browsers of before 2025, where the selection itself tells enough.
  const range = selection?.getComposedRanges?.({ shadowRoots: [root] })[0];
  if (range) return !range.collapsed && area.contains(range.startContainer);
  return selection !== null && !selection.isCollapsed && area.contains(selection.anchorNode);
}
