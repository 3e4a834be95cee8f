/**
 * List layout: the newest headline first. Lines are kept by the id of their headline: those that stay are not touched
 * or moved, so that what is being read or has the focus stays where it is.
 */
import type { HeadlineLine } from '../render-headline.ts';
import type { LayoutPart, LayoutState } from './layout.ts';
import { listStyle } from './list-style.ts';

export const listLayout: LayoutPart = {
  style: listStyle,
  create({ root, dom: { makeElement, setChildren }, createLine, focusControl }) {
    const list = makeElement('ol', 'list');
    let lines: ReadonlyMap<string, HeadlineLine> = new Map();
    // Safari takes the list out of the tree where the style takes its markers away.
    list.setAttribute('role', 'list');

    /** Where the focus goes when its line is taken away: to the next link that stays, else to the first control. */
    function focusAfter(next: ReadonlyMap<string, HeadlineLine>): (() => void) | undefined {
      const focused = root.activeElement?.closest('li');
      const staying = new Set([...next.values()].map((line) => line.element));
      if (!focused || staying.has(focused)) return undefined;
      let at = focused.nextElementSibling;
      while (at && !(staying.has(at as HTMLLIElement) && at.querySelector('a'))) at = at.nextElementSibling;
      const link = at?.querySelector('a');
      return link ? () => link.focus() : focusControl;
    }

    return {
      element: list,
      render({ headlines, look, isLive }: LayoutState) {
        const next = new Map(
          headlines.map((headline) => [headline.id, lines.get(headline.id) ?? createLine()]),
        );
        const added = [...next].filter(([id]) => !lines.has(id)).map(([, line]) => line);
        for (const headline of headlines) next.get(headline.id)?.update(headline, look);
        const refocus = focusAfter(next);
        lines = next;
        setChildren(
          list,
          [...next.values()].map((line) => line.element),
        );
        refocus?.();
        if (isLive) for (const { element } of added) pointOut(element);
      },
      toStart: () => list.scrollTo({ top: 0 }),
      dispose() {},
    };
  },
};

/** A short glow, which leaves nothing behind; none for readers who asked for less motion. [WCAG 2.3.3] */
function pointOut(element: HTMLElement): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  element.animate([{ backgroundColor: 'var(--_glow)' }, { backgroundColor: 'transparent' }], {
    duration: 2_400,
    easing: 'ease-out',
  });
}
