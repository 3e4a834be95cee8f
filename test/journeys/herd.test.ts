/** Thousands of readers who come at once: the store does not notice, and each gets in. [design 3, promises 7 and 8] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { Redis } from 'ioredis';
import { callsBetween, readCalls } from '../support/command-stats.ts';
import { type Crowd, gatherCrowd } from '../support/crowd.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const READERS = 2_000;
/** A gateway that is kept busy may find its own probe by a look at the log, before it is told of it. */
const OF_ITS_OWN = 5;
const TOGETHER = ['--max-connections-per-address', '10000'];

describe('a herd of readers', () => {
  let redis: RedisServer;
  let client: Redis;
  let running: NewslineProcess[];
  let crowds: Crowd[];
  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    running = [];
    crowds = [];
  });
  afterEach(async () => {
    for (const crowd of crowds) crowd.close();
    client.disconnect();
    await Promise.all(running.map((service) => service.kill9()));
    await redis.stop();
  });
  const start = async (roles: string, ...args: string[]) => {
    const service = await startNewsline({ store: redis.url, args: ['--roles', roles, ...TOGETHER, ...args] });
    running.push(service);
    return service;
  };

  const gather = (url: string, size = READERS, since?: readonly (string | undefined)[]) => {
    const crowd = gatherCrowd(url, { size, ...(since && { since }) });
    crowds.push(crowd);
    return crowd;
  };

  it('that comes back at once causes no command in Redis, and every reader is resumed', async () => {
    const ingest = await start('ingest');
    const gateway = await start('gateway');
    const newsroom = openNewsroom(ingest.url);
    await newsroom.post({ title: 'Before' });

    const before = gather(gateway.url);
    await until(() => before.areLive, { withinMs: 120_000 });
    const since = before.readers.map(({ ticker }) => ticker.cursor);
    before.close();
    const missed = ['First missed', 'Second missed', 'Third missed'];
    for (const title of missed) await newsroom.post({ title });
    const list = `${gateway.url}/v1/channels/main/headlines?last=1`;
    await until(async () => (await (await fetch(list)).text()).includes('Third missed'));
    // What is left is what a gateway asks by itself.
    await ingest.stop();
    const idleFromMs = performance.now();
    const idle = await readCalls(client);
    await until(async () => (callsBetween(idle, await readCalls(client))['smembers'] ?? 0) >= 5);
    const byItself = callsBetween(idle, await readCalls(client));
    const idleMs = performance.now() - idleFromMs;

    const fromMs = performance.now();
    const calls = await readCalls(client);
    const back = gather(gateway.url, READERS, since);
    await until(() => back.readers.every(({ seen }) => seen.length >= missed.length), { withinMs: 120_000 });
    const caused = callsBetween(calls, await readCalls(client));
    const tookMs = performance.now() - fromMs;

    expect(back.readers.every(({ beginnings }) => beginnings.join() === 'resumed')).toBe(true);
    expect(back.readers.every(({ seen }) => seen.join() === missed.join())).toBe(true);
    const allowed = (command: string) =>
      OF_ITS_OWN + Math.ceil(((byItself[command] ?? 0) / idleMs) * (tookMs + 2_000) * 1.2);
    const tooMany = Object.entries(caused).filter(([command, count]) => count > allowed(command));
    expect(tooMany).toEqual([]);
    // So little is allowed that one command for every tenth reader would be seen.
    expect(Math.max(...Object.keys(byItself).map(allowed))).toBeLessThan(READERS / 10);
  }, 300_000);

  it('that is let in thirty a second gets in whole, and no reader ever holds two sockets', async () => {
    // So few a second that they come faster on any machine.
    const size = 240;
    const service = await start('ingest,gateway', '--connections-per-second', '30');
    const crowd = gather(service.url, size);
    await until(() => crowd.areLive, {
      withinMs: 120_000,
      state: () => crowd.readers.filter(({ ticker }) => ticker.status !== 'live').length,
    });
    const refusals = crowd.readers.flatMap((reader) => reader.refusals);
    expect(new Set(refusals)).toEqual(new Set([503]));
    expect(Math.max(...crowd.readers.map(({ mostSockets }) => mostSockets))).toBe(1);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain(`newsline_connections_accepted_total ${size}\n`);
    expect(metrics).toContain(`newsline_refusals_total{code="too-many-arrivals"} ${refusals.length}\n`);

    await openNewsroom(service.url).post({ title: 'For everyone' });
    await until(() => crowd.readers.every(({ seen }) => seen.length === 1), { withinMs: 120_000 });
  }, 300_000);

  it('of EventSources, which would never return from a 503, is told when to, and gets in whole', async () => {
    const service = await start('ingest,gateway', '--connections-per-second', '5');
    const stream = `${service.url}/v1/channels/main/stream`;
    const statuses: number[] = [];
    const sources = Array.from(
      { length: 40 },
      () =>
        new EventSource(stream, {
          async fetch(address, init) {
            const response = await fetch(address, init);
            statuses.push(response.status);
            return response;
          },
        }),
    );
    await Promise.all(
      sources.map((source) => new Promise((resolve) => source.addEventListener('snapshot', resolve))),
    );
    expect(statuses.length).toBeGreaterThan(sources.length);
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const source of sources) source.close();

    const refused = async () => {
      const response = await fetch(stream, { headers: { accept: 'application/json' } });
      const retryAfter = Number(response.headers.get('retry-after'));
      await response.body?.cancel();
      return response.status === 503 && retryAfter >= 1 && retryAfter <= 5;
    };
    await until(async () => (await Promise.all(Array.from({ length: 40 }, refused))).some(Boolean));
  }, 300_000);
});
