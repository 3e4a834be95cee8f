/**
 * List layout: the newest headline first. Lines are kept by the id of their headline: those that stay are not touched
 * or moved, so that what is being read or has the focus stays where it is.
 *
 * While somebody reads, no line comes, goes or grows: one that is taken away loses its words at once, and its place
 * when the reading ends.
 */
import { createPart } from '../part.ts';
import type { HeadlineLine } from '../render-headline.ts';
import type { Folds } from './earlier-stories.ts';
import type { LayoutPart, LayoutState } from './layout.ts';
import { listStyle } from './list-style.ts';

/** Neither is wanted before the first list stands. */
const motion = createPart(() => import('./list-motion.ts').then(({ listMotion }) => listMotion));
const folding = createPart(() => import('./earlier-stories.ts').then(({ createFolds }) => createFolds));

export const listLayout: LayoutPart = {
  style: listStyle,
  create(stage) {
    const { root, dom, createLine, redraw } = stage;
    const { setAttribute, setChildren } = dom;
    const list = dom.makeElement('ol', 'list');
    /** Lines that keep the size they had, whatever stands in them now. */
    let sized = new Set<HTMLElement>();
    let lines: ReadonlyMap<string, HeadlineLine> = new Map();
    let folds: Folds | undefined;
    /** Under the id of a line: what stands folded under it. */
    let foldedBefore: ReadonlyMap<string, string> = new Map();
    let isAsked = false;
    /** Something came while the reader was looking on, and is not drawn yet. */
    let isNews = false;
    // Safari takes the list out of the tree where the style takes its markers away.
    list.setAttribute('role', 'list');
    motion.get(redraw);

    /** Lines that are altered keep the size they have; the others take their own again, unless all are to rest. */
    function keepSizes(altered: readonly HTMLElement[], isStill: boolean): void {
      const keeping = new Set(altered);
      for (const element of keeping) {
        const { style } = element;
        style.blockSize ||= getComputedStyle(element).blockSize;
        // Not by its overflow, which browsers take for the beginning of a slide; where words are cut, they fade.
        style.maskImage = 'linear-gradient(#000 calc(100% - .8em), transparent)';
      }
      for (const element of sized) {
        if (isStill) keeping.add(element);
        else if (!keeping.has(element)) element.style.blockSize = element.style.maskImage = '';
      }
      sized = keeping;
    }

    return {
      element: list,
      render({ headlines, earlier, look, isLive, isReading, withdrawn }: LayoutState) {
        const moves = motion.get(redraw);
        // Lines that come before they can slide wait for that a moment, and not longer.
        const mustWait = moves ? moves.isMoving(list) : !motion.isMissing;
        const isStill = lines.size > 0 && (mustWait || (isReading && !isAsked));
        const isSliding = isLive || isNews;
        isNews = isStill && isSliding;
        if (!isStill) isAsked = false;
        const wanted = new Map(headlines.map((headline) => [headline.id, headline]));
        if (earlier.size > 0) folds ??= folding.get(redraw)?.(stage);
        const folded = new Map(
          folds && [...earlier].map(([id, stories]) => [id, stories.map((story) => story.id).join()]),
        );
        const altered = [...lines].filter(
          ([id, line]) => line.headline !== wanted.get(id) || folded.get(id) !== foldedBefore.get(id),
        );
        foldedBefore = folded;
        const gone = altered.filter(([id]) => !wanted.has(id) && (isStill || withdrawn.has(id)));
        const elementsOf = (all: readonly (readonly [string, HeadlineLine])[]) =>
          all.map(([, { element }]) => element);
        const settle =
          isStill || lines.size === 0
            ? undefined
            : moves?.notePlaces(list, [...new Set([...elementsOf(altered), ...sized])]);
        keepSizes(elementsOf(isStill ? altered : gone), isStill);

        const next = new Map<string, HeadlineLine>();
        const added: HTMLElement[] = [];
        for (const headline of headlines) {
          const { id } = headline;
          const known = lines.get(id);
          if (isStill && !known) continue;
          const line = known ?? createLine();
          if (!known) added.push(line.element);
          next.set(id, line);
          line.update(headline, look, folds?.(line, earlier.get(id) ?? [], look));
        }
        const shown = [...next.values()].map(({ element }) => element);
        const elements: Element[] = [...((!isStill && look.withDays?.(headlines, shown)) || shown)];
        for (const [id, line] of gone) {
          let before = line.element.previousElementSibling;
          while (before && !elements.includes(before)) before = before.previousElementSibling;
          elements.splice(before ? elements.indexOf(before) + 1 : 0, 0, line.element);
          next.set(id, line);
          line.clear(look.words, withdrawn.get(id));
        }
        lines = next;
        if (!isStill) setChildren(list, elements);
        // Who reads by keyboard scrolls from link to link, or else from the list itself.
        const needsStop = root.activeElement === list || !list.querySelector('a');
        setAttribute(list, 'tabindex', needsStop ? '0' : undefined);
        setAttribute(list, 'aria-labelledby', needsStop ? 'heading' : undefined);
        settle?.(added, isSliding, redraw);
      },
      toStart() {
        isAsked = true;
        list.scrollTo({ top: 0 });
      },
      dispose() {},
    };
  },
};
