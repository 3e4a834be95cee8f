/** Times and words of the ticker as a reader sees them, in Chromium, whose own tables have no Azerbaijani. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type {} from '../../../client-sdk/src/news-ticker.ts';
import { startChromium } from '../../support/chromium.ts';
import { ownClock } from '../../support/own-clock.ts';
import { inventHeadline } from '../invented-headlines.ts';
import { barriers } from '../ticker-scene.ts';
import { startTickerService, type TickerService } from '../ticker-service.ts';

const ends: (() => unknown)[] = [];
let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** 23:57:30 in Baku. */
const NOW = '2024-04-24T19:57:30.000Z';
const headlines = [
  inventHeadline(4, { publishedAt: '2024-04-24T19:52:00.000Z' }),
  inventHeadline(3, { publishedAt: '2024-04-24T17:42:00.000Z' }),
  inventHeadline(2, { publishedAt: '2024-04-23T19:00:00.000Z' }),
  inventHeadline(1, { publishedAt: '2023-06-01T08:00:00.000Z' }),
];

interface Scene {
  readonly service: TickerService;
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Addresses of the scripts that the page asked for. */
  readonly scripts: readonly string[];
}

async function open({
  language = 'en',
  ticker = 'times="relative" days',
  script = '',
  viewersClock = NOW,
  width = 360,
  context = {},
  slow,
  until = '[data-state="loaded"]:not([data-words])',
}: {
  readonly language?: string;
  /** Attributes. */
  readonly ticker?: string;
  /** Runs before the ticker's own. */
  readonly script?: string;
  readonly viewersClock?: string;
  readonly width?: number;
  readonly context?: BrowserContextOptions;
  /** What becomes of the parts for words and times: 'lost', or a promise that they wait for. */
  readonly slow?: 'lost' | Promise<void>;
  readonly until?: string;
} = {}): Promise<Scene> {
  const service = await startTickerService({ headlines, serverTime: () => NOW });
  ends.push(() => service.close());
  const page = await browser.newPage({
    viewport: { width, height: 700 },
    timezoneId: 'Asia/Baku',
    ...context,
  });
  ends.push(() => page.close());
  page.setDefaultTimeout(10_000);
  await ownClock(page, new Date(viewersClock));
  if (slow) {
    await page.route(/\/newsline\/(az|ru|tr|relative-times)\.js/, async (route) => {
      if (slow === 'lost') return route.abort();
      await slow;
      return route.continue();
    });
  }
  const complaints: string[] = [];
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  const html = `<!doctype html><html lang="${language}"><title>A site</title><main><h1>A site</h1>
    <script>
      ${script}
    </script>
    <news-ticker channel="en" ${ticker}></news-ticker>
    <script src="/newsline.js" async></script>
  </main></html>`;
  await page.goto(service.page('/', html));
  await page.locator(`news-ticker ${until}`).waitFor({ state: 'attached' });
  return { service, page, complaints, scripts };
}

const times = (page: Page) => page.locator('news-ticker [part="time"]').allTextContents();
const days = (page: Page) => page.locator('news-ticker [part="day"]').allTextContents();
const heading = (page: Page) => page.locator('news-ticker h2').textContent();
const untilText = (page: Page, text: string) => page.locator('news-ticker').getByText(text).first().waitFor();

