/** Several ingest processes release from one Redis: each headline once, in order, whichever of them crashes. [design 3, promise 3] */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Engine } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { createNewsroom, publish, schedule } from '../contracts/newsroom.ts';
import { storyOf, type Watch, watch } from '../contracts/watch.ts';
import { inTime } from '../support/in-time.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const COUNT = 300;
const LIMIT_MS = 180_000;
const IDS = Array.from({ length: COUNT }, (_, n) => `p${String(n).padStart(3, '0')}`);

let redis: RedisServer;
let engine: Engine;
let ingests: NewslineProcess[];
let watching: Watch;

const begin = async () => {
  redis = await startRedis();
  const start = () => startNewsline({ store: redis.url, args: ['--roles', 'ingest'] });
  const first = await start();
  ingests = [first, await start()];
  engine = await openRedisEngine({ url: redis.url });
  watching = watch(engine.feed, 'main', { headlines: 0, tail: 0 });
  await watching.until(({ baselines }) => baselines.length > 0);
};
const putAway = async () => {
  watching.stop();
  await Promise.all(ingests.map((ingest) => ingest.kill9()));
  await engine.close();
  await redis.stop();
};
afterEach(putAway);

/** All for one moment that is to come, in another order than that of their ids. */
async function planAll(prepare: () => unknown = () => {}): Promise<number> {
  const { dueMs, outcome: releasedBefore } = await inTime({
    aheadMs: 2_500,
    begin,
    putAway,
    attempt: async (dueMs) => {
      prepare();
      const post = createNewsroom(engine, 'main');
      const shuffled = IDS.map((_, at) => IDS[(at * 7) % COUNT] ?? '');
      await Promise.all(shuffled.map((id) => post(id, schedule(`Words of ${id}`, dueMs))));
      return watching.entries.length;
    },
  });
  expect(releasedBefore).toBe(0);
  return dueMs;
}

async function expectEachOnceInOrder(dueMs: number): Promise<void> {
  await watching.reach(COUNT);
  // One more, so that whatever was released twice would have come before it.
  await createNewsroom(engine, 'main')('last', publish('Last'));
  await watching.reach(COUNT + 1);
  expect(watching.baselines).toHaveLength(1);
  expect(watching.entries.map(storyOf)).toEqual([...IDS, 'last']);
  for (const { body, at } of watching.entries.slice(0, COUNT)) {
    expect(body).toMatchObject({
      change: 'published',
      headline: { version: 1, publishedAt: new Date(dueMs).toISOString() },
    });
    expect(Date.parse(at)).toBeGreaterThanOrEqual(dueMs);
  }
  expect(await engine.headlines.scheduled('main', 10)).toEqual({ total: 0, records: [] });
}

describe('hundreds of headlines due at the same moment', () => {
  it(
    'are released once each and in order by two processes that race for them',
    async () => {
      const dueMs = await planAll();
      const client = new Redis(redis.url);
      const monitor = await client.monitor();
      const attempts = new Map<string, Set<string>>();
      // A commit names ten keys, and after them the headline's id first.
      monitor.on('monitor', (_time: string, args: readonly string[], source: string) => {
        const [command = '', , keys, ...rest] = args;
        const id = rest[10];
        if (command.toLowerCase() !== 'evalsha' || keys !== '10' || id === undefined) return;
        attempts.set(id, (attempts.get(id) ?? new Set()).add(source));
      });
      // What each of them asks meanwhile is answered in the same moment: so both begin together.
      await until(() => Date.now() > dueMs - 200);
      await client.client('PAUSE', 1_500, 'ALL');
      await expectEachOnceInOrder(dueMs);
      monitor.disconnect();
      client.disconnect();
      // They did race: both tried to release at least one of them.
      expect(IDS.filter((id) => attempts.get(id)?.size === 2).length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'are released once each and in order when the process that releases is killed among them',
    async () => {
      const dueMs = await planAll(() => ingests[1]?.signal('SIGSTOP'));
      const [releasing, other] = ingests;
      await until(() => watching.entries.length > 5);
      await releasing?.kill9();
      expect(watching.entries.length).toBeLessThan(COUNT);
      other?.signal('SIGCONT');
      await expectEachOnceInOrder(dueMs);
    },
    LIMIT_MS,
  );
});
