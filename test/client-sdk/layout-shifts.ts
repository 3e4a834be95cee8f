/** What moved on a page without its reader's doing, as the browser itself counts it. */
import type { Page } from 'playwright-core';

/** The parts of a list that come after its first drawing are there. */
export async function untilParts(page: Page, names: readonly string[] = ['speech']): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      wanted.every((name) =>
        performance
          .getEntriesByType('resource')
          .some(
            (entry) =>
              entry.name.includes(`/${name}.js`) && (entry as PerformanceResourceTiming).responseEnd > 0,
          ),
      ),
    names,
  );
  await frames(page, 3);
}

/** Waits until so many frames were drawn. */
export const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (let at = 0; at < left; at += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, count);

/** @returns each shift from the very beginning: how much, and what moved. */
export async function shiftsOf(page: Page): Promise<readonly (readonly [number, ...string[]])[]> {
  await frames(page, 3);
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const found: [number, ...string[]][] = [];
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) read(entry);
        });
        const read = (entry: PerformanceEntry) => {
          const { value, sources, hadRecentInput } = entry as PerformanceEntry & {
            value: number;
            /** The reader's own doing: not counted, by the definition of the cumulative layout shift. */
            hadRecentInput: boolean;
            sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[];
          };
          const names = sources.map(({ node, previousRect, currentRect }) => {
            const name =
              node instanceof Element ? (node.getAttribute('part') ?? node.localName) : node?.textContent;
            return `${name} ${previousRect.y} -> ${currentRect.y}`;
          });
          if (!hadRecentInput) found.push([value, ...names]);
        };
        observer.observe({ type: 'layout-shift', buffered: true });
        // Buffered entries come in a task of their own.
        setTimeout(() => {
          for (const entry of observer.takeRecords()) read(entry);
          resolve(found);
        }, 100);
      }),
  );
}
