import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { type NarrowProxy, startNarrowProxy } from '../support/narrow-proxy.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readMetrics } from '../support/service-metrics.ts';
import { until } from '../support/until.ts';
import { openTickerPage, type TickerPage, tickerHtml } from './ticker-page.ts';

let browser: Browser;
let deployment: Deployment;
let proxy: NarrowProxy;
let pages: Record<string, string>;
let context: BrowserContext;
const newsroom = () => openNewsroom(deployment.ingest.url);
const connections = async () => (await readMetrics(deployment.ingest.url)).value('newsline_connections');

beforeAll(async () => {
  [browser, deployment] = await Promise.all([
    startChromium({ isPageKept: true }),
    deployEmbedded(['--origins', '*']),
  ]);
});
afterAll(async () => {
  await Promise.all([browser.close(), deployment.stop()]);
});
beforeEach(async () => {
  const part = /newsline\/shared-connection\.js\?\w+/;
  const script = await readFile('dist/public/newsline.js', 'utf8');
  const shared = await readFile('dist/public/newsline/shared-connection.js', 'utf8');
  pages = {
    '/is-hung': 'yes',
    // Another version: only the number of the messages differs.
    '/older.js': script.replace(part, 'older-part.js'),
    '/older-part.js': shared.replace(/`newsline \$\{\w+\} /, '`newsline 0 '),
    '/older': tickerHtml({ share: true }, '/older.js'),
    '/page': tickerHtml({ share: true }),
    '/elsewhere': '<!doctype html><title>Elsewhere</title>',
    '/sleepy': tickerHtml({ share: true, sleepAfterMs: 400 }),
    '/sandbox': `<!doctype html><iframe sandbox="allow-scripts" src="/page"></iframe>`,
  };
  proxy = await startNarrowProxy(deployment.ingest.url, pages);
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await proxy.stop();
  await until(async () => (await connections()) === 0);
});

/** The first has the connection: it has it before another one is opened. */
async function openTabs(count: number, path = '/page'): Promise<[TickerPage, ...TickerPage[]]> {
  const first = await openTickerPage(context, proxy.url + path);
  await first.untilStatus('live');
  const rest: TickerPage[] = [];
  for (let at = 1; at < count; at += 1) rest.push(await openTickerPage(context, proxy.url + path));
  await Promise.all(rest.map((tab) => tab.untilStatus('live')));
  return [first, ...rest];
}

/** Posts, and waits until each tab has been told everything so far; each thing once. */
async function tellAll(tabs: readonly TickerPage[], titles: readonly string[]): Promise<void> {
  const last = titles.at(-1) ?? '';
  await newsroom().post({ title: last });
  await Promise.all(tabs.map((tab) => tab.untilTitle(last)));
  for (const tab of tabs) expect(await tab.told()).toEqual(titles);
}

/** The one that had it closes its own at once; the gateway may hear of that a moment after the next one has come. */
const untilOneConnection = () => until(async () => (await connections()) === 1);

const leads = (page: Page) =>
  page.evaluate(async () => {
    const { held } = await navigator.locks.query();
    return held?.map(({ clientId }) => clientId)[0];
  });
const crash = (page: Page) =>
  Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);

