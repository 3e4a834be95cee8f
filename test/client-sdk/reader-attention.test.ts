/** What the reader's attention holds back is let go in time, and what the reader is on stays in reach. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Headline } from '../../src/protocol/headline.ts';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline } from './invented-headlines.ts';
import { frames } from './layout-shifts.ts';
import { endScenes, lines, openScene, SCRIPT, titles, untilTitles } from './ticker-scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

const LAYOUTS = ['list', 'marquee', 'rotator', 'banner'] as const;
const story = (sequence: number, more: Partial<Headline> = {}) =>
  inventHeadline(sequence, { url: `https://news.example/${sequence}`, ...more });
const open = (layout: string, count: number, options: Parameters<typeof openScene>[1] = {}) =>
  openScene(browser, {
    headlines: Array.from({ length: count }, (_, at) => story(count - at, { urgency: 2 })),
    body: `<h1>A site</h1>${SCRIPT}<news-ticker channel="en" layout="${layout}"></news-ticker><div id="other"></div>`,
    ...options,
  });
const scrollList = (page: Page, top: number) =>
  page.locator('[part="list"]').evaluate((list, to) => list.scrollTo({ top: to }), top);
const focusedPart = (page: Page) =>
  page.evaluate(() => document.querySelector('news-ticker')?.shadowRoot?.activeElement?.getAttribute('part'));

describe('a part that is slow', () => {
  it('leaves the page alive: what is to be said waits for it', async () => {
    const { page, service } = await openScene(browser, {
      headlines: [story(1)],
      body: '<news-ticker><b data-state="loaded">No ticker yet</b></news-ticker>',
    });
    let come = () => {};
    const slow = new Promise<void>((resolve) => {
      come = resolve;
    });
    await page.route('**/newsline/speech*', (route) => slow.then(() => route.continue()));
    await page.goto(
      service.page('/slow', `<!doctype html>${SCRIPT}<news-ticker channel="en"></news-ticker>`),
    );
    await untilTitles(page, story(1).title);
    service.publish(story(2));
    await untilTitles(page, story(2).title);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_700)));
    expect(await page.locator('[role="status"]').textContent()).toBe('');
    come();
    await page.locator('[role="status"]', { hasText: story(2).title }).waitFor({ state: 'attached' });
  });
});

describe('a link in the marquee that has the focus', () => {
  it.each([
    [360, 'ltr'],
    [1280, 'ltr'],
    [360, 'rtl'],
  ])('is in sight at %i pixels, %s, whichever it is, and the way through ends', async (width, dir) => {
    const { page } = await open('marquee', 6, {
      context: { viewport: { width, height: 700 } },
      body: `${SCRIPT}<news-ticker channel="en" layout="marquee" dir="${dir}" more-url="/all"></news-ticker>`,
    });
    await page.locator('[part="pause"]').focus();
    const reached: (string | null)[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      await frames(page, 2);
      if ((await focusedPart(page)) !== 'link') break;
      const [beginning, end, text] = await page.evaluate((direction) => {
        const root = document.querySelector('news-ticker')?.shadowRoot;
        const link = root?.activeElement?.getBoundingClientRect();
        const window = root?.querySelector('[part="window"]')?.getBoundingClientRect();
        if (!link || !window) throw new Error('nothing has the focus');
        const gap = direction === 'rtl' ? window.right - link.right : link.left - window.left;
        return [gap, window.width, root?.activeElement?.textContent ?? null] as const;
      }, dir);
      expect(beginning).toBeGreaterThanOrEqual(0);
      expect(beginning).toBeLessThan(end * 0.9);
      reached.push(text);
    }
    expect(new Set(reached).size).toBe(6);
    expect(reached).toHaveLength(6);
    expect(await focusedPart(page)).toBe('all');
    const running = () =>
      document
        .querySelector('news-ticker')
        ?.shadowRoot?.querySelector('ol')
        ?.getAnimations()
        .some(({ playState }) => playState === 'running');
    await page.waitForFunction(running);
    expect(await page.locator('news-ticker li:not([inert])').count()).toBe(6);
  });
});

