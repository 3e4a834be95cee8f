/** A gateway that is asked to stop sees everyone out, and they come back elsewhere without loss. [design 3, promise 8] */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { gatherCrowd } from '../support/crowd.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { type Deployment, deployOnRedis } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { openRaw } from '../support/raw-reader.ts';
import { readEvents, readWithSdk } from '../support/readers.ts';
import { until } from '../support/until.ts';

const STREAM = '/v1/channels/main/stream';

describe('a draining gateway', () => {
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await deployOnRedis(['--drain-ms', '2000']);
  });
  afterEach(() => deployment.stop());

  it('tells each reader when to return, lets no one in, and ends by itself', async () => {
    const [gateway] = deployment.gateways;
    const framed = await Promise.all(Array.from({ length: 50 }, () => openRaw(gateway.url, STREAM)));
    const flat = await openRaw(gateway.url, STREAM, []);
    const events = new EventSource(`${gateway.url}${STREAM}`);
    const goodbye = new Promise<unknown>((resolve) => {
      events.addEventListener('goodbye', ({ data }) => resolve(JSON.parse(data)));
    });
    await new Promise((resolve) => events.addEventListener('snapshot', resolve));

    gateway.signal('SIGTERM');
    await until(async () => (await fetch(`${gateway.url}/readyz`)).status === 503);
    await expect(openRaw(gateway.url, STREAM)).rejects.toMatchObject({ status: 503, retryAfter: '1' });

    expect(await Promise.all(framed.map(({ closed }) => closed))).toEqual(framed.map(() => 4000));
    const waits = framed.map(({ frames }) => frames.at(-1)).map((frame) => Number(frame?.['retryAfterMs']));
    expect(framed.every(({ frames }) => frames.at(-1)?.['type'] === 'goodbye')).toBe(true);
    // Spread, so that they do not come back together.
    expect(new Set(waits).size).toBeGreaterThan(25);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_250);
    expect(await flat.closed).toBe(4000);
    expect(await goodbye).toMatchObject({ type: 'goodbye', retryAfterMs: expect.any(Number) });
    events.close();
    expect(await gateway.ended).toBe(0);
  });

  it('ends though peers it refused never end their half, and answers every request it has begun', async () => {
    const { ingest } = deployment;
    const { hostname, port } = new URL(ingest.url);
    const refused = Array.from({ length: 5 }, () => {
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
      socket.on('error', () => {});
      socket.write('GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.resume();
      return once(socket, 'end');
    });
    await Promise.all(refused);

    const newsroom = openNewsroom(ingest.url);
    const posts = Array.from({ length: 80 }, (_, index) => ({
      index,
      done: newsroom.post({ title: `Post ${index}` }),
    }));
    await Promise.race(posts.map(({ done }) => done));
    ingest.signal('SIGTERM');
    const outcomes = await Promise.allSettled(posts.map(({ done }) => done));
    expect(await ingest.ended).toBe(0);

    const list = await fetch(`${deployment.gateways[0].url}/v1/channels/main/headlines?last=100`);
    const { headlines } = (await list.json()) as { headlines: { title: string }[] };
    const kept = new Set(headlines.map(({ title }) => title));
    const told = new Set(
      posts.filter((_, at) => outcomes[at]?.status === 'fulfilled').map(({ index }) => `Post ${index}`),
    );
    // A sender who got no answer sends again: what it was not told of must not be there.
    expect(kept).toEqual(told);
    expect(told.size).toBeGreaterThan(0);
  }, 60_000);

  it('loses nothing for readers who come back through another gateway', async () => {
    const [first, second] = deployment.gateways;
    const proxies = await Promise.all(Array.from({ length: 10 }, () => startCuttingProxy(first.url)));
    const readers = proxies.map(({ url }, index) => (index % 2 === 0 ? readWithSdk(url) : readEvents(url)));
    await Promise.all(readers.map(({ ready }) => ready));
    const newsroom = openNewsroom(deployment.ingest.url);
    const titles: string[] = [];
    const post = async () => {
      titles.push(`published Item ${titles.length + 1}`);
      await newsroom.post({ title: `Item ${titles.length}` });
    };
    await post();
    for (const proxy of proxies) proxy.moveTo(second.url);
    first.signal('SIGTERM');
    let hasEnded = false;
    void first.ended.then(() => {
      hasEnded = true;
    });
    while (!hasEnded) await post();
    await post();
    await until(() => readers.every(({ seen }) => seen.length >= titles.length), {
      state: () => readers.map(({ seen }) => seen.length),
    });
    for (const { seen } of readers) expect(seen).toEqual(titles);
    await Promise.all(readers.map((reader) => reader.close()));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }, 60_000);
});

