/**
 * Following without a hole while sentinels name another primary, slots move, servers die and listeners go deaf.
 *
 * The heads of the logs are compared so seldom here that only what happens at once can repair anything.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import type { Command } from '../../src/domain/life-cycle.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { accepted, channelOf, createNewsroom, deskOf, publish } from '../contracts/newsroom.ts';
import { look, storyOf, type Watch, watch } from '../contracts/watch.ts';
import { startDeafProxy } from '../support/deaf-proxy.ts';
import { askRedis, infoOf } from '../support/redis-admin.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { type RedisSentinel, startSentinel } from '../support/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const NEVER_MS = 3_600_000;
const SLOW_MS = 90_000;
const EVERYTHING = { headlines: 0, tail: 10_000 };

const opened: Engine[] = [];
const watching: Watch[] = [];
const open = async (options: RedisEngineOptions) => {
  const engine = await openRedisEngine({ reconcileMs: NEVER_MS, ...options });
  opened.push(engine);
  return engine;
};
const follow = async (engine: Engine, channel: string) => {
  const watched = watch(engine.feed, channel, EVERYTHING);
  watching.push(watched);
  await watched.until(({ baselines }) => baselines.length > 0);
  return watched;
};
afterEach(async () => {
  for (const { stop } of watching.splice(0)) stop();
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
});

/** Sends the same again, under the same key, until it is answered: as the newsroom is told to do. */
function createPatientNewsroom(engine: Engine, channel: string) {
  const desk = deskOf(engine);
  return async (id: string, command: Command = publish(id)) => {
    const idempotency = { key: id, fingerprint: id, ttlMs: NEVER_MS };
    let outcome: Awaited<ReturnType<typeof desk.submit>> | undefined;
    await until(
      async () => {
        try {
          outcome = await desk.submit(channel, id, command, { idempotency });
          return true;
        } catch (error) {
          if (error instanceof EngineUnavailable) return false;
          throw error;
        }
      },
      { withinMs: 60_000 },
    );
    if (!outcome) throw new Error('no answer came');
    return accepted(outcome);
  };
}

/** What was posted stands in the log once, and the watch has gone through exactly that. */
async function expectSameHistory(watched: Watch, engine: Engine, channel: string): Promise<void> {
  let tail: Awaited<ReturnType<typeof look>>['tail'] = [];
  // Looked at anew each time: whoever follows may find a fork, and end the epoch, just after a look.
  await until(async () => {
    const now = await look(engine.feed, channel, EVERYTHING);
    tail = now.tail;
    return watched.position !== undefined && formatCursor(watched.position) === formatCursor(now.head);
  });
  const seen = [...(watched.baselines.at(-1)?.tail ?? []), ...watched.entries];
  expect(seen.map(({ tag }) => tag)).toEqual(tail.map(({ tag }) => tag));
  const stories = tail.map(storyOf);
  expect(new Set(stories).size).toBe(stories.length);
}

/** Posts until told to stop, one after the other, a hundred a second at most; resolves with the ids that were acknowledged. */
function keepPosting(post: (id: string) => Promise<unknown>, prefix: string) {
  let isOver = false;
  const done = (async () => {
    const ids: string[] = [];
    while (!isOver) {
      const id = `${prefix}-${ids.length + 1}`;
      await post(id);
      ids.push(id);
      await setTimeout(10);
    }
    return ids;
  })();
  return () => {
    isOver = true;
    return done;
  };
}

