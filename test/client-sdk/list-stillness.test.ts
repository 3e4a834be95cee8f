import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
import { frames, shiftsOf, untilParts } from './layout-shifts.ts';
import { endScenes, openScene, SCRIPT, untilTitles } from './ticker-scene.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const LONG =
  'The council of the harbour town corrects itself: the second pier stays closed until the inspection of its planks, rails and lamps is over, and the ferries leave from the old quay';
const BELOW = '<p>What stands below the ticker, and must not move.</p>';

describe('what moves on the page', () => {
  it.each([
    ['at 360 pixels', 360, 'no-preference'],
    ['at 1280 pixels', 1280, 'no-preference'],
    ['where less motion is wanted', 360, 'reduce'],
  ] as const)(
    'is nothing while fifty headlines come, two are corrected and three killed, %s',
    async (_, width, reducedMotion) => {
      const { page, service } = await openScene(browser, {
        headlines: inventHeadlines(6),
        body: `<script src="/newsline.js"></script><news-ticker channel="en"></news-ticker>${BELOW}`,
        context: { viewport: { width, height: 800 }, reducedMotion },
      });
      await untilParts(page);
      for (let sequence = 7; sequence <= 56; sequence += 1) {
        service.publish(inventHeadline(sequence, sequence % 7 === 0 ? { title: LONG } : {}));
        if (sequence % 3 === 0) await frames(page, 2);
        if (sequence === 20) {
          await frames(page, 2);
          service.publish(inventHeadline(19, { version: 2, title: LONG, notice: LONG }), 'corrected');
          await untilTitles(page, 'corrects itself');
          await frames(page, 30);
        }
        if (sequence === 30) service.publish(inventHeadline(28, { version: 2, title: 'Short' }), 'corrected');
        if ([12, 33, 48].includes(sequence)) {
          await frames(page, 2);
          service.retract(`story-${sequence - 1}`);
          await frames(page, 2);
        }
      }
      await untilTitles(page, inventHeadline(55).title);
      await frames(page, 30);
      expect(await shiftsOf(page)).toEqual([]);
      expect(await page.locator('news-ticker li').count()).toBe(20);
    },
  );

  it('is nothing while the ticker loads, is empty, loses its connection and has it again', async () => {
    const { page, service } = await openScene(browser, {
      headlines: [],
      body: `<script src="/newsline.js"></script><news-ticker channel="en" heading="A name that fills all of its line"></news-ticker>${BELOW}`,
    });
    await page.getByText('No headlines yet').waitFor();
    await page.context().setOffline(true);
    await page.getByText('Offline').waitFor();
    await frames(page, 3);
    await page.context().setOffline(false);
    await page.locator('[part="state"]:empty').waitFor();
    service.publish(inventHeadline(1));
    await untilTitles(page, inventHeadline(1).title);
    expect(await shiftsOf(page)).toEqual([]);
  });

  it('is told by the browser where something does move', async () => {
    const { page } = await openScene(browser, {
      body: `${SCRIPT}<news-ticker channel="en"></news-ticker>${BELOW}`,
    });
    await page.evaluate(() => document.querySelector('main')?.prepend(document.createElement('hr')));
    expect(await shiftsOf(page)).not.toEqual([]);
  });

  it('has one size in every state, by the number of lines or as the site says', async () => {
    const { page } = await openScene(browser, {
      headlines: inventHeadlines(30),
      body: `${SCRIPT}<style>#own { block-size: 200px } #set { --newsline-height: 20rem }</style>
        <news-ticker channel="en" limit="3"></news-ticker>
        <news-ticker src="http://127.0.0.1:1" channel="en" limit="3"></news-ticker>
        <news-ticker channel="en" limit="30"></news-ticker>
        <news-ticker id="own" channel="en" more-url="/all"></news-ticker>
        <news-ticker id="set" channel="en"></news-ticker>`,
    });
    await page.locator('news-ticker:nth-of-type(5) li').first().waitFor();
    const sizes = await page
      .locator('news-ticker')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(sizes).toEqual([340, 340, 608, 200, 320]);
    const all = await page
      .locator('#own [part="all"]')
      .evaluate((link) => link.getBoundingClientRect().bottom);
    const end = await page.locator('#own').evaluate((ticker) => ticker.getBoundingClientRect().bottom);
    expect(all).toBeLessThanOrEqual(end);
  });
});
