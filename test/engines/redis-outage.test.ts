/** What the Redis engine promises while Redis crashes, forgets, hangs, or cuts connections. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import { reconnectWaitMs } from '../../src/engines/redis/redis-connection.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { accepted, channelOf, createNewsroom, deskOf, publish } from '../contracts/newsroom.ts';
import { idsOf, look, storyOf, watch } from '../contracts/watch.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

/** So long that only what happens at once can help. */
const NEVER_MS = 3_600_000;
const range = (length: number) => Array.from({ length }, (_, index) => index + 1);

/** Keeps what is said, and tells when both connections were lost, and are back, so many times. */
function createListeningLog() {
  const said: { level: 'info' | 'warn'; fields: object; message: string }[] = [];
  const waiting = new Set<() => void>();
  const say = (level: 'info' | 'warn') => (fields: object, message: string) => {
    said.push({ level, fields, message });
    for (const look of [...waiting]) look();
  };
  const heard = (words: RegExp, count: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (said.filter(({ message }) => words.test(message)).length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    said,
    heard,
    log: { info: say('info'), warn: say('warn') },
    lost: (times = 1) => heard(/^lost the connection/, 2 * times),
    back: (times = 1) => heard(/is back$/, 2 * times),
  };
}

describe('while Redis is in trouble', () => {
  let folder: string;
  let redis: RedisServer;
  const engines: Engine[] = [];
  const open = async (options: Partial<RedisEngineOptions> = {}) => {
    const engine = await openRedisEngine({ url: redis.url, reconcileMs: 50, ...options });
    engines.push(engine);
    return engine;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsline-redis-'));
    redis = await startRedis({ folder });
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps all that was acknowledged through kill -9, and followers go on without a hole or a repeat', async () => {
    const { log, said, back } = createListeningLog();
    const engine = await open({ log, reconcileMs: NEVER_MS });
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const post = createNewsroom(engine, 'en');
    await post('first', publish('first'));

    const posts = range(40).map((n) => post(`h${n}`, publish(`Headline ${n}`)));
    await Promise.race(posts);
    await redis.kill9();
    const results = await Promise.allSettled(posts);
    const lost = results.filter((result) => result.status === 'rejected');
    for (const { reason } of lost) expect(reason).toBeInstanceOf(EngineUnavailable);
    const kept = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
    expect(kept.length).toBeGreaterThan(0);

    await expect(post('while-away', publish('while away'))).rejects.toThrow(EngineUnavailable);
    await redis.restart();
    await back();
    const last = await post('last', publish('last'));
    await watching.reach(last.record.headline.sequence);

    const stories = watching.entries.map(storyOf);
    expect(watching.baselines).toHaveLength(1);
    expect(new Set(stories).size).toBe(stories.length);
    expect(stories).toEqual(expect.arrayContaining(['first', ...kept, 'last']));
    expect(stories).not.toContain('while-away');
    const { headlines } = await look(engine.feed, 'en');
    expect(idsOf(headlines).sort()).toEqual([...stories].sort());
    expect(said.map(({ level }) => level).sort()).toEqual(['info', 'info', 'warn', 'warn']);
    watching.stop();
  });

  it('misses nothing while Redis keeps cutting the connection that listens', async () => {
    const engine = await open({ reconcileMs: NEVER_MS });
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const post = createNewsroom(engine, 'en');
    const cutter = new Redis(redis.url);
    let cut = 0;
    for (const n of range(60)) {
      await post(`h${n}`, publish(`Headline ${n}`));
      if (n % 10 === 0) cut += Number(await cutter.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    }
    await watching.reach(60);
    expect(cut).toBeGreaterThan(0);
    expect(watching.baselines).toHaveLength(1);
    expect(watching.entries.map(({ sequence }) => sequence)).toEqual(range(60));
    cutter.disconnect();
    watching.stop();
  });

  it('repairs what Pub/Sub lost by comparing heads, though nothing else is announced', async () => {
    const engine = await open({ keyPrefix: 'a' });
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', '>pass', '~*', '+@all', 'resetchannels');
    await admin.call('ACL', 'SETUSER', 'deaf', '&elsewhere:*');
    const { log, said } = createListeningLog();
    const deaf = await open({ keyPrefix: 'a', log, url: redis.url.replace('//', '//deaf:pass@') });
    const deafWatching = watch(deaf.feed, 'en');
    await deafWatching.until(({ baselines }) => baselines.length > 0);
    await createNewsroom(engine, 'en')('a', publish('A'));
    await Promise.all([watching.reach(1), deafWatching.reach(1)]);
    expect(deafWatching.entries.map(storyOf)).toEqual(['a']);
    expect(said.map(({ message }) => message)).toEqual(['Redis does not let us listen to changes']);
    admin.disconnect();
    watching.stop();
    deafWatching.stop();
  });

  it('begins anew in another epoch when Redis has forgotten everything', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    const watching = watch(engine.feed, 'en');
    await post('a', publish('A'));
    await post('b', publish('B'));
    await watching.reach(2);
    const epoch = watching.position?.epoch;
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    await watching.until(({ position }) => position?.epoch !== epoch);
    expect(watching.baselines.at(-1)).toMatchObject({ headlines: [], head: { sequence: 0 } });

    await engine.channels.create(channelOf('en'));
    await post('c', publish('C'));
    await post('d', publish('D'));
    await watching.reach(2);
    expect(watching.position?.epoch).not.toBe(epoch);
    expect(idsOf((await look(engine.feed, 'en')).headlines)).toEqual(['d', 'c']);
    watching.stop();
  });

  it('never lets a store set back to an older state look like the one that went on', async () => {
    const { log, back } = createListeningLog();
    const engine = await open({ log });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    const watching = watch(engine.feed, 'en');
    for (const id of ['a', 'b', 'c']) await post(id, publish(id));
    await watching.reach(3);
    const epoch = watching.position?.epoch;
    await redis.kill9();
    const backup = join(folder, '..', `${folder}-backup`);
    await cp(folder, backup, { recursive: true });
    await redis.restart();
    await back(1);
    for (const id of ['d', 'e']) await post(id, publish(id));
    await watching.reach(5);
    expect(watching.position?.epoch).toBe(epoch);

    await redis.kill9();
    await rm(join(folder, 'appendonlydir'), { recursive: true });
    await cp(backup, folder, { recursive: true });
    await rm(backup, { recursive: true });
    await redis.restart();
    await watching.until(({ position }) => position?.epoch !== epoch);
    expect(idsOf(watching.baselines.at(-1)?.headlines ?? [])).toEqual(['c', 'b', 'a']);
    await back(2);
    const next = await post('f', publish('F'));
    await watching.reach(4);
    expect(next.record.headline.sequence).toBe(4);
    expect(watching.position?.epoch).not.toBe(epoch);
    watching.stop();
  });

  it('does not wait for a Redis that hangs, and a repeat under the same key finds out what became of it', async () => {
    const { log, lost, back } = createListeningLog();
    const engine = await open({ commandTimeoutMs: 250, log });
    await engine.channels.create(channelOf('en'));
    const desk = deskOf(engine);
    const idempotency = { key: 'k', fingerprint: 'f', ttlMs: 60_000 };
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await expect(desk.submit('en', 'a', publish('A'), { idempotency })).rejects.toThrow(EngineUnavailable);
      await lost();
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await back();
    expect(accepted(await desk.submit('en', 'a', publish('A'), { idempotency })).applied).toBe(true);
    await createNewsroom(engine, 'en')('b', publish('B'));
    await watching.reach(2);
    expect(watching.entries.map(storyOf)).toEqual(['a', 'b']);
    watching.stop();
  });

  it('refuses at once what is asked between a loss and a return, and does not do it later', async () => {
    const { log, lost, back } = createListeningLog();
    const engine = await open({ log });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    const cutter = new Redis(redis.url);
    await cutter.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    cutter.disconnect();
    await lost();
    await expect(post('between', publish('between'))).rejects.toThrow('there is no connection');
    await back();
    await post('after', publish('after'));
    expect(idsOf((await look(engine.feed, 'en')).headlines)).toEqual(['after']);
  });

  it('says that Redis does not let us in, where it came back without our user', async () => {
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'newsroom', 'on', '>pass', '~*', '&*', '+@all');
    admin.disconnect();
    const { log, said, heard } = createListeningLog();
    const engine = await open({ log, url: redis.url.replace('//', '//newsroom:pass@') });
    await redis.kill9();
    await redis.restart();
    await heard(/does not let us in/, 2);
    await expect(engine.channels.list()).rejects.toThrow(/does not let us in: WRONGPASS/);
    await expect(engine.channels.list()).rejects.toThrow(EngineUnavailable);
    const again = new Redis(redis.url);
    await again.call('ACL', 'SETUSER', 'newsroom', 'on', '>pass', '~*', '&*', '+@all');
    again.disconnect();
    await heard(/is back$/, 2);
    expect((await engine.channels.list()).channels).toEqual([]);
    // Once for each of the two connections, however often they tried.
    const refusals = said.filter(({ message }) => message.includes('does not let us in'));
    expect(refusals).toHaveLength(2);
    expect(JSON.stringify(refusals)).toMatch(/WRONGPASS/);
    expect(JSON.stringify(said)).not.toContain('>pass');
  });

  it('looks for the primary anew when it finds itself with a replica', async () => {
    const { log, heard } = createListeningLog();
    const engine = await open({ log });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    const admin = new Redis(redis.url);
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    expect((await engine.examine()).filter(({ ok }) => !ok).map(({ subject }) => subject)).toEqual(['role']);
    await expect(post('a', publish('A'))).rejects.toThrow(EngineUnavailable);
    await heard(/^lost the connection/, 1);
    await admin.call('REPLICAOF', 'NO', 'ONE');
    admin.disconnect();
    await heard(/is back$/, 1);
    expect((await post('a', publish('A'))).applied).toBe(true);
  });

  it('closes while Redis is away, and while it hangs', async () => {
    const [away, hanging] = [await open({ commandTimeoutMs: 250 }), await open({ commandTimeoutMs: 250 })];
    process.kill(redis.pid, 'SIGSTOP');
    const read = expect(hanging.headlines.read('en', 'a')).rejects.toThrow(EngineUnavailable);
    await hanging.close();
    await read;
    await redis.kill9();
    await expect(away.channels.list()).rejects.toThrow(EngineUnavailable);
    await away.close();
    await redis.restart();
  });

  it('is not brought down by what others say on its Pub/Sub channels', async () => {
    const engine = await open({ keyPrefix: 'a' });
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const stranger = new Redis(redis.url);
    for (const text of ['', 'hello', '{}', '[]', 'null', '["e","1","t","0","at","{}"]', '[1,2,3,4,5,6]']) {
      await stranger.publish('a:{en}:changes', text);
    }
    stranger.disconnect();
    await createNewsroom(engine, 'en')('a', publish('A'));
    await watching.reach(1);
    expect(watching.entries.map(storyOf)).toEqual(['a']);
    watching.stop();
  });
});

describe('waiting to come back', () => {
  it('doubles up to two seconds, never in step with others', () => {
    expect([1, 2, 3, 50].map((attempt) => reconnectWaitMs(attempt, 1))).toEqual([50, 100, 200, 2_000]);
    expect([1, 2, 3, 50].map((attempt) => reconnectWaitMs(attempt, 0))).toEqual([25, 50, 100, 1_000]);
  });
});
