/** What the Redis engine keeps, and what is left of it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Engine, EngineUnavailable, SCHEDULE_LIMIT } from '../../src/domain/engine.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { channelOf, createNewsroom, publish, schedule } from '../contracts/newsroom.ts';
import { expectScheduleLimit } from '../contracts/schedule-contract.ts';
import { look } from '../contracts/watch.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

describe('what is kept in Redis', () => {
  let redis: RedisServer;
  let client: Redis;
  const opened: Engine[] = [];
  const open = async (options: Partial<RedisEngineOptions>) => {
    const engine = await openRedisEngine({ url: redis.url, ...options });
    opened.push(engine);
    return engine;
  };
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((engine) => engine.close()));
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  const idempotencyOf = (key: string, ttlMs = 60_000) => ({ key, fingerprint: 'f', ttlMs });

  it('is gone to the last key when the channel is deleted', async () => {
    const engine = await open({ keyPrefix: 'gone' });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('A'), { idempotency: idempotencyOf('k') });
    await post('b', schedule('B', Date.now() + 60_000));
    expect(await client.keys('gone:*')).toHaveLength(11);
    await engine.channels.delete('en');
    // All that is left is that it was deleted, until it is made anew.
    expect(await client.keys('gone:*')).toEqual(['gone:{en}:deleted']);
    expect(await client.ttl('gone:{en}:deleted')).toBeGreaterThan(86_400);
    await engine.channels.create(channelOf('en'));
    expect(await client.keys('gone:{en}:deleted')).toEqual([]);
    expect(await engine.channels.delete('never-there')).toBe(false);
    expect(await engine.channels.wasDeleted('never-there')).toBe(false);
  });

  it.each(['del', 'set'])(
    'is all there, and not deleted, where Redis refuses %s half way',
    async (command) => {
      const keyPrefix = `refused-${command}`;
      const engine = await open({ keyPrefix });
      await engine.channels.create(channelOf('en'));
      await createNewsroom(engine, 'en')('a', publish('A'));
      await client.call('ACL', 'SETUSER', keyPrefix, 'on', '>pass', '~*', '&*', '+@all', `-${command}`);
      const limited = await open({ keyPrefix, url: redis.url.replace('//', `//${keyPrefix}:pass@`) });
      await expect(limited.channels.delete('en')).rejects.toThrow(EngineUnavailable);
      await until(async () => !(await engine.channels.wasDeleted('en')), { withinMs: 2_000 });
      expect((await engine.channels.list()).channels).toEqual([channelOf('en')]);
      expect(await engine.headlines.read('en', 'a')).toBeDefined();
    },
  );

  it('is not more receipts than the limit, and none that has had its time', async () => {
    const engine = await open({ keyPrefix: 'receipts', receiptLimit: 3 });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    for (const n of [1, 2, 3, 4, 5]) {
      await post(`h${n}`, publish('words'), { idempotency: idempotencyOf(`k${n}`, 60_000 + n) });
    }
    const kinds = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => (await engine.headlines.receipt('en', idempotencyOf(`k${n}`))).kind),
    );
    expect(kinds).toEqual(['absent', 'absent', 'repeated', 'repeated', 'repeated']);

    await post('brief', publish('words'), { idempotency: idempotencyOf('brief', 1) });
    while ((await engine.headlines.receipt('en', idempotencyOf('brief'))).kind !== 'absent');
    await post('next', publish('words'), { idempotency: idempotencyOf('next') });
    expect(await client.hkeys('receipts:{en}:receipts')).not.toContain('brief');
    expect(await client.zcard('receipts:{en}:expiry')).toBe(await client.hlen('receipts:{en}:receipts'));
  });

  it('is no receipt that has had its time, in a quiet channel either', async () => {
    const engine = await open({ keyPrefix: 'quiet' });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('words'), { idempotency: idempotencyOf('brief', 1) });
    while ((await engine.headlines.receipt('en', idempotencyOf('brief'))).kind !== 'absent');
    expect(await client.hkeys('quiet:{en}:receipts')).toEqual(['brief']);
    expect(await engine.headlines.sweep()).toBe(true);
    expect(await client.keys('quiet:{en}:receipts')).toEqual([]);
    expect(await client.keys('quiet:{en}:expiry')).toEqual([]);
  });

  it('is no more than there can be of what is scheduled, and another for each that is killed or released', async () => {
    const engine = await open({ keyPrefix: 'plans' });
    await engine.channels.create(channelOf('en'));
    const others = Array.from({ length: SCHEDULE_LIMIT - 2 }, (_, n) => [1e15, `other-${n}`]).flat();
    await client.zadd('plans:{en}:due', ...others);
    await expectScheduleLimit(engine, 2);
  });

  it('is in the order of the commits where the clock of Redis is set back', async () => {
    const engine = await open({ keyPrefix: 'back', recordLimit: 2 });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('A'));
    // As if it had been written by a clock that ran ahead.
    const stamp = Number(await client.hget('back:{en}:meta', 'stamp')) + 3_600_000_000;
    await client.hset('back:{en}:meta', 'stamp', stamp);
    await client.zadd('back:{en}:kept', stamp, 'a');
    await post('b', publish('B'));
    await post('c', publish('C'));
    expect(await client.zrange('back:{en}:kept', '0', '-1')).toEqual(['b', 'c']);
  });

  it('is not half a commit when Redis has no memory left', async () => {
    const engine = await open({ keyPrefix: 'full' });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('A'));
    const before = await look(engine.feed, 'en');
    await client.config('SET', 'maxmemory', '1');
    await expect(post('b', publish('B'))).rejects.toThrow(EngineUnavailable);
    await expect(post('c', schedule('C', Date.now() - 1_000))).rejects.toThrow(/OOM/);
    expect(await look(engine.feed, 'en')).toEqual(before);
    expect(await engine.headlines.read('en', 'b')).toBeUndefined();
    expect(await engine.headlines.due(10)).toEqual([]);
    await client.config('SET', 'maxmemory', '0');
    expect((await post('b', publish('B'))).record.headline.sequence).toBe(2);
  });

  it('is not half a commit when the log refuses the next number, as after a restore of a part', async () => {
    const engine = await open({ keyPrefix: 'top' });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('A'));
    await client.xadd('top:{en}:log', '50-0', 't', 'other', 'p', '', 'a', '', 'b', '{}');
    const everything = async () =>
      Promise.all((await client.keys('top:*')).sort().map(async (key) => [key, await client.dump(key)]));
    const before = await everything();
    await expect(post('b', publish('B'), { idempotency: idempotencyOf('k') })).rejects.toThrow(/XADD/);
    await expect(post('a', { do: 'retract' })).rejects.toThrow(/XADD/);
    expect(await everything()).toEqual(before);
  });

  it('is a whole commit where nothing but its announcement is refused', async () => {
    await client.acl('SETUSER', 'mute', 'on', '>hush', 'resetchannels', '+@all', '~*');
    const url = redis.url.replace('//', '//mute:hush@');
    const engine = await open({ keyPrefix: 'mute' });
    await engine.channels.create(channelOf('en'));
    const mute = await open({ url, keyPrefix: 'mute' });
    const post = createNewsroom(mute, 'en');
    await expect(post('a', publish('A'), { idempotency: idempotencyOf('k') })).rejects.toThrow(/channel/);
    expect(await engine.headlines.read('en', 'a')).toMatchObject({ revision: 1, headline: { sequence: 1 } });
    expect(await engine.headlines.receipt('en', idempotencyOf('k'))).toMatchObject({ kind: 'repeated' });
    const { head, headlines, tail } = await look(engine.feed, 'en');
    expect([head.sequence, headlines.length, tail.length]).toEqual([1, 1, 1]);
  });

  it('stands under a prefix that names no other key by mistake', async () => {
    for (const keyPrefix of ['', 'a{b}', 'a*', 'a b']) {
      await expect(openRedisEngine({ url: redis.url, keyPrefix })).rejects.toThrow(TypeError);
    }
  });
});