describe.each(LAYOUTS)('in the layout %s', (layout) => {
  it('the focus goes on to what is there when its headline is killed', async () => {
    const { page, service } = await open(layout, 4);
    const link = page.locator('news-ticker li:not([inert]) a').first();
    const address = await link.getAttribute('href');
    await link.focus();
    await frames(page, 2);
    service.retract(`story-${address?.split('/').pop()}`);
    await page.locator(`news-ticker a[href="${address}"]`).first().waitFor({ state: 'detached' });
    expect(await focusedPart(page)).toMatch(/^(link|pause)$/);
  });

  it('a ticker that was taken out of the page leaves nothing behind', async () => {
    const { page } = await open(layout, 4);
    await page.evaluate(async (name) => {
      const made: WeakRef<Element>[] = [];
      for (let count = 0; count < 3; count += 1) {
        const ticker = document.createElement('news-ticker');
        ticker.setAttribute('channel', 'en');
        ticker.setAttribute('layout', name);
        document.body.append(ticker);
        while (!ticker.shadowRoot?.querySelector('[data-state="loaded"] li'))
          await new Promise((resolve) => requestAnimationFrame(resolve));
        ticker.remove();
        made.push(new WeakRef(ticker));
      }
      Object.assign(globalThis, { made });
    }, layout);
    const devtools = await page.context().newCDPSession(page);
    const left = () =>
      page.evaluate(
        () =>
          (globalThis as unknown as { made: WeakRef<Element>[] }).made.filter((one) => one.deref()).length,
      );
    // The last connection closes in its own time.
    for (let count = 0; count < 50 && (await left()) > 0; count += 1) {
      await frames(page, 6);
      await devtools.send('HeapProfiler.collectGarbage');
    }
    expect(await left()).toBe(0);
  });

  it('it is whole again when it is put back', async () => {
    const { page, service } = await open(layout, 4);
    await page.evaluate(async () => {
      const ticker = document.querySelector('news-ticker');
      ticker?.remove();
      await new Promise((resolve) => setTimeout(resolve));
      if (ticker) document.querySelector('#other')?.append(ticker);
    });
    await service.answered(2);
    service.publish(story(5, { urgency: 2 }));
    await untilTitles(page, story(5).title);
    expect(await page.locator('[part="controls"]').count()).toBe(1);
  });
});

