/** The documentation as the service shows it: its live examples work, its pictures come, and it is fit for everyone. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';

let browser: Browser;
let deployment: Deployment;
beforeAll(async () => {
  [browser, deployment] = await Promise.all([startChromium(), deployEmbedded()]);
  await openNewsroom(deployment.ingest.url).post({ title: 'Harbour bridge reopens', urgency: 2 });
});
afterAll(async () => {
  await browser.close();
  await deployment.stop();
});

describe.each([360, 1280])('the page of the widget, %i pixels wide', (width) => {
  it('has a live example of every layout, and its pictures', async () => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${deployment.ingest.url}/docs/widget`);
    for (const layout of ['list', 'marquee', 'rotator', 'banner']) {
      const ticker = page.locator(`news-ticker:has([data-layout="${layout}"])`);
      await ticker.locator('li', { hasText: 'Harbour bridge reopens' }).first().waitFor();
      expect(await ticker.count()).toBe(1);
    }
    const pictures = page.locator('main img');
    expect(await pictures.count()).toBeGreaterThan(4);
    for (const picture of await pictures.all()) {
      const before = await picture.evaluate((image) => image.getBoundingClientRect().height);
      await picture.scrollIntoViewIfNeeded();
      await picture.evaluate((image: HTMLImageElement) => image.decode());
      expect(await picture.evaluate((image) => image.getBoundingClientRect().height)).toBe(before);
    }
    await page.evaluate(axe.source);
    // The marquee runs meanwhile: what it shows is half faded at its edges.
    const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    expect(violations).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
