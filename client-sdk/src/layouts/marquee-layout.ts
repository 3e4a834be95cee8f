/**
 * Marquee layout: headlines pass by in one line, at the same number of pixels a second whatever their number.
 *
 * The line is a belt of cells. What leaves at one end comes in again at the other, so cells change only where nobody
 * sees them: a new headline is put right behind the edge, a correction waits until its cell is out of sight. A killed
 * headline alone is emptied where it is, its place kept until it has passed. Where there are too few headlines to
 * fill the belt, some stand on it twice; the second is inert, so that nobody hears or reaches it twice.
 *
 * With less motion wanted the belt stands still and is scrolled by hand.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import type { HeadlineLine } from '../render-headline.ts';
import { createBelt } from './belt.ts';
import type { Layout, LayoutPart, LayoutState, Stage } from './layout.ts';
import { marqueeStyle } from './marquee-style.ts';

interface Cell {
  readonly id: string;
  readonly line: HeadlineLine;
  /** As it was drawn; a later version waits until the cell is out of sight. */
  headline: Headline | undefined;
}

function createMarquee({ dom, createLine, redraw }: Stage): Layout {
  const { makeElement, setAttribute, setChildren } = dom;
  const window = makeElement('div', 'window');
  const list = makeElement('ol', 'list');
  const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');
  const end = new AbortController();
  let cells: readonly Cell[] = [];
  let state: LayoutState | undefined;
  /** Words and zone of what is drawn: where these change, all is drawn anew. */
  let drawn: readonly unknown[] = [];

  list.setAttribute('role', 'list');
  window.append(list);
  const belt = createBelt(window, list, { onPassed: passed });
  lessMotion.addEventListener('change', redraw, { signal: end.signal });
  document.addEventListener('visibilitychange', run, { signal: end.signal });
  // By keyboard alone: what a finger is on must not move away under it.
  list.addEventListener('focusin', ({ target }) => {
    const cell = target instanceof Element && target.matches(':focus-visible') && target.closest('li');
    if (cell && !lessMotion.matches) belt.show(cell);
  });

  function cellOf(headline: Headline): Cell {
    const cell: Cell = { id: headline.id, line: createLine(), headline };
    if (state) cell.line.update(headline, state.look);
    return cell;
  }

  function place(next: readonly Cell[]): void {
    cells = next;
    const seen = new Set<string>();
    for (const { id, line, headline } of cells) {
      const isCopy = seen.has(id) || headline === undefined;
      setAttribute(line.element, 'inert', isCopy ? '' : undefined);
      setAttribute(line.element, 'aria-hidden', isCopy ? 'true' : undefined);
      seen.add(id);
    }
    setChildren(
      list,
      cells.map(({ line }) => line.element),
    );
  }

  /** The first cell is out of sight: it goes to the end, or away where its headline is gone or stands there already. */
  function passed(): void {
    const [first, ...rest] = cells;
    const headline = first && state?.headlines.find(({ id }) => id === first.id);
    const isThere = rest.some(({ id, headline: drawn }) => id === first?.id && drawn);
    if (first && headline && state && !isThere) {
      first.line.update(headline, state.look);
      first.headline = headline;
      place([...rest, first]);
    } else place(rest);
    fill();
  }

  /** Puts copies at the end until there is enough to pass by. */
  function fill(): void {
    const headlines = state?.headlines ?? [];
    if (lessMotion.matches || headlines.length === 0) return;
    for (let round = 0; round < COPY_LIMIT && belt.length() < belt.wanted(); round += 1) {
      const last = cells.at(-1);
      const at = headlines.findIndex(({ id }) => id === last?.id);
      const next = headlines[(at + 1) % headlines.length];
      if (next) place([...cells, cellOf(next)]);
    }
  }

  function run(): void {
    const isStill = lessMotion.matches;
    setAttribute(window, 'data-still', isStill ? '' : undefined);
    // Links inside are reached by keyboard; where there are none, the strip itself is.
    setAttribute(window, 'tabindex', isStill ? '0' : undefined);
    belt.run(!isStill && !document.hidden && !state?.isHeld && cells.length > 0);
  }

  function merge({ headlines, look, withdrawn }: LayoutState): void {
    const current = new Map(headlines.map((headline) => [headline.id, headline]));
    const key = [look.words, look.timeZone];
    const isOther = key.some((part, at) => part !== drawn[at]);
    if (lessMotion.matches || isOther || cells.length === 0) {
      belt.reset();
      drawn = key;
      const kept = new Map(cells.map((cell) => [cell.id, cell]));
      return place(
        headlines.map((headline) => {
          const cell = kept.get(headline.id) ?? cellOf(headline);
          cell.line.update(headline, look);
          cell.headline = headline;
          return cell;
        }),
      );
    }
    const inSight = new Set(belt.inSight());
    const kept = cells.filter((cell) => {
      const latest = current.get(cell.id);
      if (!latest && !inSight.has(cell.line.element)) return false;
      if (!latest) {
        const { element } = cell.line;
        element.style.inlineSize = `${element.getBoundingClientRect().width}px`;
        cell.line.clear(look.words, withdrawn.get(cell.id));
        cell.headline = undefined;
      } else if (latest === cell.headline || !inSight.has(cell.line.element)) {
        // In sight, nothing but how long ago it was can differ, for which the style keeps room.
        cell.line.update(latest, look);
        cell.headline = latest;
      }
      return true;
    });
    const standing = new Set(kept.flatMap(({ id, headline }) => (headline ? [id] : [])));
    const added = headlines.filter(({ id }) => !standing.has(id)).map(cellOf);
    const edge = kept.findLastIndex(({ line }) => inSight.has(line.element)) + 1;
    place([...kept.slice(0, edge), ...added, ...kept.slice(edge)]);
  }

  return {
    element: window,
    render(next) {
      state = next;
      merge(next);
      fill();
      run();
    },
    toStart() {
      belt.reset();
      cells = [];
      redraw();
    },
    dispose() {
      end.abort();
      belt.dispose();
    },
  };
}

/** Copies made at one go, whatever the widths are. */
const COPY_LIMIT = 60;

export const marqueeLayout: LayoutPart = { style: marqueeStyle, create: createMarquee };