describe('reading ends', () => {
  const untilNewest = async (page: Page, sequence: number) => {
    await untilTitles(page, story(sequence).title);
    expect(await page.locator('[part="pill"]').count()).toBe(0);
  };

  it.each([
    ['a hand rested on it', (page: Page) => lines(page).nth(1).hover()],
    ['it had the focus', (page: Page) => page.getByRole('link').nth(1).focus()],
    ['it was scrolled', (page: Page) => scrollList(page, 150)],
  ])('where it is taken out while %s, and put in elsewhere', async (_, read) => {
    const { page, service } = await open('list', 20);
    await read(page);
    await frames(page, 3);
    await page.evaluate(async () => {
      const ticker = document.querySelector('news-ticker');
      ticker?.remove();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (ticker) document.querySelector('#other')?.append(ticker);
    });
    await page.mouse.move(1, 1);
    service.publish(story(21));
    await untilNewest(page, 21);
  });

  it.each(['marquee', 'list'])(
    'where the scrolled list is given another layout, and moved: %s',
    async (to) => {
      const { page, service } = await open('list', 20);
      await scrollList(page, 150);
      await frames(page, 3);
      await page.evaluate((layout) => {
        const ticker = document.querySelector('news-ticker');
        ticker?.setAttribute('layout', layout);
        // At once: no more than a move, which takes the place of a scroller along.
        if (ticker) document.querySelector('#other')?.append(ticker);
      }, to);
      service.publish(story(21));
      await untilNewest(page, 21);
    },
  );

  it("where the page's own list was scrolled before the ticker's came", async () => {
    const { page, service } = await openScene(browser, {
      headlines: [story(1)],
      body: '<news-ticker><b data-state="loaded">No ticker yet</b></news-ticker>',
    });
    let come = () => {};
    const slow = new Promise<void>((resolve) => {
      come = resolve;
    });
    await page.route('**/newsline/list-layout*', (route) => slow.then(() => route.continue()));
    const own = Array.from({ length: 90 }, (_, at) => `<li>Own ${at}</li>`).join('');
    await page.goto(
      service.page('/own', `<!doctype html>${SCRIPT}<news-ticker channel="en"><ol>${own}</ol></news-ticker>`),
    );
    const slot = page.locator('news-ticker [part="stage"] slot');
    await slot.waitFor({ state: 'attached' });
    await slot.evaluate((one) => one.scrollTo({ top: 300 }));
    await frames(page, 3);
    come();
    await untilTitles(page, story(1).title);
    service.publish(story(2));
    await untilNewest(page, 2);
  });

  it('not while a strip is scrolled away from its beginning', async () => {
    const { page, service } = await open('marquee', 8, { context: { reducedMotion: 'reduce' } });
    await page.locator('[part="window"]').evaluate((strip) => strip.scrollTo({ left: 700 }));
    await frames(page, 3);
    const before = await titles(page);
    service.publish(story(9));
    await page.getByRole('button', { name: '1 new headline' }).waitFor();
    expect(await titles(page)).toEqual(before);
  });
});

describe('while it is paused', () => {
  it('a headline that newer ones pushed out is gone when it expires', async () => {
    const { page, service } = await open('list', 3, {
      hasClock: true,
      headlines: [
        story(3),
        story(2),
        story(1, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }),
      ],
      body: `${SCRIPT}<news-ticker channel="en" limit="3"></news-ticker>`,
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    service.publish(story(4));
    await page.getByRole('button', { name: '1 new headline' }).waitFor();
    expect(await lines(page).count()).toBe(3);
    await page.clock.runFor(3_700_000);
    await lines(page).nth(2).waitFor({ state: 'detached' });
    expect(await titles(page)).toEqual([story(3).title, story(2).title]);
  });
});

describe('a ticker that the service refuses', () => {
  it('says so, without the look of one that is still coming', async () => {
    const { page, service } = await openScene(browser, {
      body: '<news-ticker><b data-state="loaded">No ticker yet</b></news-ticker>',
    });
    await page.goto(
      service.page('/refused', `<!doctype html>${SCRIPT}<news-ticker channel="en"></news-ticker>`),
    );
    await page.locator('news-ticker [data-state="loaded"]').waitFor();
    await page.evaluate(() => {
      const ticker = document.createElement('news-ticker');
      // No address that a connection could be made to: refused from the first.
      ticker.setAttribute('channel', '');
      document.body.append(ticker);
    });
    const refused = page.locator('news-ticker [data-state="refused"]');
    await refused.waitFor();
    expect(await refused.getByRole('button').count()).toBe(0);
    await page.getByText('Not available').waitFor();
  });
});

describe('the script tag', () => {
  it('speaks to the service it came from, also where that lives under a path', async () => {
    const { page, service } = await openScene(browser);
    const script = await (await fetch(`${service.url}/newsline.js`)).text();
    await page.route('**/live/newsline.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: script }),
    );
    await page.goto(service.page('/path', '<!doctype html><script src="/live/newsline.js"></script>'));
    expect(
      await page.evaluate(
        () => (customElements.get('news-ticker') as unknown as { defaultSource: string }).defaultSource,
      ),
    ).toBe(`${new URL(service.url).origin}/live/`);
  });
});