describe('a gateway that is stopped under two thousand readers', () => {
  const DRAIN_MS = 5_000;
  /** For requests that were begun, and for a machine that is busy with two thousand readers itself. */
  const SLACK_MS = 5_000;
  const READERS = 2_000;
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await deployOnRedis([
      '--drain-ms',
      String(DRAIN_MS),
      '--max-connections-per-address',
      '10000',
    ]);
  });
  afterEach(() => deployment.stop());

  it('loses nothing and doubles nothing while headlines go out, spreads its goodbyes, and ends in time', async () => {
    const [first, second] = deployment.gateways;
    const crowd = gatherCrowd(first.url, { size: READERS });
    try {
      await until(() => crowd.areLive, { withinMs: 150_000 });
      const newsroom = openNewsroom(deployment.ingest.url);
      const titles: string[] = [];
      const post = async () => {
        titles.push(`Item ${titles.length + 1}`);
        const id = `item-${titles.length}`;
        // Again where its connection was closed for being idle: this process may be busy for seconds.
        await until(async () => (await newsroom.put(id, 1, { title: titles.at(-1) })).status < 300);
      };
      await post();

      crowd.moveTo(second.url);
      const fromMs = performance.now();
      first.signal('SIGTERM');
      let endedMs: number | undefined;
      void first.ended.then(() => {
        endedMs = performance.now();
      });
      while (endedMs === undefined) {
        await post();
        await pause(100);
      }
      expect(await first.ended).toBe(0);
      expect(endedMs - fromMs).toBeLessThan(DRAIN_MS + SLACK_MS);
      await until(() => crowd.areLive, { withinMs: 150_000 });
      await post();
      await until(() => crowd.readers.every(({ seen }) => seen.length >= titles.length), {
        withinMs: 150_000,
        state: () => crowd.readers.filter(({ seen }) => seen.length < titles.length).length,
      });

      const whole = titles.join();
      expect(crowd.readers.filter(({ seen }) => seen.join() !== whole).length).toBe(0);
      // Each was told once when to return, came back by its cursor, and held one socket at a time.
      expect(crowd.readers.every(({ goodbyes }) => goodbyes.length === 1)).toBe(true);
      expect(crowd.readers.every(({ beginnings }) => beginnings.join() === 'snapshot,resumed')).toBe(true);
      expect(crowd.readers.every(({ mostSockets }) => mostSockets === 1)).toBe(true);
      const goodbyes = crowd.readers.flatMap((reader) => reader.goodbyes);
      // Both are spread over seconds: no quarter of the time has nearly all of them.
      const quarterMs = DRAIN_MS / 4;
      expect(
        busiest(
          goodbyes.map(({ atMs }) => atMs),
          quarterMs,
        ),
      ).toBeLessThan(0.75);
      expect(
        busiest(
          goodbyes.map(({ retryAfterMs }) => retryAfterMs),
          quarterMs,
        ),
      ).toBeLessThan(0.5);
    } finally {
      crowd.close();
    }
  }, 400_000);
});

/** @returns which part of all falls into the fullest stretch of this length. */
function busiest(timesMs: readonly number[], stretchMs: number): number {
  const counts = new Map<number, number>();
  for (const atMs of timesMs) {
    const stretch = Math.floor(atMs / stretchMs);
    counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / timesMs.length;
}
