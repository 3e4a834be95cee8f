import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Headline } from '../../src/protocol/headline.ts';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline } from './invented-headlines.ts';
import { frames, untilParts } from './layout-shifts.ts';
import {
  barriers,
  endScenes,
  lines,
  openScene,
  SCRIPT,
  TICKER,
  titles,
  untilTitles,
} from './ticker-scene.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const LONG =
  'A title that was short, and after its correction fills three lines of the list and a part of a fourth';
const story = (sequence: number, more: Partial<Headline> = {}) =>
  inventHeadline(sequence, { url: `https://news.example/${sequence}`, ...more });

async function openList(body = SCRIPT + TICKER, count = 12) {
  const headlines = Array.from({ length: count }, (_, at) => story(count - at));
  const scene = await openScene(browser, { headlines, body: `${body}<h1>A site</h1>` });
  await untilParts(scene.page);
  return scene;
}

/** Where each line stands, by its first words or as empty. */
const places = (page: Page) =>
  lines(page).evaluateAll((all) =>
    all.map((line) => [line.getBoundingClientRect().top, line.getBoundingClientRect().height]),
  );

/** Ways to read, and to stop. */
const WAYS: readonly (readonly [
  string,
  (page: Page) => Promise<unknown>,
  (page: Page) => Promise<unknown>,
])[] = [
  ['a hand rests on it', (page) => lines(page).nth(2).hover(), (page) => page.mouse.move(350, 690)],
  [
    'a link in it has the focus',
    (page) => page.getByRole('link').nth(2).focus(),
    (page) => page.getByRole('button', { name: 'Pause' }).focus(),
  ],
  [
    'words of it are selected',
    (page) =>
      page.evaluate(() => {
        const title = document
          .querySelector('news-ticker')
          ?.shadowRoot?.querySelectorAll('[part="title"]')[2];
        if (title) getSelection()?.setBaseAndExtent(title, 0, title, 1);
      }),
    (page) => page.evaluate(() => getSelection()?.removeAllRanges()),
  ],
  [
    'it was scrolled',
    (page) => page.locator('[part="list"]').evaluate((list) => list.scrollTo({ top: 150 })),
    (page) => page.locator('[part="list"]').evaluate((list) => list.scrollTo({ top: 0 })),
  ],
  [
    'the page was scrolled past its beginning',
    (page) => page.evaluate(() => scrollTo({ top: 200, behavior: 'instant' })),
    (page) => page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' })),
  ],
];