describe('relative times and days', () => {
  it.each([
    {
      language: 'en',
      times: ['5 minutes ago', '2 hours ago', 'yesterday', '1 June 2023'],
      days: ['Today', 'Yesterday', 'Thursday, 1 June 2023'],
    },
    {
      language: 'az',
      times: ['5 dəqiqə əvvəl', '2 saat əvvəl', 'dünən', '1 iyun 2023'],
      days: ['Bu gün', 'Dünən', '1 iyun 2023, cümə axşamı'],
    },
    {
      language: 'ru',
      times: ['5 минут назад', '2 часа назад', 'вчера', '1 июня 2023 г.'],
      days: ['Сегодня', 'Вчера', 'Четверг, 1 июня 2023 г.'],
    },
    {
      language: 'tr',
      times: ['5 dakika önce', '2 saat önce', 'dün', '1 Haziran 2023'],
      days: ['Bugün', 'Dün', '1 Haziran 2023 Perşembe'],
    },
  ])('are said in the language of the page: $language', async (expected) => {
    for (const width of [360, 1280]) {
      const { page, complaints } = await open({ language: expected.language, width });
      expect(await times(page)).toEqual(expected.times);
      expect(await days(page)).toEqual(expected.days);
      expect(await page.locator('[part="day"] time').first().getAttribute('datetime')).toBe('2024-04-24');
      const [room, needed] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
      expect(needed).toBeLessThanOrEqual(room ?? 0);
      expect(complaints).toEqual([]);
    }
  });

  it('do not ask the browser, which would print M04 for an Azerbaijani April', async () => {
    const { page } = await open({ language: 'az' });
    const [intl, ours] = await page.evaluate(() => [
      new Intl.DateTimeFormat('az', { month: 'long' }).format(new Date('2023-06-01')),
      document.querySelector('news-ticker')?.shadowRoot?.textContent ?? '',
    ]);
    // The second where a Chromium to come has learned it.
    expect(['M06', 'iyun']).toContain(intl);
    expect(ours).not.toMatch(/M\d\d/);
    expect(ours).toContain('1 iyun 2023');
  });

  it('go on with the clock, and turn at midnight of the zone shown', async () => {
    const { page } = await open({ language: 'az' });
    await page.clock.runFor(30_000);
    await untilText(page, '6 dəqiqə əvvəl');
    await page.clock.runFor(2 * 60_000);
    await page.locator('[part="day"]', { hasText: '23 aprel' }).waitFor();
    expect(await days(page)).toEqual(['Dünən', '23 aprel, çərşənbə axşamı', '1 iyun 2023, cümə axşamı']);
    expect(await times(page)).toEqual(['8 dəqiqə əvvəl', '2 saat əvvəl', '2 gün əvvəl', '1 iyun 2023']);
  });

  it("go by the service's clock where the viewer's is an hour wrong, either way", async () => {
    for (const viewersClock of ['2024-04-24T18:57:30.000Z', '2024-04-24T20:57:30.000Z']) {
      const { page } = await open({ viewersClock });
      expect(await times(page)).toEqual(['5 minutes ago', '2 hours ago', 'yesterday', '1 June 2023']);
      expect(await days(page)).toEqual(['Today', 'Yesterday', 'Thursday, 1 June 2023']);
      await page.clock.runFor(3 * 60_000);
      await untilText(page, '8 minutes ago');
      expect((await days(page))[0]).toBe('Yesterday');
    }
  });

  it('follow the zone, and come and go as their attributes do, over one connection', async () => {
    const { page, service, scripts } = await open({ ticker: '' });
    const set = (name: string, value: string | null) =>
      page.locator('news-ticker').evaluate(
        (ticker, [name, value]) => {
          if (value === null) ticker.removeAttribute(name as string);
          else ticker.setAttribute(name as string, value as string);
        },
        [name, value],
      );
    expect((await times(page))[0]).toBe('23:52 24.04.2024');
    expect(scripts.filter((url) => url.includes('relative-times'))).toEqual([]);
    await set('days', '');
    await untilText(page, 'Today');
    expect((await times(page))[0]).toBe('23:52 24.04.2024');
    await set('time-zone', 'Asia/Tokyo');
    await page.locator('[part="day"]', { hasText: 'Wednesday, 24 April' }).waitFor({ state: 'detached' });
    expect(await days(page)).toEqual(['Today', 'Yesterday', 'Thursday, 1 June 2023']);
    expect((await times(page))[0]).toBe('04:52 25.04.2024');
    await set('times', 'relative');
    await untilText(page, '5 minutes ago');
    await set('days', null);
    await page.locator('[part="day"]').first().waitFor({ state: 'detached' });
    await set('times', null);
    await untilText(page, '04:52 25.04.2024');
    expect(service.asked).toHaveLength(1);
  });

  it("keep the full time, say whose it is where it is not the viewer's, and are in no live region", async () => {
    const { page } = await open({
      language: 'az',
      ticker: 'times="relative" zone-label',
      context: { timezoneId: 'Europe/Berlin' },
    });
    const time = page.locator('[part="time"]').first();
    expect(await time.getAttribute('title')).toBe('23:52 24.04.2024, Bakı vaxtı');
    expect(await time.getAttribute('datetime')).toBe(headlines[0]?.publishedAt);
    expect(await page.locator('[part="zone"]').textContent()).toBe('Bakı vaxtı');
    expect(
      await page
        .locator('[part="time"]')
        .evaluateAll(
          (all) => all.filter((one) => one.closest('[role="status"], [role="alert"], [aria-live]')).length,
        ),
    ).toBe(0);
    await page.locator('news-ticker').evaluate((ticker) => ticker.setAttribute('time-zone', 'viewer'));
    await page.locator('[part="time"][title="21:52 24.04.2024"]').waitFor();
    expect(await page.locator('[part="zone"]').textContent()).toBe('');
  });

  it('touch nothing while nothing changes, and nothing but the text when it does', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const root = document.querySelector('news-ticker')?.shadowRoot;
      if (!root) throw new Error('no shadow root');
      new MutationObserver((records) => {
        for (const { type, target } of records)
          seen.push(
            `${type} of ${target.parentElement?.tagName ?? ''} ${(target as Element).tagName ?? '#text'}`,
          );
      }).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    });
    await page.clock.runFor(29_000);
    expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual([]);
    await page.clock.runFor(1_000);
    await untilText(page, '6 minutes ago');
    expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual(['childList of P TIME']);
  });
});

