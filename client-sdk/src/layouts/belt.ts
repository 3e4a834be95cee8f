/**
 * Belt: moves a row of cells at a constant pace, and tells when the first has passed.
 *
 * Each cell's way out is one animation of the platform, so the movement costs the page's thread nothing. The next
 * begins at the moment when the last was due to end, not when that was noticed, so that the pace has no seam.
 */
export interface Belt {
  run(isRunning: boolean): void;
  /** Width of all cells, in CSS pixels. */
  length(): number;
  /** Width that there must be so that the row never ends in sight. */
  wanted(): number;
  /** The cells that are in sight now. */
  inSight(): readonly Element[];
  /** Moves the row, without turning it, so that this cell is whole in sight; it stays so until the row runs. */
  show(cell: Element): void;
  /** Puts the row back to its beginning. */
  reset(): void;
  dispose(): void;
}

/** @see belt pace: about five words a second. */
const PIXELS_A_SECOND = 60;

export function createBelt(
  window: HTMLElement,
  row: HTMLElement,
  { onPassed }: { readonly onPassed: () => void },
): Belt {
  let animation: Animation | undefined;
  let isRunning = false;
  /** The cell that the row was moved for. */
  let brought: Element | undefined;

  const widthOf = (element: Element | null) => element?.getBoundingClientRect().width ?? 0;
  const isFromRight = () => getComputedStyle(row).direction === 'rtl';

  function start(startTime?: number): void {
    const width = widthOf(row.firstElementChild);
    if (width === 0) return;
    const way = isFromRight() ? width : -width;
    const duration = (width / PIXELS_A_SECOND) * 1_000;
    const moving = row.animate([{ transform: 'none' }, { transform: `translateX(${way}px)` }], {
      duration,
      fill: 'forwards',
    });
    const now = Number(document.timeline.currentTime);
    // After a long absence there is nothing to catch up with.
    if (startTime !== undefined && now - startTime < duration) moving.startTime = startTime;
    animation = moving;
    moving.onfinish = () => {
      const due = Number(moving.startTime ?? now) + duration;
      moving.cancel();
      onPassed();
      animation = undefined;
      if (isRunning) start(due);
    };
  }

  function reset(): void {
    animation?.cancel();
    animation = undefined;
    brought = undefined;
    row.style.transform = '';
  }

  /** Where cells before it come or go, it stays where it is. */
  function align(): void {
    if (!brought) return;
    row.style.transform = '';
    const [edges, box] = [window.getBoundingClientRect(), brought.getBoundingClientRect()];
    const way = isFromRight() ? edges.right - box.right : edges.left - box.left;
    row.style.transform = `translateX(${way}px)`;
  }

  /** What stands before it has passed, by the reader's hand. */
  function goOn(): void {
    const cell = brought;
    reset();
    if (cell?.parentNode !== row) return;
    while (row.firstElementChild !== cell) onPassed();
  }

  return {
    run(next) {
      isRunning = next;
      if (next && brought) goOn();
      if (!next) {
        animation?.pause();
        align();
      } else if (animation) animation.play();
      else start();
    },
    length: () => [...row.children].reduce((sum, cell) => sum + widthOf(cell), 0),
    wanted: () => widthOf(window) + widthOf(row.firstElementChild),
    inSight() {
      const { left, right } = window.getBoundingClientRect();
      return [...row.children].filter((cell) => {
        const box = cell.getBoundingClientRect();
        return box.right > left && box.left < right;
      });
    },
    show(cell) {
      const [edges, box] = [window.getBoundingClientRect(), cell.getBoundingClientRect()];
      if (box.left >= edges.left && box.right <= edges.right) return;
      reset();
      brought = cell;
      align();
    },
    reset,
    dispose() {
      isRunning = false;
      reset();
    },
  };
}