describe('one Redis', () => {
  it('compares the heads of all channels by one command', async () => {
    const redis = await startRedis();
    const engine = await open({ url: redis.url, reconcileMs: 20 });
    const names = Array.from({ length: 30 }, (_, n) => `channel-${n}`);
    for (const name of names) await engine.channels.create(channelOf(name));
    for (const name of names) await follow(engine, name);
    const countCalls = async () => {
      const stats = await askRedis(redis.url, (admin) => infoOf(admin, 'commandstats'));
      const countOf = (command: string, count: string) =>
        Number(new RegExp(`\\b${count}=(\\d+)`).exec(stats[`cmdstat_${command}`] ?? '')?.[1] ?? 0);
      // A script the server does not know yet is refused by its hash, then sent whole.
      const unknown = countOf('evalsha', 'failed_calls');
      return {
        heads: countOf('hmget', 'calls'),
        scripts: countOf('evalsha', 'calls') + countOf('eval', 'calls') - unknown,
      };
    };
    await askRedis(redis.url, (admin) => admin.config('RESETSTAT'));
    await until(async () => (await countCalls()).scripts >= 5);
    await engine.close();
    const { heads, scripts } = await countCalls();
    expect(heads / scripts).toBe(names.length);
    await redis.stop();
  });

  it('finds a lone headline that was announced while no one listened, as soon as someone does', async () => {
    const redis = await startRedis();
    const engine = await open({ url: redis.url });
    await engine.channels.create(channelOf('en'));
    const watched = await follow(engine, 'en');
    const post = createNewsroom(engine, 'en');
    for (const n of [1, 2, 3, 4, 5]) {
      await postUnheard(redis, (id) => post(id, publish(id)), `h${n}`);
      await watched.reach(n);
    }
    expect(watched.baselines).toHaveLength(1);
    await redis.stop();
  });

  it('has a listener gone deaf made anew within three seconds, and nothing is missed', async () => {
    const redis = await startRedis();
    const proxy = await startDeafProxy(redis.url);
    const lost: object[] = [];
    const log = { info() {}, warn: (fields: object) => void lost.push(fields) };
    const deaf = await open({ url: proxy.url, reconcileMs: 1_000, log });
    await deaf.channels.create(channelOf('en'));
    const watched = await follow(deaf, 'en');
    const post = createNewsroom(await open({ url: redis.url }), 'en');
    await post('a', publish('A'));
    await watched.reach(1);

    const fromMs = performance.now();
    proxy.deafen('listening');
    await until(() => lost.length > 0);
    expect(performance.now() - fromMs).toBeLessThan(3_000);
    expect(lost).toMatchObject([{ connection: 'newsline-follow', reason: 'no sign of life within 1000 ms' }]);
    await post('b', publish('B'));
    proxy.heal();
    await watched.reach(2);
    await post('c', publish('C'));
    await watched.reach(3);
    expect(watched.baselines).toHaveLength(1);
    await proxy.stop();
    await redis.stop();
  });
});

/**
 * Cuts whoever listens, and posts before they are back: what is announced then is lost, and nothing comes after it that
 * would give the hole away.
 */
