/** What was acknowledged is kept, and every reader is told of it once, whichever process is killed. [design 3, 1 and 2] */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Browser } from 'playwright-core';
import type { Headline } from '../../src/protocol/headline.ts';
import { startChromium } from '../support/chromium.ts';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openRaw } from '../support/raw-reader.ts';
import { readEvents, readFlat, readFramed, readWithSdk, type TestReader } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const POSTS = 200;
const KILL_AFTER = 60;
const LANES = 20;
const NUMBERS = Array.from({ length: POSTS }, (_, number) => number);
const titleOf = (number: number) => `Story ${number} of the night`;

interface Acknowledged {
  readonly id: string;
  readonly wasReplayed: boolean;
}

async function post(url: string, number: number): Promise<Acknowledged | undefined> {
  const response = await fetch(`${url}/v1/channels/main/headlines`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': `night-${number}`,
    },
    body: JSON.stringify({ title: titleOf(number) }),
  }).catch(() => undefined);
  if (response?.status !== 201) {
    await response?.arrayBuffer().catch(() => {});
    return undefined;
  }
  const { headline } = (await response.json()) as { headline: Headline };
  return { id: headline.id, wasReplayed: response.headers.get('idempotent-replayed') === 'true' };
}

/** Posts each number once, many at a time, and gives back what was acknowledged. */
async function postAll(
  url: string,
  onAcknowledged: (count: number) => void = () => {},
): Promise<Map<number, Acknowledged>> {
  const acknowledged = new Map<number, Acknowledged>();
  const waiting = [...NUMBERS];
  const work = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const answer = await post(url, number);
      if (!answer) continue;
      acknowledged.set(number, answer);
      onAcknowledged(acknowledged.size);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return acknowledged;
}

async function readSince(url: string, cursor: string): Promise<readonly Headline[]> {
  const response = await fetch(`${url}/v1/channels/main/headlines?since=${cursor}`);
  const { resumed, headlines } = (await response.json()) as { resumed: boolean; headlines: Headline[] };
  expect(resumed).toBe(true);
  return headlines.toSorted((a, b) => a.sequence - b.sequence);
}

