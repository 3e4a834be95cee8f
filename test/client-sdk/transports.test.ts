import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { WebSocket } from 'ws';
import { connect } from '../../client-sdk/src/index.ts';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { type NarrowProxy, startNarrowProxy } from '../support/narrow-proxy.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { until } from '../support/until.ts';
import { openTickerPage, tickerHtml } from './ticker-page.ts';

let browser: Browser;
let deployment: Deployment;
let proxy: NarrowProxy;
let context: BrowserContext;
const newsroom = () => openNewsroom(deployment.ingest.url);
const WITHIN_MS = 2_000;

beforeAll(async () => {
  [browser, deployment] = await Promise.all([startChromium(), deployEmbedded()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), deployment.stop()]);
});
beforeEach(async () => {
  proxy = await startNarrowProxy(deployment.ingest.url, {
    '/page': tickerHtml({ pollMs: 200 }),
    '/other-site': tickerHtml({ url: deployment.ingest.url }, `${deployment.ingest.url}/newsline.js`),
  });
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await proxy.stop();
});

const open = () => openTickerPage(context, `${proxy.url}/page`);
const ways = () =>
  proxy.asked.map((path) => /^(?:ws:)?\/v1\/.*?\/(stream|headlines)/.exec(path)?.[0] ?? '').filter(Boolean);

describe('where WebSockets do not get through', () => {
  it.each(['refused', 'swallowed'] as const)(
    'reads by events within two seconds when they are %s',
    async (webSockets) => {
      const { title } = { title: `Ferry by another way, ${webSockets}` };
      await newsroom().post({ title });
      proxy.narrow({ webSockets });
      const page = await context.newPage();
      await page.goto(`${proxy.url}/page`);
      const tookMs = await page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const look = () =>
              ticker.headlines.some(({ title }) => title === wanted) && resolve(performance.now());
            ticker.on('change', look);
            look();
          }),
        title,
      );
      expect(tookMs).toBeLessThan(WITHIN_MS);
      await until(() => page.evaluate(() => ticker.status === 'live'));
      await newsroom().post({ title: `${title}, and live` });
      await until(async () => (await page.evaluate(() => told)).includes(`${title}, and live`));
      expect(await page.evaluate(() => [...statuses])).toEqual(['reconnecting', 'live']);
    },
  );

  it('asks again and again where events are held back as well, and says so', async () => {
    proxy.narrow({ webSockets: 'refused', streams: 'held' });
    const ticker = await open();
    await ticker.untilStatus('delayed');
    const first = await newsroom().post({ title: 'Crane repaired' });
    await newsroom().post({ title: 'Quay swept' });
    await ticker.untilTitle('Quay swept');
    await newsroom().correct(first.id, { title: 'Crane repaired at last' });
    await ticker.untilTitle('Crane repaired at last');
    await newsroom().kill(first.id);
    await until(async () => !(await ticker.titles()).includes('Crane repaired at last'));
    expect(await ticker.told()).toEqual(['Crane repaired', 'Quay swept', 'Crane repaired at last']);
    expect(ticker.complaints.filter((line) => line.startsWith('newsline'))).toEqual([]);
  });

  it('remembers the way for the next page of the tab, and not for other tabs', async () => {
    proxy.narrow({ webSockets: 'refused' });
    const ticker = await open();
    await ticker.untilStatus('live');
    const before = ways().length;
    await ticker.page.reload();
    await ticker.untilStatus('live');
    expect(ways().slice(before)).toEqual(['/v1/channels/main/headlines', '/v1/channels/main/stream']);
    const kept = await ticker.page.evaluate(() => [
      { ...sessionStorage },
      { ...localStorage },
      document.cookie,
    ]);
    expect(kept).toEqual([{ 'newsline:transport': expect.stringMatching(/^stream \d+$/) }, {}, '']);
  });

  it('works where the browser keeps storage from the page', async () => {
    proxy.narrow({ webSockets: 'refused' });
    await context.addInitScript(() =>
      Object.defineProperty(globalThis, 'sessionStorage', {
        get() {
          throw new DOMException('kept from you', 'SecurityError');
        },
      }),
    );
    const ticker = await open();
    await ticker.untilStatus('live');
    expect(ticker.complaints.filter((line) => line.includes('kept from you'))).toEqual([]);
  });

  it.each(['page', 'redirect'] as const)(
    'takes no sign-in %s of a hotel for news, nor for a refusal',
    async (captive) => {
      await newsroom().post({ title: `Lighthouse lit, ${captive}` });
      proxy.narrow({ captive });
      const ticker = await open();
      await until(() => ways().includes('/v1/channels/main/headlines'));
      await until(() => ways().length >= 3);
      expect(await ticker.titles()).toEqual([]);
      expect(await ticker.page.evaluate(() => globalThis.ticker.status)).toBe('reconnecting');
      proxy.narrow({});
      await ticker.untilTitle(`Lighthouse lit, ${captive}`);
    },
  );

  it('stays away from a service that does not know its website, and says once what to do', async () => {
    const ticker = await openTickerPage(context, `${proxy.url}/other-site`);
    await ticker.untilStatus('refused');
    expect(await ticker.statuses()).toContain('refused origin-denied');
    const said = ticker.complaints.filter((line) => line.startsWith('newsline'));
    expect(said).toEqual([expect.stringContaining(`--add-origin ${proxy.url}`)]);
  });
});