describe('words', () => {
  it('follow the language of the page as it changes, without one of another in between', async () => {
    const { page } = await open({ language: 'en', ticker: '' });
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const heading = document.querySelector('news-ticker')?.shadowRoot?.querySelector('h2');
      if (!heading) throw new Error('no heading');
      new MutationObserver(() => seen.push(heading.textContent ?? '')).observe(heading, { childList: true });
      document.documentElement.lang = 'ru';
    });
    await untilText(page, 'Лента новостей');
    await page.evaluate(() => (document.documentElement.lang = 'tr'));
    await untilText(page, 'Haber akışı');
    expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual(['Лента новостей', 'Haber akışı']);
    expect(await page.locator('[part="ticker"]').getAttribute('lang')).toBe('tr');
  });

  it('keep their place until they come, and say nothing in another language', async () => {
    for (const language of ['az', 'ru', 'tr']) {
      const ticker = 'times="relative" days zone-label';
      const context = { timezoneId: 'Europe/Berlin' };
      let come = () => {};
      const slow = new Promise<void>((resolve) => (come = resolve));
      const { page, service } = await open({
        language,
        ticker,
        context,
        slow,
        until: '[data-words="coming"]',
      });
      await service.answered(1);
      const header = () => page.locator('[part="header"]').boundingBox();
      expect(await page.locator('h2').isVisible()).toBe(false);
      expect(await page.locator('[part="time"]').count()).toBe(0);
      const before = await header();
      expect(before?.height).toBeGreaterThan(40);
      come();
      await page.locator('news-ticker [data-state="loaded"]:not([data-words])').waitFor();
      expect(await header()).toEqual(before);
      expect(await page.locator('h2').isVisible()).toBe(true);
      expect(await page.locator('[part="zone"]').textContent()).not.toBe('');
      await page.clock.resume();
      expect(await barriers(page)).toEqual([]);
    }
  });

  it('are English, and times those of the clock, where their parts do not come', async () => {
    const { page, complaints } = await open({ language: 'az', slow: 'lost' });
    expect(await heading(page)).toBe('News line');
    expect((await times(page))[0]).toBe('23:52 24.04.2024');
    expect(await days(page)).toEqual([]);
    expect(complaints.filter((text) => text.startsWith('newsline: '))).toHaveLength(2);
  });

  it('do not keep headlines waiting for long', async () => {
    let come = () => {};
    const slow = new Promise<void>((resolve) => (come = resolve));
    const { page } = await open({ language: 'ru', slow, until: '[data-words="coming"]' });
    await page.clock.runFor(1_500);
    await page.locator('news-ticker [data-state="loaded"]:not([data-words])').waitFor();
    expect(await heading(page)).toBe('News line');
    come();
    await untilText(page, 'Лента новостей');
    await untilText(page, '5 минут назад');
  });

  it("may be the page's own, one by one or a whole language, given before the script came or later", async () => {
    const { page } = await open({
      ticker: '',
      language: 'az',
      script:
        "addEventListener('DOMContentLoaded', () => { document.querySelector('news-ticker').words = { heading: 'Liman xəbərləri' }; });",
    });
    expect([await heading(page), await page.locator('[part="pause"]').textContent()]).toEqual([
      'Liman xəbərləri',
      'Dayandır',
    ]);
    await page.locator('news-ticker').evaluate((ticker: HTMLElementTagNameMap['news-ticker']) => {
      ticker.words = { language: 'fa', direction: 'rtl', heading: 'خط خبر', pause: 'توقف' };
    });
    await untilText(page, 'خط خبر');
    const frame = page.locator('[part="ticker"]');
    expect([await frame.getAttribute('lang'), await frame.getAttribute('dir')]).toEqual(['fa', 'rtl']);
    const [name, button] = [
      await page.locator('h2').boundingBox(),
      await page.locator('[part="pause"]').boundingBox(),
    ];
    expect(name?.x).toBeGreaterThan(button?.x ?? Number.POSITIVE_INFINITY);
    await page.locator('news-ticker').evaluate((ticker: HTMLElementTagNameMap['news-ticker']) => {
      ticker.words = undefined;
    });
    await untilText(page, 'Xəbər lenti');
    expect(await frame.getAttribute('dir')).toBeNull();
  });
});
