import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { EARLIER_LIMIT, foldFollowUps } from '../../client-sdk/src/follow-ups.ts';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
import { shiftsOf, untilParts } from './layout-shifts.ts';
import { endScenes, lines, openScene, SCRIPT, TICKER, titles, untilTitles } from './ticker-scene.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

describe('a list of stories', () => {
  const fold = (...pairs: readonly (readonly [number, number?])[]) => {
    const { headlines, earlier } = foldFollowUps(
      pairs.map(([sequence, replaced]) =>
        inventHeadline(sequence, replaced === undefined ? {} : { replaces: `story-${replaced}` }),
      ),
    );
    return [
      headlines.map(({ sequence }) => sequence),
      [...earlier].map(([id, stories]) => [id, ...stories.map(({ sequence }) => sequence)]),
    ];
  };

  it('is itself where no story follows another', () => {
    const headlines = inventHeadlines(4);
    expect(foldFollowUps(headlines).headlines).toBe(headlines);
  });

  it('has each earlier story under the newest that follows it, the nearest first', () => {
    expect(fold([5, 3], [4], [3, 1], [2, 9], [1])).toEqual([[5, 4, 2], [['story-5', 3, 1]]]);
    expect(fold([5, 1], [4, 1], [1])).toEqual([[5, 4], [['story-5', 1]]]);
    expect(fold([5], [4, 5])).toEqual([[4], [['story-4', 5]]]);
    expect(fold([5, 5], [4, 3], [3, 4])).toEqual([[5, 4], [['story-4', 3]]]);
  });

  it('loses no story and shows none twice, whoever follows whom; a chain has an end', () => {
    const pair = fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ([sequence]) => sequence, maxLength: 30 }), (pairs) => {
        const headlines = pairs.map(([sequence, replaced]) =>
          inventHeadline(sequence, replaced === undefined ? {} : { replaces: `story-${replaced}` }),
        );
        const { headlines: shown, earlier } = foldFollowUps(headlines);
        const all = [...shown, ...[...earlier.values()].flat()].map(({ id }) => id);
        expect(new Set(all).size).toBe(all.length);
        expect([...earlier.keys()].every((id) => shown.some((one) => one.id === id))).toBe(true);
        expect([...earlier.values()].every((chain) => chain.length <= EARLIER_LIMIT)).toBe(true);
        if ([...earlier.values()].every((chain) => chain.length < EARLIER_LIMIT))
          expect(all.length).toBe(headlines.length);
      }),
    );
  });
});

describe('a follow-up', () => {
  it('has the story that it continues folded under it, and gives it back when it is taken away', async () => {
    const { page, service } = await openScene(browser, { headlines: inventHeadlines(3) });
    await untilParts(page);
    service.publish(inventHeadline(4, { replaces: 'story-2', title: 'Pier two opens after all' }));
    await page.getByText('Follow-up (1)').waitFor();
    const top = page.locator('[part="list"] > li');
    expect(await top.count()).toBe(3);
    expect(await page.getByText(inventHeadline(2).title).isVisible()).toBe(false);
    await page.getByText('Follow-up (1)').click();
    await page.getByText(inventHeadline(2).title).waitFor();
    await page.mouse.move(350, 690);
    await page.getByRole('button', { name: 'Pause' }).focus();
    service.publish(inventHeadline(5, { replaces: 'story-4' }));
    await page.getByText('Follow-up (2)').waitFor();
    service.retract('story-5');
    await page.getByText('Follow-up (1)').waitFor();
    service.retract('story-4');
    await page.getByText('Follow-up').waitFor({ state: 'detached' });
    await untilTitles(page, inventHeadline(2).title);
    expect(await titles(page)).toEqual([3, 2, 1].map((sequence) => inventHeadline(sequence).title));
    expect(await shiftsOf(page)).toEqual([]);
  });
});

describe('the list that the page brought', () => {
  const OWN = '<news-ticker channel="en"><ul><li>An older headline</li></ul></news-ticker>';

  it('stands until ours is drawn: in no frame the box is empty', async () => {
    const { page } = await openScene(browser, {
      body: `<script>
        window.frames_ = [];
        const look = () => {
          const ticker = document.querySelector('news-ticker');
          const own = ticker?.querySelector('li')?.checkVisibility() ? ticker.querySelector('li').getClientRects().length : 0;
          const ours = ticker?.shadowRoot?.querySelectorAll('li').length ?? 0;
          if (ticker) window.frames_.push([own, ours]);
          requestAnimationFrame(look);
        };
        look();
        </script>${OWN}${SCRIPT}<p>Below</p>`,
    });
    await lines(page).nth(2).waitFor();
    const seen = (await page.evaluate('window.frames_')) as readonly (readonly [number, number])[];
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.filter(([own, ours]) => own > 0 === ours > 0)).toEqual([]);
    expect(seen[0]).toEqual([1, 0]);
    expect(await page.getByText('An older headline').isVisible()).toBe(false);
  });

  it('is where one looks while the service cannot be reached', async () => {
    const { page } = await openScene(browser, {
      body: `${SCRIPT}${TICKER}<news-ticker src="http://127.0.0.1:1" channel="en"><ul><li>An older headline</li></ul></news-ticker>`,
    });
    await page.getByText('Reconnecting').waitFor();
    expect(await page.getByText('An older headline').isVisible()).toBe(true);
    expect(await page.locator('[part="skeleton"]').count()).toBe(0);
  });
});

describe('a list that was taken out', () => {
  it('has its lines when it is put in again, and follows on', async () => {
    const { page, service } = await openScene(browser);
    const closed = [...service.sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    await page.evaluate(() => {
      const ticker = document.querySelector('news-ticker');
      ticker?.remove();
      Object.assign(window, { ticker });
    });
    await Promise.all(closed);
    service.retract('story-3');
    service.publish(inventHeadline(4));
    await page.evaluate('document.body.append(window.ticker)');
    expect(await lines(page).count()).toBe(3);
    await untilTitles(page, inventHeadline(4).title);
    expect(await titles(page)).toEqual([4, 2, 1].map((sequence) => inventHeadline(sequence).title));
  });
});

describe('links', () => {
  it('carry the parameters of the site, beside those that they have', async () => {
    const { page } = await openScene(browser, {
      headlines: [
        inventHeadline(3, { url: 'https://news.example/3?a=b%20c&utm_source=paper#top' }),
        inventHeadline(2, { url: 'https://news.example/2' }),
        inventHeadline(1, { url: 'javascript:alert(1)' }),
      ],
      body: `${SCRIPT}<news-ticker channel="en" utm="utm_source=site&utm_medium=newsline&id=7&__proto__=x"></news-ticker>`,
    });
    const links = page.locator('li a');
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      'https://news.example/3?a=b%20c&utm_source=paper&utm_medium=newsline#top',
      'https://news.example/2?utm_source=site&utm_medium=newsline',
    ]);
    await page.locator('news-ticker').evaluate((ticker) => ticker.removeAttribute('utm'));
    await page.locator('li a[href="https://news.example/2"]').waitFor();
  });

  it('leave nothing behind on the page: no cookie, nothing stored', async () => {
    const { page } = await openScene(browser);
    expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
      '',
      0,
      0,
    ]);
    expect(await page.context().cookies()).toEqual([]);
  });
});
