import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type {} from '../../client-sdk/src/news-ticker.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
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

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const open = (options?: Parameters<typeof openScene>[1]) => openScene(browser, options);

describe('the list', () => {
  it('shows the newest first, with the time of the newsroom', async () => {
    const publishedAt = '2024-04-24T19:42:00.000Z';
    const { page, service } = await open({
      headlines: [inventHeadline(2, { publishedAt }), inventHeadline(1)],
    });
    expect(await titles(page)).toEqual([inventHeadline(2).title, inventHeadline(1).title]);
    const time = page.locator('news-ticker time').first();
    expect(await time.textContent()).toBe('23:42 24.04.2024');
    expect(await time.getAttribute('datetime')).toBe(publishedAt);
    service.publish(
      inventHeadline(59, { publishedAt: '2024-04-24T19:43:00.000Z', title: 'Lighthouse lit again' }),
    );
    await untilTitles(page, 'Lighthouse lit again');
    expect((await titles(page))[0]).toBe('Lighthouse lit again');
  });

  it('takes a killed headline away, and puts a correction in its place with its notice', async () => {
    const { page, service } = await open();
    service.publish(
      inventHeadline(2, { version: 2, title: 'Pier two stays closed', notice: 'It is not open.' }),
      'corrected',
    );
    service.retract('story-3');
    await lines(page).nth(1).waitFor();
    await page.waitForFunction(
      () => document.querySelector('news-ticker')?.shadowRoot?.querySelectorAll('li').length === 2,
    );
    expect(await titles(page)).toEqual(['Pier two stays closed', inventHeadline(1).title]);
    expect(await page.locator('[part="notice"]').textContent()).toBe('Correction: It is not open.');
  });

  it('marks flash, breaking and labels by words', async () => {
    const headlines = [
      inventHeadline(4, { urgency: 1 }),
      inventHeadline(3, { urgency: 3, labels: ['live', 'video'] }),
      inventHeadline(2, { urgency: 4, labels: ['photo'] }),
    ];
    const { page } = await open({ headlines });
    const badges = (at: number) =>
      lines(page).nth(at).locator('[part~="badge"], [part~="label"]').allTextContents();
    expect(await badges(0)).toEqual(['FLASH']);
    expect(await badges(1)).toEqual(['LIVE', 'VIDEO', 'BREAKING']);
    expect(await badges(2)).toEqual(['PHOTOS']);
  });

  it('shows a picture in a box that keeps its size, whether or not the picture comes', async () => {
    const image = { url: 'https://img.example/pier.svg', width: 1200, height: 800, alt: 'Boats at the pier' };
    const { page } = await open({
      headlines: [
        inventHeadline(4, { image }),
        inventHeadline(3, { image: { ...image, alt: inventHeadline(3).title } }),
        inventHeadline(2, { image: { ...image, url: 'https://img.example/missing' } }),
        inventHeadline(1, { image: { ...image, url: 'javascript:alert(1)' } }),
      ],
    });
    const missing = lines(page).nth(2).locator('img');
    await missing.waitFor({ state: 'detached' });
    const boxes = page.locator('news-ticker [part="thumbnail"]');
    expect(await boxes.evaluateAll((all) => all.map((box) => [box.clientWidth, box.clientHeight]))).toEqual(
      Array(3).fill([96, 64]),
    );
    const images = page.locator('news-ticker img');
    expect(await images.evaluateAll((all) => all.map((one) => one.getAttribute('alt')))).toEqual([
      'Boats at the pier',
      '',
    ]);
  });

  it('says its own words in the language around it, and each headline in its own', async () => {
    const { page } = await open({
      headlines: [inventHeadline(1, { language: 'ru', title: 'Порт открыт' })],
      body: `${SCRIPT}<div lang="az"><news-ticker channel="en" more-url="/all"></news-ticker></div>`,
    });
    expect(await page.locator('h2').textContent()).toBe('Xəbər lenti');
    expect(await page.locator('[part="all"]').textContent()).toBe('Hamısı');
    expect(await page.locator('[part="text"]').getAttribute('lang')).toBe('ru');
    await page.locator('news-ticker').evaluate((ticker) => ticker.setAttribute('lang', 'ru'));
    await page.getByRole('button', { name: 'Пауза' }).waitFor();
  });

  it('follows its attributes as they change, over one connection', async () => {
    const { page, service } = await open();
    const set = (name: string, value: string) =>
      page
        .locator('news-ticker')
        .evaluate(
          (ticker, [name, value]) => ticker.setAttribute(name as string, value as string),
          [name, value],
        );
    await set('time-zone', 'America/New_York');
    await page.getByText('04:03 24.04.2024').waitFor();
    await set('heading', 'Harbour news');
    await page.getByRole('heading', { name: 'Harbour news' }).waitFor();
    await set('more-url', '/all');
    expect(await page.getByRole('link', { name: 'All' }).getAttribute('href')).toBe(`${service.url}/all`);
    expect(service.asked).toHaveLength(1);
    await set('limit', '2');
    await page.waitForFunction(
      () => document.querySelector('news-ticker')?.shadowRoot?.querySelectorAll('li').length === 2,
    );
    await set('section', 'harbour, sport');
    await service.answered(3);
    expect(service.asked.map(({ search }) => search)).toEqual([
      '?last=20',
      '?last=2',
      '?last=2&section=harbour&section=sport',
    ]);
    expect(service.mostSockets).toBeLessThanOrEqual(2);
  });

  it('shows one at a time in a rotator, loaded when it is first wanted', async () => {
    const { page, complaints } = await open({
      body: `${SCRIPT}<news-ticker channel="en" layout="rotator"></news-ticker>`,
    });
    expect(await titles(page)).toEqual([inventHeadline(3).title]);
    await page.getByRole('button', { name: 'Next' }).click();
    await untilTitles(page, inventHeadline(2).title);
    expect(await lines(page).count()).toBe(1);
    await page.locator('news-ticker').evaluate((ticker) => ticker.removeAttribute('layout'));
    await lines(page).nth(2).waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows the viewer's own time where asked to", async () => {
    const { page } = await open({
      body: `${SCRIPT}<news-ticker channel="en" time-zone="viewer"></news-ticker>`,
      context: { timezoneId: 'Asia/Tokyo' },
    });
    expect(await page.locator('time').first().textContent()).toBe('17:03 24.04.2024');
  });
});