async function postUnheard(redis: RedisServer, post: (id: string) => Promise<unknown>, id: string) {
  const cut = await askRedis(redis.url, (admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
  await post(id);
  expect(Number(cut)).toBeGreaterThan(0);
}

describe('behind sentinels', () => {
  let redis: RedisSentinel;
  let prefix = 0;
  beforeAll(async () => {
    redis = await startSentinel();
  }, SLOW_MS);
  afterAll(() => redis.stop());
  const openTwo = async () => {
    prefix += 1;
    const said: string[] = [];
    const log = { info: (_: object, message: string) => void said.push(message), warn() {} };
    const options = { url: redis.url, keyPrefix: `store-${prefix}`, log };
    const [newsroom, gateway] = [await open(options), await open(options)];
    await newsroom.channels.create(channelOf('en'));
    /** Both know of the new primary. */
    const untilMoved = () =>
      until(() => said.filter((words) => words === 'the sentinels name another primary').length >= 2);
    return { newsroom, options, untilMoved, watched: await follow(gateway, 'en') };
  };

  it(
    'goes on with the next primary when the old one dies',
    async () => {
      const { newsroom, watched } = await openTwo();
      const stop = keepPosting(createPatientNewsroom(newsroom, 'en'), 'h');
      await watched.reach(5);
      const old = await redis.primary();
      await redis.killPrimary();
      const next = (watched.position?.sequence ?? 0) + 5;
      await watched.reach(next);
      const ids = await stop();
      await expectSameHistory(watched, newsroom, 'en');
      expect(ids.length).toBeGreaterThan(5);
      await redis.restart(old);
    },
    SLOW_MS,
  );

  it(
    'goes on with the next primary at an orderly change, where nothing is lost',
    async () => {
      const { newsroom, watched } = await openTwo();
      const stop = keepPosting(createPatientNewsroom(newsroom, 'en'), 'h');
      await watched.reach(5);
      await redis.promote();
      const next = (watched.position?.sequence ?? 0) + 5;
      await watched.reach(next);
      await stop();
      await expectSameHistory(watched, newsroom, 'en');
    },
    SLOW_MS,
  );

  it(
    'leaves an old primary that still answers, and never continues what only that one had',
    async () => {
      const { newsroom, options, untilMoved, watched } = await openTwo();
      await createPatientNewsroom(newsroom, 'en')('both');
      await watched.reach(1);
      const epoch = watched.position?.epoch;
      const old = await redis.primary();
      // A newsroom that knows of no sentinels goes on with the old one.
      const stale = await open({ ...options, url: old.url });
      const stop = keepPosting(createPatientNewsroom(stale, 'en'), 'lost');
      const { isolated } = await redis.isolatePrimary();
      expect(isolated).toBe(old);
      // What is written to the old one until then is lost, unless a commit waits for replicas.
      await untilMoved();
      await createPatientNewsroom(newsroom, 'en')('kept');
      const lost = await stop();
      await expectSameHistory(watched, newsroom, 'en');
      const stories = [...(watched.baselines.at(-1)?.tail ?? []), ...watched.entries].map(storyOf);
      expect(stories).toEqual(expect.arrayContaining(['both', 'kept']));
      // It had gone some way with the old one, so it was told that this is another history.
      expect(stories).not.toContain(lost.at(-1));
      expect(watched.baselines.length).toBeGreaterThan(1);
      expect(watched.position?.epoch).not.toBe(epoch);
      await redis.rejoin(old);
      await expectSameHistory(watched, newsroom, 'en');
    },
    SLOW_MS,
  );
});

describe('behind sentinels, waiting for a replica', () => {
  it(
    'loses nothing that was acknowledged without a reservation, though the primary is cut off and goes on',
    async () => {
      const redis = await startSentinel();
      const options = { url: redis.url, waitReplicas: 1, waitReplicasMs: 200 };
      const [newsroom, gateway] = [await open(options), await open(options)];
      await newsroom.channels.create(channelOf('en'));
      const watched = await follow(gateway, 'en');
      const post = createPatientNewsroom(newsroom, 'en');
      const [certain, uncertain]: [string[], string[]] = [[], []];
      const stop = keepPosting(async (id) => {
        const { replicas } = await post(id);
        (replicas ? uncertain : certain).push(id);
      }, 'h');
      await watched.reach(5);
      await redis.isolatePrimary();
      const before = certain.length;
      await until(() => certain.length > before + 5, { withinMs: 60_000 });
      await stop();
      await expectSameHistory(watched, newsroom, 'en');
      const stories = [...(watched.baselines.at(-1)?.tail ?? []), ...watched.entries].map(storyOf);
      expect(certain.filter((id) => !stories.includes(id))).toEqual([]);
      // It was told of each that was not certain, of those that are lost now among them.
      expect(uncertain.some((id) => !stories.includes(id))).toBe(true);
      await redis.stop();
    },
    SLOW_MS,
  );
});

describe('in a cluster', () => {
  let redis: RedisCluster;
  let prefix = 0;
  beforeAll(async () => {
    redis = await startCluster({ replicas: 1 });
  }, SLOW_MS);
  afterAll(() => redis.stop());
  /** Channels on three servers. */
  const CHANNELS = ['en', 'az', 'sport', 'world', 'tech', 'arts'];
  const openTwo = async () => {
    prefix += 1;
    const options = { url: redis.url, keyPrefix: `store-${prefix}` };
    const [newsroom, gateway] = [await open(options), await open(options)];
    for (const name of CHANNELS) await newsroom.channels.create(channelOf(name));
    const watches = new Map<string, Watch>();
    for (const name of CHANNELS) watches.set(name, await follow(gateway, name));
    const watchOf = (name: string) => {
      const found = watches.get(name);
      if (!found) throw new Error(`no one watches ${name}`);
      return found;
    };
    return { newsroom, watchOf };
  };

  it('hears every channel from the server that has it, though the heads are never compared', async () => {
    const { newsroom, watchOf } = await openTwo();
    const owners = await Promise.all(CHANNELS.map((name) => redis.nodeOf(`{${name}}`)));
    expect(new Set(owners).size).toBe(3);
    for (const name of CHANNELS) await createNewsroom(newsroom, name)('a', publish(name));
    await Promise.all(CHANNELS.map((name) => watchOf(name).reach(1)));
    for (const name of CHANNELS) expect(watchOf(name).entries.map(storyOf)).toEqual(['a']);
  });

  it('finds a lone headline that was announced while no one listened, as soon as someone does', async () => {
    const { newsroom, watchOf } = await openTwo();
    for (const name of CHANNELS) {
      const post = createNewsroom(newsroom, name);
      await postUnheard(await redis.nodeOf(`{${name}}`), (id) => post(id, publish(id)), 'unheard');
      await watchOf(name).reach(1);
      expect(watchOf(name).baselines).toHaveLength(1);
    }
  });

  it(
    'goes on without a hole and in the same epoch while a slot moves to another server',
    async () => {
      const { newsroom, watchOf } = await openTwo();
      const watched = watchOf('en');
      const stop = keepPosting(createPatientNewsroom(newsroom, 'en'), 'h');
      await watched.reach(5);
      await redis.moveSlot(await redis.slotOf('{en}'), async () => {});
      const next = (watched.position?.sequence ?? 0) + 5;
      await watched.reach(next);
      await stop();
      await expectSameHistory(watched, newsroom, 'en');
      expect(watched.baselines).toHaveLength(1);
    },
    SLOW_MS,
  );

  it(
    'goes on without a hole at an orderly change to a replica',
    async () => {
      const { newsroom, watchOf } = await openTwo();
      const watched = watchOf('az');
      const stop = keepPosting(createPatientNewsroom(newsroom, 'az'), 'h');
      await watched.reach(5);
      await redis.failover(await redis.replicaOf(await redis.nodeOf('{az}')));
      const next = (watched.position?.sequence ?? 0) + 5;
      await watched.reach(next);
      await stop();
      await expectSameHistory(watched, newsroom, 'az');
    },
    SLOW_MS,
  );

  it(
    'goes on with the replica of a server that dies, and with the other servers all the while',
    async () => {
      const { newsroom, watchOf } = await openTwo();
      const victim = await redis.nodeOf('{sport}');
      const owners = await Promise.all(CHANNELS.map((name) => redis.nodeOf(`{${name}}`)));
      const other = CHANNELS.find((_, at) => owners[at] !== victim) ?? '';
      const post = createPatientNewsroom(newsroom, 'sport');
      const stop = keepPosting(post, 'h');
      await watchOf('sport').reach(5);
      await redis.kill9(victim);
      await createNewsroom(newsroom, other)('meanwhile', publish('meanwhile'));
      await watchOf(other).reach(1);
      const next = (watchOf('sport').position?.sequence ?? 0) + 5;
      await watchOf('sport').reach(next);
      await stop();
      await expectSameHistory(watchOf('sport'), newsroom, 'sport');
      await redis.restart(victim);
      await post('after');
      await expectSameHistory(watchOf('sport'), newsroom, 'sport');
    },
    SLOW_MS,
  );
});

describe('in a cluster without replicas', () => {
  it(
    'refuses at once what a dead server has, and goes on when it is back',
    async () => {
      const redis = await startCluster();
      const newsroom = await open({ url: redis.url });
      await newsroom.channels.create(channelOf('en'));
      const watched = await follow(newsroom, 'en');
      const post = createPatientNewsroom(newsroom, 'en');
      await post('a');
      await watched.reach(1);
      const owner = await redis.nodeOf('{en}');
      await redis.kill9(owner);
      await until(async () => {
        const fromMs = performance.now();
        await expect(createNewsroom(newsroom, 'en')('b', publish('b'))).rejects.toThrow(EngineUnavailable);
        return performance.now() - fromMs < 1_000;
      });
      await redis.restart(owner);
      await post('c');
      await watched.reach(2);
      await expectSameHistory(watched, newsroom, 'en');
      expect(watched.entries.map(storyOf)).toEqual(['a', 'c']);
      await redis.stop();
    },
    SLOW_MS,
  );
});