async function isReadable(url: string, id: string): Promise<boolean> {
  const { ok } = await fetch(`${url}/v1/channels/main/headlines/${id}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  return ok;
}

const CRASHES = [
  ['the ingest process', 'crashIngest', 'restartIngest'],
  ['the store', 'crashStore', 'restartStore'],
] as const;

/** In one process they are one: killed once is enough. */
const CASES = FRAGILE_DEPLOYMENTS.flatMap(([name, deploy]) =>
  CRASHES.slice(0, name.includes('embedded') ? 1 : 2).map((crash) => [name, deploy, ...crash] as const),
);

describe.each(CASES)('%s', (_name, deploy, victim, crash, restart) => {
  let deployment: FragileDeployment;
  let reader: TestReader;
  afterEach(async () => {
    await reader.close();
    await deployment.stop();
  });

  it(`keeps what it acknowledged, and tells of it once, when ${victim} is killed in the middle`, async () => {
    deployment = await deploy();
    const { ingestUrl, gatewayUrl } = deployment;
    const before = (await (await fetch(`${gatewayUrl}/v1/channels/main/headlines`)).json()) as {
      cursor: string;
    };
    reader = readFramed(gatewayUrl);
    await reader.ready;

    let crashing: Promise<void> | undefined;
    const acknowledged = await postAll(ingestUrl, (count) => {
      if (count === KILL_AFTER) crashing = deployment[crash]();
    });
    await crashing;
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILL_AFTER);
    expect(acknowledged.size).toBeLessThan(POSTS);
    await deployment[restart]();
    await until(async () => (await fetch(`${gatewayUrl}/readyz`)).ok);

    await until(async () => isReadable(ingestUrl, [...acknowledged.values()][0]?.id ?? ''));
    const lost: string[] = [];
    for (const { id } of acknowledged.values()) if (!(await isReadable(ingestUrl, id))) lost.push(id);
    expect(lost).toEqual([]);

    const repeated = await postAll(ingestUrl);
    expect(repeated.size).toBe(POSTS);
    for (const [number, { id }] of acknowledged)
      expect(repeated.get(number)).toEqual({ id, wasReplayed: true });

    await until(() => reader.seen.length >= POSTS, { state: () => reader.seen.length });
    const kept = await readSince(gatewayUrl, before.cursor);
    expect(kept.map(({ sequence }) => sequence)).toEqual(NUMBERS.map((number) => number + 1));
    expect(kept.map(({ title }) => title).toSorted()).toEqual(NUMBERS.map(titleOf).toSorted());
    expect(reader.seen).toEqual(kept.map(({ title }) => `published ${title}`));
  });
});

/** Each time so many more are to be acknowledged before Redis is killed again. */
const KILLS = 4;
const STEP = 40;
/** Lines of a <news-ticker> at most. */
const LINES = 100;
/** What the tests set is undone first: only the configuration we ship makes it durable again. */
const SHIPPED = [
  '--appendonly',
  'no',
  '--appendfsync',
  'no',
  '--include',
  join(process.cwd(), 'deploy/redis.conf'),
];

/** A page with a ticker, as a website has it, that remembers each headline it was told of. */
async function openTickerPage(browser: Browser, url: string) {
  const page = await browser.newPage();
  await page.goto(`${url}/`);
  await page.waitForFunction(() => customElements.get('news-ticker') !== undefined);
  await page.evaluate((lines) => {
    const told: string[] = [];
    Object.assign(window, { told });
    const ticker = document.createElement('news-ticker');
    ticker.setAttribute('channel', 'main');
    ticker.setAttribute('limit', String(lines));
    document.body.replaceChildren(ticker);
    document.body.addEventListener('newsline:headline', (event) => {
      told.push((event as CustomEvent<{ headline: { title: string } }>).detail.headline.title);
    });
  }, LINES);
  return {
    told: () => page.evaluate(() => (window as unknown as { told: string[] }).told),
    /** Words on the screen, line by line. */
    shown: () =>
      page.evaluate(() => {
        const lines = document.querySelector('news-ticker')?.shadowRoot?.querySelectorAll('[part~=headline]');
        return [...(lines ?? [])].map((line) => line.textContent ?? '');
      }),
  };
}

describe('Redis as it is shipped, killed again and again under load', () => {
  let redis: RedisServer;
  let ingest: NewslineProcess;
  let gateway: NewslineProcess;
  let browser: Browser;
  const start = (roles: string) => startNewsline({ store: redis.url, args: ['--roles', roles] });
  beforeEach(async () => {
    redis = await startRedis({ settings: SHIPPED });
    ingest = await start('ingest');
    gateway = await start('gateway');
    browser = await startChromium();
  }, 60_000);
  afterEach(async () => {
    await browser.close();
    await Promise.all([ingest.kill9(), gateway.kill9()]);
    await redis.stop();
  });

  it('loses no acknowledged headline, on the disk or on a screen, and shows none twice', async () => {
    const admin = new Redis(redis.url);
    expect(await admin.config('GET', 'append*')).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'always']),
    );
    admin.disconnect();
    const { frames } = await openRaw(gateway.url, '/v1/channels/main/stream');
    await until(() => frames.length > 0);
    const begun = String(frames[0]?.['cursor']);
    const page = await openTickerPage(browser, gateway.url);
    const readers = [readFramed, readFlat, readEvents, readWithSdk].map((open) => open(gateway.url));
    await Promise.all(readers.map(({ ready }) => ready));
    const [, , , sdk] = readers;

    const acknowledged = new Map<number, string>();
    let next = 0;
    let isOver = false;
    /** A publisher: tries each headline, under its key, until it is acknowledged. */
    const publish = async () => {
      while (!isOver) {
        const number = next;
        next += 1;
        let answer: Acknowledged | undefined;
        await until(async () => {
          answer = await post(ingest.url, number);
          return answer !== undefined;
        });
        if (answer) acknowledged.set(number, answer.id);
      }
    };
    const publishers = Array.from({ length: LANES }, publish);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const enough = acknowledged.size + STEP;
      await until(() => acknowledged.size >= enough);
      await redis.kill9();
      await redis.restart();
    }
    await until(() => acknowledged.size >= (KILLS + 1) * STEP);
    isOver = true;
    await Promise.all(publishers);

    const titles = [...acknowledged.keys()].map(titleOf).toSorted();
    const published = titles.map((title) => `published ${title}`).toSorted();
    await until(() => readers.every(({ seen }) => seen.length >= titles.length), {
      state: () => readers.map(({ seen }) => seen.length),
    });
    for (const { seen } of readers) expect(seen.toSorted()).toEqual(published);
    await until(async () => (await page.told()).length >= titles.length);
    expect((await page.told()).toSorted()).toEqual(titles);

    // Nothing is left of those who acknowledged but what Redis has on its disk.
    await Promise.all([ingest.kill9(), gateway.kill9()]);
    await redis.kill9();
    await redis.restart();
    ingest = await start('ingest');
    const cold = await startNewsline({ store: redis.url, args: ['--roles', 'gateway'] });
    try {
      const lost: string[] = [];
      for (const id of acknowledged.values()) if (!(await isReadable(ingest.url, id))) lost.push(id);
      expect(lost).toEqual([]);
      const again = await openRaw(cold.url, `/v1/channels/main/stream?since=${begun}`);
      await until(() => again.frames.length > titles.length, { state: () => again.frames.length });
      const whole = again.frames.slice(1).map(({ headline }) => (headline as Headline).title);
      expect(whole.toSorted()).toEqual(titles);
      // In the order in which everyone saw them.
      expect(sdk?.seen).toEqual(whole.map((title) => `published ${title}`));
      again.socket.terminate();

      const list = (await (await fetch(`${cold.url}/v1/channels/main/headlines?last=${LINES}`)).json()) as {
        headlines: Headline[];
      };
      expect(await page.shown()).toEqual(list.headlines.map(({ title }) => expect.stringContaining(title)));
    } finally {
      await cold.kill9();
    }
    await Promise.all(readers.map((reader) => reader.close()));
  }, 120_000);
});