describe('what a headline can not do', () => {
  const hostile = [
    '<img src=x onerror="window.harmed=1">',
    '<script>window.harmed=1</script>',
    '"><svg onload=window.harmed=1>',
    '&lt;b&gt;not bold&lt;/b&gt; {{7*7}}',
    '\u05D0\u05D1 \u{1F468}\u200D\u{1F469}\u200D\u{1F467} e\u0301\u0301\u0301',
    'W'.repeat(300),
  ];

  it('be anything but text, under a Content-Security-Policy that forbids the rest', async () => {
    const headlines = hostile.map((title, at) =>
      inventHeadline(20 - at, {
        title,
        url: 'javascript:window.harmed=1',
        notice: title,
        image: { url: 'data:image/svg+xml,<svg/>', width: 1, height: 1, alt: title },
      }),
    );
    const { page, complaints } = await open({
      headlines,
      csp: (url) =>
        `default-src 'none'; script-src ${url}; connect-src ${url.replace('http', 'ws')}; img-src https:; require-trusted-types-for 'script'; trusted-types 'none'`,
    });
    expect(await titles(page)).toEqual(hostile);
    expect(await page.locator('news-ticker :is(a, img, script, svg, b)').count()).toBe(0);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(
      await page.locator('[part="ticker"]').evaluate((ticker) => getComputedStyle(ticker).borderTopStyle),
    ).toBe('solid');
    expect(complaints).toEqual([]);
  });
});