describe('a service that was away', () => {
  it('is followed again without a reload, by a WebSocket, and nothing is missed', async () => {
    const ticker = await open();
    await ticker.untilStatus('live');
    proxy.narrow({ isGone: true });
    proxy.cut();
    await ticker.untilStatus('reconnecting');
    await newsroom().post({ title: 'Dredger back at sea' });
    await until(() => ways().filter((way) => way.endsWith('headlines')).length > 0);
    proxy.narrow({});
    await ticker.untilTitle('Dredger back at sea');
    expect(await ticker.told()).toEqual(['Dredger back at sea']);
  });

  it('is left alone while the device is offline, and followed when it is not', async () => {
    const ticker = await open();
    await ticker.untilStatus('live');
    await context.setOffline(true);
    await ticker.untilStatus('offline');
    await newsroom().post({ title: 'Buoy found' });
    await context.setOffline(false);
    await ticker.untilTitle('Buoy found');
    expect(await ticker.told()).toEqual(['Buoy found']);
  });
});

describe('a page that nobody looks at', () => {
  it('lets the connection sleep, and wakes at once with all that came', async () => {
    await proxy.stop();
    proxy = await startNarrowProxy(deployment.ingest.url, { '/page': tickerHtml({ sleepAfterMs: 300 }) });
    const ticker = await open();
    await ticker.untilStatus('live');
    await ticker.turn('hidden');
    await ticker.untilStatus('asleep');
    await newsroom().post({ title: 'Fog lifted' });
    await ticker.turn('visible');
    await ticker.untilTitle('Fog lifted');
    expect([await ticker.told(), await ticker.statuses()]).toEqual([
      ['Fog lifted'],
      ['live', 'asleep', 'reconnecting', 'live'],
    ]);
  });
});

describe('the clock', () => {
  it.each(['passed', 'refused'] as const)(
    "is the server's, however wrong the device's is, when WebSockets are %s",
    async (webSockets) => {
      proxy.narrow({ webSockets });
      const hourMs = 3_600_000;
      let isKnown = () => {};
      const known = new Promise<void>((resolve) => (isKnown = resolve));
      const ticker = connect({
        url: proxy.url,
        channel: 'main',
        WebSocket,
        now: () => Date.now() - hourMs,
      });
      ticker.on('change', isKnown);
      await known;
      const offMs = Math.abs(ticker.now() - Date.now());
      ticker.close();
      expect(offMs).toBeLessThan(hourMs / 60);
    },
  );
});

describe('a program without WebSocket and EventSource', () => {
  it('follows by HTTP', async () => {
    const { WebSocket: platform } = globalThis;
    Reflect.deleteProperty(globalThis, 'WebSocket');
    const ticker = connect({ url: proxy.url, channel: 'main' });
    try {
      const told = new Promise<string>((resolve) =>
        ticker.on('headline', ({ headline }) => resolve(headline.title)),
      );
      await until(() => ticker.status === 'live');
      await newsroom().post({ title: 'Harbour master appointed' });
      expect(await told).toBe('Harbour master appointed');
      expect(ways().some((way) => way.startsWith('ws:'))).toBe(false);
    } finally {
      ticker.close();
      if (platform) globalThis.WebSocket = platform;
    }
  });
});