describe('the tabs of a browser', () => {
  it('have one connection, ten of them, and each is told each headline once', async () => {
    const tabs = await openTabs(10);
    expect(await connections()).toBe(1);
    await tellAll(tabs, ['Ten tabs, one line']);
    expect(await connections()).toBe(1);
    const lists = await Promise.all(tabs.map((tab) => tab.titles()));
    for (const list of lists) expect(list).toEqual(lists[0]);
  });

  it.each(['closed', 'crashed'] as const)(
    'go on without a gap when the one that had it is %s',
    async (how) => {
      const [leader, ...rest] = await openTabs(4);
      const titles = ['before', 'meanwhile', 'after'].map((when) => `One ${how}, ${when}`);
      await tellAll([leader, ...rest], titles.slice(0, 1));
      proxy.narrow({ isGone: true });
      if (how === 'closed') await leader.page.close({ runBeforeUnload: false });
      else await crash(leader.page);
      // What comes while nobody is connected, and after.
      await until(async () => (await connections()) === 0);
      await newsroom().post({ title: titles[1] });
      proxy.narrow({});
      await tellAll(rest, titles);
      expect(await connections()).toBe(1);
      expect(await leads(rest[0]?.page as Page)).toBeDefined();
    },
  );

  it('give a newcomer the whole list, also what was killed before it came', async () => {
    const [first] = await openTabs(1);
    const { id } = await newsroom().post({ title: 'To be killed' });
    await newsroom().post({ title: 'To stay' });
    await first.untilTitle('To stay');
    await newsroom().kill(id);
    await until(async () => !(await first.titles()).includes('To be killed'));
    const newcomer = await openTickerPage(context, `${proxy.url}/page`);
    await newcomer.untilTitle('To stay');
    expect(await newcomer.titles()).toEqual(await first.titles());
    expect(await connections()).toBe(1);
  });

  it('are told how the connection stands, each of them', async () => {
    const tabs = await openTabs(3);
    proxy.narrow({ isGone: true });
    proxy.cut();
    await Promise.all(tabs.map((tab) => tab.untilStatus('reconnecting')));
    proxy.narrow({});
    await Promise.all(tabs.map((tab) => tab.untilStatus('live')));
  });

  it('hand the connection on when the one that has it is frozen, and take it back in', async () => {
    const [leader, other] = (await openTabs(2)) as [TickerPage, TickerPage];
    await leader.page.evaluate(() => document.dispatchEvent(new Event('freeze')));
    await newsroom().post({ title: 'While one is frozen' });
    await other.untilTitle('While one is frozen');
    await untilOneConnection();
    expect(await leader.titles()).not.toContain('While one is frozen');
    await leader.page.evaluate(() => document.dispatchEvent(new Event('resume')));
    await leader.untilTitle('While one is frozen');
    await leader.untilStatus('live');
    await untilOneConnection();
    expect(await leader.statuses()).toContain('asleep');
    expect(await other.statuses()).toContain('reconnecting');
  });

  it('hand it on when the page that has it is left, and it comes back from the cache with all that came', async () => {
    const [leader, other] = (await openTabs(2)) as [TickerPage, TickerPage];
    // Playwright loses sight of a page that was kept: it speaks by asking for addresses.
    await leader.page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        const tell = () => fetch(`/back/${persisted}/${ticker.status}/${ticker.headlines[0]?.title}`);
        ticker.on('status', tell);
        ticker.on('change', tell);
        tell();
      });
    });
    await leader.page.goto(`${proxy.url}/elsewhere`);
    await newsroom().post({ title: 'Away' });
    await other.untilTitle('Away');
    await untilOneConnection();
    await leader.page.evaluate(() => setTimeout(() => history.back()));
    await until(() => proxy.asked.includes('/back/true/live/Away'));
    await untilOneConnection();
  });

  it('depose one that does not answer', async () => {
    const [hung] = await openTabs(1);
    const isHung = hung.page.evaluate(() => {
      const ask = new XMLHttpRequest();
      do {
        ask.open('GET', '/is-hung', false);
        ask.send();
      } while (ask.responseText === 'yes');
    });
    const other = await openTickerPage(context, `${proxy.url}/page`);
    await other.untilStatus('live');
    await tellAll([other], ['Heard all the same']);
    pages['/is-hung'] = 'no';
    await isHung;
    await hung.untilTitle('Heard all the same');
    await untilOneConnection();
  });

  it('sleep together once nobody looks at any, and wake together when somebody looks at one', async () => {
    const tabs = (await openTabs(2, '/sleepy')) as [TickerPage, TickerPage];
    await tabs[0].turn('hidden');
    await newsroom().post({ title: 'One looks on' });
    await tabs[1].untilTitle('One looks on');
    await tabs[1].turn('hidden');
    await Promise.all(tabs.map((tab) => tab.untilStatus('asleep')));
    await until(async () => (await connections()) === 0);
    await newsroom().post({ title: 'While all slept' });
    await tabs[1].turn('visible');
    await Promise.all(tabs.map((tab) => tab.untilTitle('While all slept')));
    for (const tab of tabs) expect(await tab.told()).toEqual(['One looks on', 'While all slept']);
  });

  it('pass over what another version, or anybody, says on their channel', async () => {
    const [leader, follower] = (await openTabs(2)) as [TickerPage, TickerPage];
    await leader.page.evaluate((address) => {
      const known = { list: { headlines: [{ id: 7 }], limit: 20 }, cursor: 'x', skewMs: 0, tombstones: [] };
      const junk = [
        undefined,
        null,
        7,
        {},
        { kind: 'frame' },
        { kind: 'frame', from: 3, frame: { type: 'goodbye', retryAfterMs: 1, cursor: 'z' } },
        { kind: 'frame', frame: { type: 'headline', channel: 'main', cursor: 'e.1.t', headline: null } },
        { kind: 'state', state: { name: 'toString' } },
        { kind: 'state', state: { name: 'live' }, known },
        { kind: 'state', state: { name: 'live' }, known: { ...known, skewMs: 1e300 } },
        { kind: 'withdraw' },
      ];
      for (const version of [0, 1, 2]) {
        const channel = new BroadcastChannel(`newsline ${version} ${address}/v1/channels/main?last=20`);
        for (const message of junk) channel.postMessage(message);
        if (version !== 1)
          channel.postMessage({ kind: 'state', state: { name: 'refused', code: 4500, reason: 'x' } });
      }
    }, proxy.url);
    await tellAll([leader, follower], ['Unshaken']);
    for (const tab of [leader, follower]) {
      expect(await tab.statuses()).toEqual(['live']);
      expect(tab.complaints.filter((line) => !line.includes('404'))).toEqual([]);
    }
  });

  it('of two versions go side by side, each with its own connection', async () => {
    const tabs = await openTabs(2);
    const [older, another] = (await openTabs(2, '/older')) as [TickerPage, TickerPage];
    expect(await connections()).toBe(2);
    await tellAll([...tabs, older, another], ['To all versions']);
  });

  it('have their own connection where a frame has no origin, and so no locks and no storage', async () => {
    const page = await context.newPage();
    await page.goto(`${proxy.url}/sandbox`);
    await openTabs(1);
    const frame = page.frames()[1];
    await until(async () => (await frame?.evaluate(() => globalThis.ticker.status)) === 'live');
    expect(await connections()).toBe(2);
  });
});