describe('the reader', () => {
  it('pauses by the first control: new headlines wait and are counted, kills and corrections do not', async () => {
    const { page, service } = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    service.publish(inventHeadline(4));
    service.publish(inventHeadline(5));
    service.publish(inventHeadline(2, { version: 2, title: 'Pier two stays closed' }), 'corrected');
    service.retract('story-3');
    await page.getByText('2 new headlines').waitFor();
    await page.waitForFunction(
      () => document.querySelector('news-ticker')?.shadowRoot?.querySelectorAll('li').length === 2,
    );
    expect(await titles(page)).toEqual(['Pier two stays closed', inventHeadline(1).title]);
    await page.keyboard.press('Enter');
    await untilTitles(page, inventHeadline(5).title);
    expect(await lines(page).count()).toBe(4);
    expect(await page.locator('[part="pill"]').count()).toBe(0);
  });

  it('keeps the focus while headlines come, are corrected and are killed around it', async () => {
    const withLink = (sequence: number, more: Partial<Headline> = {}) =>
      inventHeadline(sequence, { url: `https://news.example/${sequence}`, ...more });
    const { page, service } = await open({ headlines: [3, 2, 1].map((sequence) => withLink(sequence)) });
    const focused = () =>
      page.evaluate(() => document.querySelector('news-ticker')?.shadowRoot?.activeElement?.textContent);
    await page.getByRole('link', { name: inventHeadline(2).title }).focus();
    service.publish(withLink(4));
    service.publish(withLink(2, { version: 2, title: 'Pier two stays closed' }), 'corrected');
    service.retract('story-3');
    await untilTitles(page, 'Pier two stays closed');
    await lines(page).getByText(inventHeadline(3).title).waitFor({ state: 'detached' });
    expect(await focused()).toBe('Pier two stays closed');
    service.retract('story-2');
    await lines(page).getByText('Pier two stays closed').waitFor({ state: 'detached' });
    expect(await focused()).toBe(inventHeadline(1).title);
  });

  it('hears of new headlines once, politely, and of a flash at once', async () => {
    const { page, service } = await open();
    const status = page.locator('news-ticker [role="status"]');
    expect(await status.textContent()).toBe('');
    service.publish(inventHeadline(4));
    await untilTitles(page, inventHeadline(4).title);
    expect(await status.textContent()).toBe(`1 new headline. Latest: ${inventHeadline(4).title}`);
    service.publish(inventHeadline(5, { urgency: 1, title: 'Harbour closed' }));
    await untilTitles(page, 'Harbour closed');
    expect(await page.locator('news-ticker [role="alert"]').textContent()).toBe('FLASH: Harbour closed');
    expect(await status.textContent()).toBe(`1 new headline. Latest: ${inventHeadline(4).title}`);
    service.retract('story-5');
    await page.waitForFunction(
      () => document.querySelector('news-ticker')?.shadowRoot?.querySelectorAll('li').length === 4,
    );
    expect(await page.locator('news-ticker [role="alert"]').textContent()).toBe('');
  });

  it('is told while the list may be behind, and no longer when it is not', async () => {
    const { page, service } = await open();
    expect(await page.locator('[part="state"]').textContent()).toBe('');
    await page.context().setOffline(true);
    await page.getByText('Offline').waitFor();
    expect(service.sockets.size).toBeLessThanOrEqual(1);
    service.publish(inventHeadline(4));
    await page.context().setOffline(false);
    await untilTitles(page, inventHeadline(4).title);
    await page.locator('[part="state"]:empty').waitFor();
    expect(service.asked.at(-1)?.searchParams.has('since')).toBe(true);
  });

  it('can read it at 320 pixels without scrolling to the side', async () => {
    const image = { url: 'https://img.example/pier.svg', width: 1200, height: 800, alt: '' };
    const { page } = await open({
      headlines: [inventHeadline(1, { urgency: 1, image, labels: ['live', 'photo', 'video'] })],
      body: `${SCRIPT}<div lang="ru">${TICKER}</div>`,
      context: { viewport: { width: 320, height: 600 } },
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });

  it.each(['light', 'dark'] as const)('meets no barrier that axe knows, in %s', async (colorScheme) => {
    const image = { url: 'https://img.example/pier.svg', width: 1200, height: 800, alt: 'The pier' };
    const { page } = await open({
      headlines: [
        inventHeadline(4, { urgency: 1, url: 'https://news.example/4', image }),
        inventHeadline(3, { urgency: 2, url: 'https://news.example/3', labels: ['live', 'photo', 'video'] }),
        inventHeadline(2, { language: 'az', notice: 'The pier was another.' }),
        inventHeadline(1, { url: 'https://news.example/1' }),
      ],
      body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" more-url="/all"></news-ticker>`,
      context: { colorScheme },
    });
    expect(await barriers(page)).toEqual([]);
  });
});

describe('the site', () => {
  it('may load the script twice, and has one connection for its ticker', async () => {
    const { page, service, complaints } = await open({
      body: `${SCRIPT}${TICKER}<script src="/newsline.js"></script>`,
    });
    expect(await page.evaluate('typeof newsline.connect')).toBe('function');
    expect(await lines(page).count()).toBe(3);
    expect(service.asked).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('sees nothing altered in the page by news that changes nothing', async () => {
    const { page, service } = await open({
      headlines: inventHeadlines(3).map((one) => ({ ...one, labels: ['live'] })),
    });
    await page.evaluate(() => {
      const seen: string[] = [];
      const isRead = new Promise((resolve) => {
        document.addEventListener('newsline:retraction', () => setTimeout(resolve), { once: true });
      });
      const all = { subtree: true, childList: true, attributes: true, characterData: true };
      const root = document.querySelector('news-ticker')?.shadowRoot;
      if (root)
        new MutationObserver((records) => seen.push(...records.map(({ type }) => type))).observe(root, all);
      Object.assign(window, { seen, isRead });
    });
    const headlines = inventHeadlines(3).map((one): Headline => ({ ...one, labels: ['live'] }));
    service.send({
      type: 'headline',
      channel: 'en',
      cursor: 'e1.1.t1',
      change: 'published',
      headline: headlines[0] as Headline,
    });
    service.send({
      type: 'snapshot',
      channel: 'en',
      cursor: 'e1.1.t1',
      resumed: false,
      serverTime: new Date().toISOString(),
      timeZone: 'Asia/Baku',
      headlines,
    });
    // The retraction of an id that is not shown tells that all before it was read.
    service.send({ type: 'retraction', channel: 'en', cursor: 'e1.9.t9', id: 'unknown' });
    await page.evaluate('window.isRead');
    expect(await page.evaluate('window.seen')).toEqual([]);
    service.send({ type: 'retraction', channel: 'en', cursor: 'e1.10.t10', id: 'story-1' });
    await page.waitForFunction('window.seen.length > 0');
  });

  it('hears of headlines, retractions, status and clicks by events, and can keep a click', async () => {
    const { page, service } = await open({
      headlines: [inventHeadline(1, { url: 'https://news.example/1' })],
    });
    await page.evaluate(() => {
      const heard: unknown[] = [];
      Object.assign(window, { heard });
      document.addEventListener('newsline:headline', (event) =>
        heard.push([event.type, event.detail.change, event.detail.headline.id]),
      );
      document.addEventListener('newsline:retraction', (event) =>
        heard.push([event.type, event.detail.id, event.detail.notice]),
      );
      document.addEventListener('newsline:click', (event) => {
        event.preventDefault();
        heard.push([event.type, event.detail.headline.id]);
      });
      document.addEventListener('newsline:status', (event) => heard.push([event.type, event.detail.status]));
    });
    await page.getByRole('link').first().click();
    service.publish(inventHeadline(2));
    service.retract('story-2', 'Withdrawn');
    service.dismiss(4504, 'unknown-channel');
    await page.getByText('Not available').waitFor();
    expect(await page.evaluate('window.heard')).toEqual([
      ['newsline:click', 'story-1'],
      ['newsline:headline', 'published', 'story-2'],
      ['newsline:retraction', 'story-2', 'Withdrawn'],
      ['newsline:status', 'refused'],
    ]);
    expect(page.url()).toBe(`${service.url}/`);
  });

  it('may move the ticker without a flicker, take it out and put it in again', async () => {
    const { page, service } = await open({ body: `${SCRIPT}${TICKER}<section></section>` });
    const isSame = await page.evaluate(async () => {
      const ticker = document.querySelector('news-ticker');
      const first = ticker?.shadowRoot?.querySelector('li');
      if (ticker) document.querySelector('section')?.append(ticker);
      await new Promise((resolve) => setTimeout(resolve));
      return first !== undefined && first === ticker?.shadowRoot?.querySelector('li');
    });
    expect(isSame).toBe(true);
    expect(service.asked).toHaveLength(1);
    const left = [...service.sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    await page.evaluate(() => {
      const ticker = document.querySelector('news-ticker');
      ticker?.remove();
      Object.assign(window, { ticker });
    });
    await Promise.all(left);
    await page.evaluate('document.body.append(window.ticker)');
    await service.answered(2);
    await untilTitles(page, inventHeadline(3).title);
  });

  it('has the place kept before the headlines come, so that nothing below moves', async () => {
    const { page } = await open({
      headlines: inventHeadlines(6),
      body: `${SCRIPT}<news-ticker channel="none" limit="6"></news-ticker><news-ticker src="http://127.0.0.1:1" channel="en" limit="6"></news-ticker>`,
      context: { viewport: { width: 900, height: 900 } },
    });
    const [loaded, waiting] = await page
      .locator('news-ticker')
      .evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(Math.abs((loaded ?? 0) - (waiting ?? 0))).toBeLessThan(60);
  });
});
