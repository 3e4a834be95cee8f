/** A page keeps the place of a ticker before it knows the element, by the style that the documentation gives. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { inventHeadlines } from './invented-headlines.ts';
import { shiftsOf, untilParts } from './layout-shifts.ts';
import { SCRIPT } from './ticker-scene.ts';
import { startTickerService } from './ticker-service.ts';

const docs = (page: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');
const [STYLE = ''] = /(?<=```css\n)news-ticker \{[^`]*:not\(:defined\)[^`]*/.exec(docs('widget.md')) ?? [];

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A page whose script is held back until it is let go. */
async function openHeldBack(attributes: string, style: string, list = '') {
  const service = await startTickerService({ headlines: inventHeadlines(20) });
  ends.push(() => service.close());
  const page = await browser.newPage({ viewport: { width: 360, height: 900 } });
  ends.push(() => page.close());
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/newsline.js', async (route) => {
    await held;
    await route.continue();
  });
  const html = `<!doctype html><html lang="en"><title>A site</title><style>${style}</style>${SCRIPT}
<news-ticker channel="en" ${attributes}>${list}</news-ticker><p id="below">Below</p></html>`;
  await page.goto(service.page('/', html), { waitUntil: 'commit' });
  const below = () => page.locator('#below').evaluate((one) => one.getBoundingClientRect().top);
  const before = await below();
  return {
    page,
    below,
    before,
    async run() {
      letGo();
      await page.locator('news-ticker [data-state="loaded"]').waitFor();
      await untilParts(page);
    },
  };
}

describe('a page before its script', () => {
  it('is given the same style on every page of the documentation', () => {
    expect(STYLE).toContain('block-size');
    expect(docs('embedding.md')).toContain(STYLE);
  });

  it.each(['list', 'marquee', 'rotator', 'banner'])('keeps the place of a ticker: %s', async (layout) => {
    // A server writes a list where a list is to be.
    const list = layout === 'list' ? '<ol><li>Harbour bridge reopens</li><li>Night ferry runs</li></ol>' : '';
    const { page, before, below, run } = await openHeldBack(`layout="${layout}"`, STYLE, list);
    expect(before).toBeGreaterThan(480);
    await run();
    expect(await below()).toBe(before);
    expect(await shiftsOf(page)).toEqual([]);
  });

  it.each([
    ['layout="list" limit="3"', '21.25em'],
    ['layout="list"', '38em'],
    ['layout="marquee"', '5.75em'],
    ['layout="rotator"', '12.5em'],
    ['layout="banner"', '8em'],
  ])('is told the height of %s where it sets none: %s', async (attributes, height) => {
    const style = `news-ticker:not(:defined) { display: block; block-size: ${height}; overflow: auto; }`;
    const { before, below, run } = await openHeldBack(attributes, style);
    await run();
    expect(await below()).toBe(before);
  });
});
