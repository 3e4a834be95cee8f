/** Tickers from settings in scripts: in their place, once, with attributes of a ticker and no others. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { inventHeadlines } from './invented-headlines.ts';
import { startTickerService } from './ticker-service.ts';

const ends: (() => unknown)[] = [];
let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const STRICT =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/** A page under a strict policy, with what it complained of; its other site's tickers ask this service too. */
async function open(body: string): Promise<{ page: Page; complaints: string[] }> {
  const service = await startTickerService({ headlines: inventHeadlines(3) });
  ends.push(() => service.close());
  const page = await browser.newPage();
  ends.push(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  const html = `<!doctype html><html lang="en"><title>A site</title><body>${body}</body></html>`;
  await page.goto(service.page('/', html, { 'content-security-policy': STRICT }));
  await page.locator('news-ticker [data-state="loaded"]').first().waitFor();
  return { page, complaints };
}

/** The children of the body in order, tickers with their attributes. */
const outline = (page: Page) =>
  page.evaluate(() =>
    [...document.body.children].map((element) =>
      element.localName === 'news-ticker'
        ? Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]))
        : element.id || element.localName,
    ),
  );

describe('settings in a script', () => {
  it('make a ticker behind the script tag that holds them', async () => {
    const { page, complaints } = await open(
      '<p id="a"></p><script src="/newsline.js" async data-channel="en" data-max-urgency="5" data-limit="2" data-onclick="alert(1)" data-style="x"></script><p id="b"></p>',
    );
    expect(await outline(page)).toEqual([
      'a',
      'script',
      { channel: 'en', 'max-urgency': '5', limit: '2' },
      'b',
    ]);
    expect(complaints).toEqual([]);
  });

  it('make tickers in the place of scripts with JSON, before and behind the one that runs, once each', async () => {
    const json = (fields: object) =>
      `<script type="application/json" class="newsline-ticker">${JSON.stringify(fields)}</script>`;
    const { page, complaints } = await open(
      `${json({ channel: 'en', section: ['city', 'port'], days: true, heading: null, moreUrl: '/all' })}<p id="a"></p>` +
        '<script src="/newsline.js"></script><script src="/newsline.js"></script>' +
        `${json({ channel: 'en', onclick: 'alert(1)', style: 'x', innerHTML: '<img src=x>', days: false, limit: 5 })}`,
    );
    expect(await outline(page)).toEqual([
      { channel: 'en', section: 'city,port', days: '', 'more-url': '/all' },
      'a',
      'script',
      'script',
      { channel: 'en', limit: '5' },
    ]);
    expect(complaints).toEqual([]);
  });

  it('leave a script alone whose JSON is broken, and say so once', async () => {
    const { page, complaints } = await open(
      '<script id="broken" type="application/json" class="newsline-ticker">{"channel":</script>' +
        '<script src="/newsline.js" async data-channel="en"></script>',
    );
    await page.waitForLoadState('load');
    expect(await outline(page)).toEqual(['broken', 'script', { channel: 'en' }]);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('JSON');
  });
});