describe('nothing moves', () => {
  it.each(WAYS)('while %s, and what came and went is drawn afterwards', async (_, read, stop) => {
    const { page, service } = await openList(`${SCRIPT}${TICKER}<p style="block-size: 100vh">Below</p>`);
    await read(page);
    await frames(page, 3);
    const before = await places(page);
    service.publish(story(13));
    service.publish(story(14));
    service.publish(story(9, { version: 2, title: LONG, notice: LONG }), 'corrected');
    service.retract('story-11', 'The pier was not meant.');
    service.publish(story(15));
    await page.getByRole('button', { name: '3 new headlines' }).waitFor();
    await untilTitles(page, LONG);
    await frames(page, 3);
    expect(await places(page)).toEqual(before);
    expect(await titles(page)).toEqual(
      [12, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((sequence) => (sequence === 9 ? LONG : story(sequence).title)),
    );
    expect(
      await page.locator('news-ticker').evaluate((ticker) => ticker.shadowRoot?.textContent),
    ).not.toContain('meant');
    await stop(page);
    await page.getByRole('button', { name: 'new headlines' }).waitFor({ state: 'detached' });
    await untilTitles(page, story(15).title);
    expect((await titles(page)).slice(0, 5)).toEqual(
      [15, 14, 13, 12, 10].map((sequence) => story(sequence).title),
    );
    expect(await lines(page).count()).toBe(14);
  });

  it('until the reader asks for what waits: then the list shows its beginning', async () => {
    const { page, service } = await openList();
    await page.locator('[part="list"]').evaluate((list) => list.scrollTo({ top: 150 }));
    await frames(page, 2);
    service.publish(story(13));
    const pill = page.getByRole('button', { name: '1 new headline' });
    await pill.waitFor();
    expect(await barriers(page)).toEqual([]);
    await pill.click();
    await untilTitles(page, story(13).title);
    expect(await page.locator('[part="list"]').evaluate((list) => list.scrollTop)).toBe(0);
    expect((await titles(page))[0]).toBe(story(13).title);
    expect(
      await page.evaluate(
        () => document.querySelector('news-ticker')?.shadowRoot?.activeElement?.textContent,
      ),
    ).toBe('Pause');
  });

  it('under a pill: it covers no line of the list and no control', async () => {
    const { page, service } = await openList();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    service.publish(story(13));
    const pill = await page.locator('[part="pill"]').boundingBox();
    const boxes = await Promise.all(
      [page.locator('[part="pause"]'), page.locator('h2'), page.locator('li a').first()].map((one) =>
        one.boundingBox(),
      ),
    );
    const overlaps = (a: Box, b: Box) =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    expect(pill).not.toBeNull();
    expect(boxes.filter((box) => !box || !pill || overlaps(box, pill))).toEqual([]);
  });
});

describe('a headline that was taken away', () => {
  it('leaves nothing behind by default', async () => {
    const { page, service } = await openList();
    service.retract('story-11', 'The pier was not meant.');
    await lines(page).nth(11).waitFor({ state: 'detached' });
    expect(await page.getByText('Withdrawn').count()).toBe(0);
  });

  it('is told of for a while in its place, where the site asks for it', async () => {
    const { page, service } = await openList(
      `${SCRIPT}<news-ticker channel="en" retractions="notice"></news-ticker>`,
    );
    await page.clock.install();
    const before = await places(page);
    service.retract('story-11', 'The pier was not meant.');
    service.retract('story-10');
    await page.getByText('Withdrawn: The pier was not meant.').waitFor();
    await page.getByText('Withdrawn', { exact: true }).last().waitFor();
    expect(await places(page)).toEqual(before);
    expect(await page.getByText(story(11).title, { exact: true }).count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await page.clock.runFor(20_000);
    await lines(page).nth(10).waitFor({ state: 'detached' });
    expect(await page.getByText('Withdrawn').count()).toBe(0);
  });
});

describe('a page that nobody sees', () => {
  const setHidden = (page: Page, isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  it('is drawn once when it is seen again, and before only where a headline is taken away', async () => {
    const { page, service } = await openList();
    await setHidden(page, true);
    const seen = page.evaluate(
      () =>
        new Promise((resolve) => {
          let count = 0;
          document.addEventListener('newsline:headline', () => {
            count += 1;
            if (count === 30) setTimeout(resolve);
          });
        }),
    );
    await frames(page, 1);
    for (let sequence = 13; sequence < 43; sequence += 1) service.publish(story(sequence));
    await seen;
    expect((await titles(page))[0]).toBe(story(12).title);
    service.retract('story-40');
    await untilTitles(page, story(42).title);
    expect(await page.getByText(story(40).title).count()).toBe(0);
    service.publish(story(43));
    await frames(page, 2);
    expect((await titles(page))[0]).toBe(story(42).title);
    expect(await page.locator('[role="status"]').textContent()).toBe('');
    await setHidden(page, false);
    await untilTitles(page, story(43).title);
    const glows = () => document.querySelector('news-ticker')?.shadowRoot?.getAnimations().length;
    await frames(page, 6);
    expect(await page.evaluate(glows)).toBe(0);
  });

  it('gives its connection up when it is put away, and is right when it is brought back', async () => {
    const { page, service } = await openList();
    const closed = [...service.sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    const turn = (type: string) =>
      page.evaluate((name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type);
    await turn('pagehide');
    await Promise.all(closed);
    service.publish(story(13));
    service.retract('story-12');
    expect(await lines(page).count()).toBe(12);
    await turn('pageshow');
    await untilTitles(page, story(13).title);
    expect((await titles(page)).slice(0, 2)).toEqual([story(13).title, story(11).title]);
    expect(service.sockets.size).toBe(1);
  });
});
