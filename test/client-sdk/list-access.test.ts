import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Headline } from '../../src/protocol/headline.ts';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline } from './invented-headlines.ts';
import { untilParts } from './layout-shifts.ts';
import { barriers, endScenes, lines, openScene, SCRIPT, untilTitles } from './ticker-scene.ts';

declare global {
  interface Window {
    /** Headlines that the page heard of. */
    count: number;
  }
}

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const image = { url: 'https://img.example/pier.svg', width: 1200, height: 800, alt: 'The pier' };
const STORIES: readonly Headline[] = [
  inventHeadline(6, { urgency: 1, url: 'https://news.example/6', image }),
  inventHeadline(5, { urgency: 2, url: 'https://news.example/5', labels: ['live', 'photo', 'video'] }),
  inventHeadline(4, { replaces: 'story-3', url: 'https://news.example/4' }),
  inventHeadline(3, { url: 'https://news.example/3' }),
  inventHeadline(2, { language: 'az', title: 'Liman açıldı', notice: 'Körpü deyil.' }),
  inventHeadline(1, { language: 'ar', title: 'افتتاح الميناء الجديد' }),
];

async function spoken(page: Page, selector: string): Promise<() => Promise<readonly string[]>> {
  await page.locator(selector).evaluate((node) => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => {
      const text = node.textContent ?? '';
      if (text && text !== said.at(-1)) said.push(text);
    }).observe(node, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate('window.said');
}

describe('whoever listens', () => {
  const open = async () => {
    const scene = await openScene(browser, { headlines: STORIES });
    await untilParts(scene.page);
    await scene.page.clock.install();
    return scene;
  };

  it('hears of sixty headlines in a minute five times at most', async () => {
    const { page, service } = await open();
    const said = await spoken(page, '[role="status"]');
    await page.evaluate(() => {
      Object.assign(window, { count: 0 });
      document.addEventListener('newsline:headline', () =>
        Object.assign(window, { count: window.count + 1 }),
      );
    });
    for (let second = 1; second <= 60; second += 1) {
      const publishedAt = new Date(Date.UTC(2024, 4, 1, 8, second)).toISOString();
      service.publish(inventHeadline(second + 6, { publishedAt, updatedAt: publishedAt }));
      // Not by a poll of the page, whose clock stands.
      while ((await page.evaluate(() => window.count)) < second);
      await page.clock.runFor(1_000);
    }
    const heard = await said();
    expect(heard.length).toBeLessThanOrEqual(5);
    expect(heard.length).toBeGreaterThanOrEqual(3);
    expect(heard[0]).toMatch(/^1 new headline\. Latest: /);
    expect(heard[1]).toMatch(/^1\d new headlines\. Latest: /);
  });

  it('hears nothing while it is paused, but a flash when it is not', async () => {
    const { page, service } = await open();
    const said = await spoken(page, '[role="alert"]');
    await page.getByRole('button', { name: 'Pause' }).click();
    service.publish(inventHeadline(7, { urgency: 1 }));
    await page.getByRole('button', { name: '1 new headline' }).waitFor();
    expect(await said()).toEqual([]);
    expect(await page.locator('[role="status"]').textContent()).toBe('');
    await page.getByRole('button', { name: 'Resume' }).click();
    service.publish(inventHeadline(8, { urgency: 1, title: 'Harbour closed' }));
    await untilTitles(page, 'Harbour closed');
    expect(await said()).toEqual(['FLASH: Harbour closed']);
  });
});

describe('axe finds no barrier', () => {
  const SCHEMES = [
    ['light', {}, ''],
    ['dark', { colorScheme: 'dark' }, ''],
    ['from right to left', {}, 'dir="rtl"'],
    ['forced colours', { forcedColors: 'active' }, ''],
  ] as const;

  it.each(SCHEMES)('in any state, in %s', async (_, media, attributes) => {
    const { page, service } = await openScene(browser, {
      headlines: STORIES,
      body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" more-url="/all" retractions="notice" ${attributes}></news-ticker>
        <div id="empty"></div>`,
    });
    await page.emulateMedia(media);
    await untilParts(page);
    await page.getByText('Follow-up (1)').click();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause' }).click();
    service.publish(inventHeadline(9));
    service.retract('story-5', 'It was another pier.');
    await page.getByText('1 new headline').waitFor();
    await page.getByText('It was another pier.').waitFor();
    expect(await barriers(page)).toEqual([]);
    service.dismiss(4504, 'unknown-channel');
    await page.getByText('Not available').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it.each(SCHEMES)('while it loads and while there is nothing yet, in %s', async (_, media, attributes) => {
    const { page } = await openScene(browser, {
      headlines: [],
      body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" ${attributes}></news-ticker>
        <news-ticker src="http://127.0.0.1:1" channel="en" heading="Another" ${attributes}></news-ticker>`,
    });
    await page.emulateMedia(media);
    await page.getByText('No headlines yet').waitFor();
    await page.locator('[data-state="loading"]').waitFor();
    expect(await barriers(page)).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  it('the pause control is first, then the links in their order, then all', async () => {
    const { page } = await openScene(browser, {
      headlines: STORIES,
      body: `${SCRIPT}<news-ticker channel="en" more-url="/all"></news-ticker>`,
    });
    await page.getByText('Follow-up (1)').waitFor();
    const stops: (string | null | undefined)[] = [];
    for (let at = 0; at < 6; at += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(
          () => document.querySelector('news-ticker')?.shadowRoot?.activeElement?.textContent,
        ),
      );
    }
    const title = (sequence: number) => inventHeadline(sequence).title;
    expect(stops).toEqual(['Pause', title(6), title(5), title(4), 'Follow-up (1)', 'All']);
  });

  it('a list without links scrolls, and says its name', async () => {
    const { page } = await openScene(browser, {
      headlines: Array.from({ length: 20 }, (_, at) => inventHeadline(20 - at)),
    });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    const list = page.getByRole('list', { name: 'News line' });
    await page.waitForFunction(
      () => (document.querySelector('news-ticker')?.shadowRoot?.querySelector('ol')?.scrollTop ?? 0) > 0,
    );
    expect(await list.evaluate((node) => (node.getRootNode() as ShadowRoot).activeElement === node)).toBe(
      true,
    );
  });
});

describe('what is seen', () => {
  it('fits 320 pixels, with text of twice the size', async () => {
    const { page } = await openScene(browser, {
      headlines: STORIES,
      body: `${SCRIPT}<style>html { font-size: 200% }</style><div lang="ru"><news-ticker channel="en" more-url="/all"></news-ticker></div>`,
      context: { viewport: { width: 320, height: 600 } },
    });
    await page.getByRole('button', { name: 'Пауза' }).waitFor();
    const wide = await page.locator('news-ticker').evaluate((ticker) =>
      [document.documentElement, ...(ticker.shadowRoot?.querySelectorAll('*') ?? [])]
        .filter(
          (node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline',
        )
        .map((node) => `${node.localName} ${node.getAttribute('part')}`)
        .filter((name) => !name.includes('announcer')),
    );
    expect(wide).toEqual([]);
  });

  it('keeps its marks and its focus in forced colours', async () => {
    const { page } = await openScene(browser, { headlines: STORIES, context: { forcedColors: 'active' } });
    await page.keyboard.press('Tab');
    const looks = await page.locator('news-ticker').evaluate((ticker) => {
      const find = (part: string) => ticker.shadowRoot?.querySelector(`[part~="${part}"]`) as Element;
      return {
        focus: getComputedStyle(find('pause')).outlineStyle,
        flash: getComputedStyle(find('flash')).borderInlineStartWidth,
        badge: getComputedStyle(find('badge')).borderInlineStartStyle,
        mark: getComputedStyle(find('badge'), '::before').backgroundColor,
      };
    });
    expect(looks).toEqual({ focus: 'solid', flash: '4px', badge: 'solid', mark: 'rgb(0, 0, 0)' });
  });

  it('has each headline in its own language, and from its own side', async () => {
    const { page } = await openScene(browser, {
      headlines: STORIES,
      body: `${SCRIPT}<news-ticker channel="en" dir="rtl"></news-ticker>`,
    });
    const text = lines(page).last().locator('[part="text"]');
    expect(
      await text.evaluate((node) => [node.getAttribute('lang'), getComputedStyle(node).direction]),
    ).toEqual(['ar', 'rtl']);
    const first = lines(page).first();
    const [line, time] = await Promise.all([first.boundingBox(), first.locator('time').boundingBox()]);
    expect((time?.x ?? 0) - (line?.x ?? 0)).toBeGreaterThan(150);
  });
});
