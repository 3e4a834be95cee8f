/** What holds in every layout alike: policies, hostile words, announcements, the keyboard, right to left. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline } from './invented-headlines.ts';
import { frames, untilParts } from './layout-shifts.ts';
import { barriers, endScenes, openScene, SCRIPT } from './ticker-scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const LAYOUTS = ['list', 'marquee', 'rotator', 'banner'] as const;
/** Breaking, so that the banner has it too. */
const breaking = (sequence: number, more: object = {}) =>
  inventHeadline(sequence, { urgency: 2, url: `https://news.example/${sequence}`, ...more });
const STORIES = [breaking(3, { labels: ['live'] }), breaking(2, { notice: 'The second pier.' }), breaking(1)];

type Options = Parameters<typeof openScene>[1];
const open = (layout: string, attributes = '', options: Options = {}) =>
  openScene(browser, {
    headlines: STORIES,
    body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" layout="${layout}" ${attributes}></news-ticker>`,
    ...options,
  });
/** Drawn once at least with what the service has sent. */
const untilShown = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) =>
      [
        ...(document
          .querySelector('news-ticker')
          ?.shadowRoot?.querySelectorAll('[part="text"], [part="link"]') ?? []),
      ].some((one) => one.textContent === wanted),
    text,
  );

describe('a page whose policy allows nothing', () => {
  const csp = (url: string) =>
    `default-src 'none'; script-src ${url}; connect-src ${url} ${url.replace('http', 'ws')}; img-src https:; require-trusted-types-for 'script'; trusted-types 'none'`;

  it.each(LAYOUTS)(
    'runs the %s, in every language and with all it can, without a complaint',
    async (layout) => {
      const { page, service, complaints } = await open(
        layout,
        'times="relative" days zone-label retractions="notice" more-url="/all"',
        { csp },
      );
      await page.evaluate(() => {
        Object.assign(window, { violations: [] });
        document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
          (window as never as { violations: string[] }).violations.push(violatedDirective),
        );
      });
      for (const [language, pause] of [
        ['az', 'Dayandır'],
        ['ru', 'Пауза'],
        ['tr', 'Duraklat'],
      ] as const) {
        await page.evaluate((lang) => {
          document.documentElement.lang = lang;
        }, language);
        await page.getByRole('button', { name: pause }).waitFor();
      }
      service.publish(breaking(4, { urgency: 1, image: PICTURE }));
      await untilShown(page, breaking(4).title);
      service.publish(breaking(4, { version: 2, title: 'Another title', notice: 'Misheard.' }), 'corrected');
      await untilShown(page, 'Another title');
      service.retract('story-4', 'It was not so.');
      await page.waitForFunction(
        () => !document.querySelector('news-ticker')?.shadowRoot?.textContent?.includes('Another title'),
      );
      for (const other of [...LAYOUTS.filter((one) => one !== layout), layout]) {
        await page.locator('news-ticker').evaluate((ticker, name) => {
          ticker.setAttribute('layout', name);
        }, other);
        await page.locator(`news-ticker [data-layout="${other}"][data-state="loaded"]`).waitFor();
        await frames(page, 3);
      }
      expect(await page.evaluate('window.violations')).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('is what complains where something of the page itself breaks it', async () => {
    const { page, complaints } = await open('list', '', { csp });
    await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
    await expect(page.evaluate("document.body.innerHTML = '<b>x</b>'")).rejects.toThrow('TrustedHTML');
    expect(complaints.length).toBeGreaterThan(0);
  });
});

const PICTURE = { url: 'https://img.example/pier.svg', width: 1200, height: 800, alt: 'The pier' };

describe('hostile words', () => {
  const HOSTILE = [
    '<img src=x onerror="window.harmed=1">',
    '<script>window.harmed=1</script>',
    '"><svg onload=window.harmed=1>',
    '&lt;b&gt;not bold&lt;/b&gt; {{7*7}}',
    // Overrides and isolates that are opened and never closed.
    'The mayor \u202Esaid no\u2067 to the bridge',
    '\u05D0\u05D1\u05D2 200 \u{1F468}\u200D\u{1F469}\u200D\u{1F467} e\u0301\u0301\u0301\u0301\u0301\u0301',
    'zero\u200Bwidth\u200C\u200D\uFEFFjoined\u00ADsoft',
    '\u{1F3F3}\uFE0F\u200D\u{1F308}'.repeat(40),
    'W'.repeat(300),
  ];

  it.each(LAYOUTS.flatMap((layout) => [320, 1280].map((width) => [layout, width] as const)))(
    'are text, and stay in their place: %s at %i pixels',
    async (layout, width) => {
      const { page, service } = await open(layout, 'more-url="/all" retractions="notice"', {
        context: { viewport: { width, height: 700 } },
      });
      await untilParts(page);
      const outside = () =>
        page.evaluate(() => {
          const box = document.querySelector('news-ticker')?.getBoundingClientRect();
          const controls = document
            .querySelector('news-ticker')
            ?.shadowRoot?.querySelectorAll('[part="heading"], [part="pause"], [part="all"], [part="text"]');
          const isMoving = document.querySelector('news-ticker[layout="marquee"]') !== null;
          return [...(controls ?? [])]
            .filter((one) => !(isMoving && one.part.contains('text')))
            .filter((one) => {
              const { left, right, width } = one.getBoundingClientRect();
              return width > 0 && (left < (box?.left ?? 0) - 1 || right > (box?.right ?? 0) + 1);
            })
            .map((one) => one.getAttribute('part'));
        });
      const button = () => page.locator('news-ticker [part="pause"]').boundingBox();
      if (layout === 'rotator') await page.getByRole('button', { name: 'Pause' }).click();
      const before = await button();
      for (const [at, title] of HOSTILE.entries()) {
        const sequence = 10 + at;
        service.publish(
          inventHeadline(sequence, {
            title,
            urgency: 2,
            url: 'javascript:window.harmed=1',
            notice: title,
            image: { url: 'data:image/svg+xml,<svg/>', width: 1, height: 1, alt: title },
          }),
        );
        // What is new comes in its turn: who held the rotator asks for it.
        if (layout === 'rotator') await page.getByRole('button', { name: '1 new headline' }).click();
        // The marquee takes it in beyond its edge.
        if (layout !== 'marquee') await untilShown(page, title);
        expect(await outside()).toEqual([]);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
      }
      if (layout === 'marquee') {
        await untilShown(page, HOSTILE.at(-1) ?? '');
        expect(await outside()).toEqual([]);
      }
      expect(await button()).toEqual(before);
      const root = page.locator('news-ticker');
      expect(await root.locator(':is(script, svg, b, a[href^="javascript"], img[src^="data"])').count()).toBe(
        0,
      );
      expect(await page.evaluate('window.harmed')).toBeUndefined();
    },
  );
});

describe('whoever listens', () => {
  it.each(LAYOUTS.filter((layout) => layout !== 'list'))(
    'hears of sixty headlines in a minute five times at most, in the %s',
    async (layout) => {
      const { page, service } = await open(layout);
      await untilParts(page);
      await page.clock.install();
      await page.locator('news-ticker [role="status"]').evaluate((node) => {
        const said: string[] = [];
        Object.assign(window, { said, count: 0 });
        document.addEventListener('newsline:headline', () => {
          (window as never as { count: number }).count += 1;
        });
        new MutationObserver(() => {
          const text = node.textContent ?? '';
          if (text && text !== said.at(-1)) said.push(text);
        }).observe(node, { childList: true, subtree: true, characterData: true });
      });
      for (let second = 1; second <= 60; second += 1) {
        const publishedAt = new Date(Date.UTC(2024, 4, 1, 8, second)).toISOString();
        service.publish(breaking(second + 6, { urgency: 3, publishedAt, updatedAt: publishedAt }));
        // Not by a poll of the page, whose clock stands.
        while ((await page.evaluate('window.count')) !== second);
        await page.clock.runFor(1_000);
      }
      const said = (await page.evaluate('window.said')) as readonly string[];
      expect(said.length).toBeLessThanOrEqual(5);
      expect(said.length).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('by keyboard', () => {
  it.each(LAYOUTS)('the first stop in the %s is its pause control', async (layout) => {
    const { page } = await open(layout, 'more-url="/all"');
    await page.keyboard.press('Tab');
    const first = () =>
      page.evaluate(() =>
        document.querySelector('news-ticker')?.shadowRoot?.activeElement?.getAttribute('part'),
      );
    expect(await first()).toBe('pause');
  });
});

describe('axe finds no barrier', () => {
  it.each(LAYOUTS.filter((layout) => layout !== 'list'))(
    'in a %s that runs from right to left, paused, with what waits and what was withdrawn',
    async (layout) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, service } = await open(layout, 'dir="rtl" retractions="notice" more-url="/all"', {
          context: { colorScheme },
        });
        expect(await barriers(page)).toEqual([]);
        await page.getByRole('button', { name: 'Pause' }).click();
        service.publish(breaking(9));
        await page.getByText('1 new headline').first().waitFor();
        service.retract('story-3', 'It was another pier.');
        await page.waitForFunction(
          (title) => !document.querySelector('news-ticker')?.shadowRoot?.textContent?.includes(title),
          STORIES[0]?.title ?? '',
        );
        // What fades is not judged in its middle.
        await page.waitForFunction(
          () =>
            !document
              .querySelector('news-ticker')
              ?.shadowRoot?.getAnimations()
              .some(
                ({ playState, effect }) => playState === 'running' && effect?.getTiming().iterations === 1,
              ),
        );
        expect(await barriers(page)).toEqual([]);
      }
    },
  );
});
