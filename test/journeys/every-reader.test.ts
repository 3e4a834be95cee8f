/** A headline's whole life, seen by every kind of reader, across a dropped connection and another gateway. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import { DEPLOYMENTS, type Deployment } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';
import {
  readEvents,
  readFlat,
  readFramed,
  readInBrowser,
  readWithSdk,
  type TestReader,
} from '../support/readers.ts';
import { until } from '../support/until.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

describe.each(DEPLOYMENTS)('%s', (_name, deploy) => {
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await deploy();
  });
  afterEach(() => deployment.stop());

  it('tells every kind of reader of publication, correction and kill, in order, once, across a dropped connection', async () => {
    const [first, second] = deployment.gateways;
    const proxies: CuttingProxy[] = [];
    const behindProxy = async (open: (url: string) => TestReader | Promise<TestReader>) => {
      const proxy = await startCuttingProxy(first.url);
      proxies.push(proxy);
      return open(proxy.url);
    };
    const readers = new Map<string, TestReader>([
      ['a WebSocket speaking newsline.v1', await behindProxy(readFramed)],
      ['a WebSocket without subprotocol', await behindProxy(readFlat)],
      ['an EventSource', await behindProxy(readEvents)],
      ['the SDK in Node', await behindProxy(readWithSdk)],
      ['the SDK in Chromium', await behindProxy((url) => readInBrowser(url, browser))],
    ]);
    await Promise.all([...readers.values()].map(({ ready }) => ready));
    const seen = () => Object.fromEntries([...readers].map(([name, reader]) => [name, reader.seen]));
    const everyoneSaw = (count: number) =>
      until(() => [...readers.values()].every((reader) => reader.seen.length >= count), { state: seen });

    const newsroom = openNewsroom(deployment.ingest.url);
    const bridge = await newsroom.post({ title: 'Bridge closed', urgency: 2 });
    await everyoneSaw(1);

    for (const proxy of proxies) {
      proxy.moveTo(second.url);
      proxy.cut();
    }
    const ferry = await newsroom.post({ title: 'Ferry runs all night' });
    await newsroom.correct(bridge.id, {
      title: 'Bridge closed until Monday',
      notice: 'The day was missing.',
    });
    await everyoneSaw(3);
    await newsroom.kill(ferry.id, 'There is no ferry.');
    await everyoneSaw(4);

    const whole = [
      'published Bridge closed',
      'published Ferry runs all night',
      'corrected Bridge closed until Monday',
      `retracted ${ferry.id}`,
    ];
    expect(seen()).toEqual(Object.fromEntries([...readers.keys()].map((name) => [name, whole])));
    expect(proxies.every(({ connections }) => connections >= 2)).toBe(true);

    await Promise.all([...readers.values()].map((reader) => reader.close()));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  });
});
