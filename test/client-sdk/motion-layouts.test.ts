/** Marquee, rotator and banner: layouts that move, or show one headline alone. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
import { barriers, endScenes, lines, openScene, SCRIPT, titles, untilTitles } from './ticker-scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

type Options = Parameters<typeof openScene>[1];
const open = (layout: string, { body = '', ...options }: Options = {}) =>
  openScene(browser, {
    body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" layout="${layout}"></news-ticker>${body}`,
    ...options,
  });
const linked = (sequence: number, more: object = {}) =>
  inventHeadline(sequence, { url: `https://news.example/${sequence}`, ...more });

describe('the rotator', () => {
  it('shows one headline, and turns by its controls, which then hold it', async () => {
    const { page, service } = await open('rotator');
    expect(await titles(page)).toEqual([inventHeadline(3).title]);
    await page.getByRole('button', { name: 'Next' }).click();
    await untilTitles(page, inventHeadline(2).title);
    expect(await page.locator('[part="place"]').textContent()).toBe('2 / 3');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByRole('button', { name: 'Previous' }).click();
    await untilTitles(page, inventHeadline(1).title);
    service.publish(inventHeadline(4));
    await page.getByRole('button', { name: '1 new headline' }).click();
    await untilTitles(page, inventHeadline(4).title);
    expect(await lines(page).count()).toBe(1);
  });

  it('turns by itself, not where less motion is wanted', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const service = await open('rotator', { context: { reducedMotion }, hasClock: true });
      await service.page.clock.runFor(6_500);
      expect(await titles(service.page)).toEqual([inventHeadline(reducedMotion === 'reduce' ? 3 : 2).title]);
    }
  });

  it('goes on to the next where the one it shows is killed', async () => {
    const { page, service } = await open('rotator');
    service.retract('story-3');
    await untilTitles(page, inventHeadline(2).title);
    expect(await page.locator('[part="place"]').textContent()).toBe('1 / 2');
  });
});

describe('the banner', () => {
  it('asks for breaking news alone, shows the latest, a flash otherwise than the rest', async () => {
    const { page, service } = await open('banner', { headlines: [inventHeadline(1, { urgency: 3 })] });
    expect(service.asked.at(-1)?.searchParams.get('maxUrgency')).toBe('3');
    expect(await page.locator('[part~="badge"]').textContent()).toBe('BREAKING');
    service.publish(inventHeadline(2, { urgency: 1 }));
    await untilTitles(page, inventHeadline(2).title);
    expect(await titles(page)).toEqual([inventHeadline(2).title]);
    expect(await page.locator('[data-urgency="flash"]').count()).toBe(1);
  });

  it('is put away by the reader, keeps its place, and comes back with the next and with a correction', async () => {
    const { page, service } = await open('banner', { headlines: [inventHeadline(1, { urgency: 2 })] });
    const height = () => page.locator('news-ticker').evaluate((ticker) => ticker.clientHeight);
    const before = await height();
    await page.getByRole('button', { name: 'Hide' }).click();
    await lines(page).waitFor({ state: 'detached' });
    expect(await height()).toBe(before);
    service.publish(inventHeadline(1, { version: 2, urgency: 2, title: 'Corrected' }), 'corrected');
    await untilTitles(page, 'Corrected');
    service.retract('story-1');
    await lines(page).waitFor({ state: 'detached' });
    expect(await height()).toBe(before);
  });
});

const shownAt = (page: Page) =>
  page.locator('news-ticker li').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));

const WIDE = { viewport: { width: 1280, height: 700 } };

describe('the marquee', () => {
  it('moves at a constant pace without a seam, and has every headline once for those who listen', async () => {
    const { page } = await open('marquee', { headlines: inventHeadlines(2), context: WIDE });
    const steps = await page.evaluate(async () => {
      const list = document.querySelector('news-ticker')?.shadowRoot?.querySelector('ol');
      if (!list) return [];
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      const seen: [number, number, Element, number][] = [];
      for (let count = 0; count < 400; count += 1) {
        const at = await frame();
        const cell = list.children[1] as Element;
        seen.push([
          at,
          cell.getBoundingClientRect().left,
          cell,
          list.children[0]?.getBoundingClientRect().width ?? 0,
        ]);
      }
      // Pace between two frames in which the same cell was looked at.
      return seen.slice(1).flatMap(([at, left, cell], index) => {
        const [beforeAt, beforeLeft, before] = seen[index] ?? [];
        return before === cell && at > Number(beforeAt)
          ? [((Number(beforeLeft) - left) / (at - Number(beforeAt))) * 1_000]
          : [];
      });
    });
    const sorted = steps.toSorted((one, other) => one - other);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(50);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(70);
    const heard = page.locator('news-ticker li:not([inert])');
    expect((await heard.allTextContents()).length).toBe(2);
    expect(await page.locator('news-ticker li[inert]').count()).toBeGreaterThan(0);
  });

  it('puts what is new behind the edge, and empties a killed cell where it is', async () => {
    const { page, service } = await open('marquee', { context: WIDE });
    service.publish(inventHeadline(4));
    await untilTitles(page, inventHeadline(4).title);
    const edge = await page.locator('[part="window"]').evaluate((one) => one.getBoundingClientRect().right);
    const left = await lines(page)
      .filter({ hasText: inventHeadline(4).title })
      .first()
      .evaluate((one) => one.getBoundingClientRect().left);
    expect(left).toBeGreaterThanOrEqual(edge - 60);
    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await shownAt(page);
    service.retract('story-3');
    await page.waitForFunction(
      (title) => !document.querySelector('news-ticker')?.shadowRoot?.textContent?.includes(title),
      inventHeadline(3).title,
    );
    const after = await shownAt(page);
    expect(after.slice(0, 2).map(Math.round)).toEqual(before.slice(0, 2).map(Math.round));
  });

  it('stands still while a hand rests on it, and while paused', async () => {
    const { page } = await open('marquee', { headlines: [3, 2, 1].map((sequence) => linked(sequence)) });
    const state = () =>
      page.evaluate(
        () =>
          document
            .querySelector('news-ticker')
            ?.shadowRoot?.querySelector('ol')
            ?.getAnimations()
            .map(({ playState }) => playState)[0],
      );
    await page.waitForFunction(
      () => (document.querySelector('news-ticker')?.shadowRoot?.getAnimations().length ?? 0) > 0,
    );
    expect(await state()).toBe('running');
    await page.locator('[part="window"]').hover();
    await expectState(page, 'paused');
    await page.mouse.move(0, 0);
    await expectState(page, 'running');
    await page.getByRole('button', { name: 'Pause' }).click();
    await expectState(page, 'paused');
  });

  it('says in sight how long ago it was by now, and moves nothing for that', async () => {
    const agoMs = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const { page } = await open('marquee', {
      headlines: [0, 9, 58].map((minutes, at) => inventHeadline(3 - at, { publishedAt: agoMs(minutes) })),
      body: '<script>document.querySelector("news-ticker").setAttribute("times", "relative")</script>',
      context: WIDE,
      hasClock: true,
    });
    const said = () => page.locator('news-ticker li:not([inert]) time').allTextContents();
    await page.getByRole('button', { name: 'Pause' }).click();
    const [before, saidBefore] = [await shownAt(page), await said()];
    await page.clock.runFor(61_000);
    await until(async () => (await said()).every((text, at) => text !== saidBefore[at]));
    expect(await shownAt(page)).toEqual(before);
  });

  it('is a strip to scroll by hand where less motion is wanted, with each headline once', async () => {
    const { page } = await open('marquee', { context: { reducedMotion: 'reduce' } });
    expect(await lines(page).count()).toBe(3);
    expect(
      await page.evaluate(() => document.querySelector('news-ticker')?.shadowRoot?.getAnimations().length),
    ).toBe(0);
    const strip = page.locator('[part="window"]');
    await strip.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      () =>
        (document.querySelector('news-ticker')?.shadowRoot?.querySelector('[part="window"]')?.scrollLeft ??
          0) > 0,
    );
  });
});

const expectState = (page: Page, wanted: string) =>
  page.waitForFunction(
    (state) =>
      document
        .querySelector('news-ticker')
        ?.shadowRoot?.querySelector('ol')
        ?.getAnimations()
        .some(({ playState }) => playState === state),
    wanted,
  );

describe.each(['marquee', 'rotator', 'banner'])('every layout: %s', (layout) => {
  it.each(['light', 'dark'] as const)('meets no barrier that axe knows, in %s', async (colorScheme) => {
    const { page } = await open(layout, {
      headlines: [linked(3, { urgency: 1, labels: ['live'] }), linked(2, { urgency: 2 }), linked(1)],
      context: { colorScheme },
    });
    expect(await barriers(page)).toEqual([]);
  });

  it.each([360, 1280])('moves nothing in the page as news come and go, at %i pixels', async (width) => {
    const { page, service } = await open(layout, {
      headlines: inventHeadlines(5).map((one) => ({ ...one, urgency: 2 as const })),
      context: { viewport: { width, height: 700 } },
      body: '<p>The rest of the page</p>',
    });
    await page.evaluate(() => {
      Object.assign(window, { shift: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          (window as never as { shift: number }).shift += (entry as never as { value: number }).value;
      }).observe({ type: 'layout-shift' });
    });
    for (let sequence = 6; sequence < 56; sequence += 1)
      service.publish(inventHeadline(sequence, { urgency: 2 }));
    for (const id of [50, 51, 52]) service.retract(`story-${id}`);
    await untilTitles(page, inventHeadline(55).title);
    service.publish(
      inventHeadline(55, { version: 2, urgency: 2, title: `Longer ${'than before '.repeat(10)}` }),
      'corrected',
    );
    await page.evaluate(() => {
      const isRead = new Promise((resolve) => {
        document.addEventListener('newsline:retraction', ({ detail }) => detail.id === 'last' && resolve(0));
      });
      Object.assign(window, { isRead });
    });
    service.retract('last');
    // Shifts are told of after the frame that they were in.
    await page.evaluate(async () => {
      await (window as never as { isRead: Promise<void> }).isRead;
      for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
    });
    expect(await page.evaluate('window.shift')).toBe(0);
  });
});
