/** Barriers: what keeps readers out of a page, as far as a program can see it. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** @returns what axe finds, with its rule on target sizes on: the rule, and the elements that break it. */
export async function barriers(page: Page): Promise<readonly (readonly string[])[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: Axe };
    const { violations } = await axe.run({ rules: { 'target-size': { enabled: true } } });
    return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
  });
}

/** @returns pixels that the page has to be scrolled to the side for. [WCAG 1.4.10] */
export const sidewaysPx = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
