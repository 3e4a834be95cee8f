/** What must not be found in Redis, in messages, in errors and in logs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { EngineUnavailable } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { channelOf, correct, createNewsroom, deskOf, publish, schedule } from '../contracts/newsroom.ts';
import { storyOf, watch } from '../contracts/watch.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const PASSWORD = 'hush-hush';
const HOUR_MS = 3_600_000;
let redis: RedisServer;
const url = (password = PASSWORD) => redis.url.replace('//', `//:${password}@`);

beforeAll(async () => {
  redis = await startRedis({ settings: ['--requirepass', PASSWORD] });
});
afterAll(() => redis.stop());

/** All that is kept, by the last part of the key's name. */
async function readEverything(client: Redis): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const key of await client.keys('*')) {
    const type = await client.type(key);
    const read: Record<string, () => Promise<unknown>> = {
      hash: () => client.hgetall(key),
      zset: () => client.zrange(key, '0', '-1'),
      set: () => client.smembers(key),
      stream: () => client.xrange(key, '-', '+'),
    };
    kept[key.split(':').at(-1) ?? key] = JSON.stringify(await read[type]?.());
  }
  return kept;
}

describe('a scheduled headline', () => {
  it('is found in no log, no list, no record of what was shown and no message before its time', async () => {
    const engine = await openRedisEngine({ url: url() });
    const client = new Redis(url());
    const listener = new Redis(url());
    const heard: string[] = [];
    listener.on('pmessage', (_pattern, topic, text) => heard.push(`${topic} ${text}`));
    await listener.psubscribe('*');

    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('held-1', schedule('embargoed words', Date.now() + HOUR_MS));
    await post('held-1', correct('embargoed words, corrected'));
    await post('held-2', schedule('embargoed words', Date.now() + HOUR_MS));
    await post('held-2', { do: 'retract' });
    await post('held-3', schedule('embargoed words', Date.now() - 1_000));
    await post('shown', publish('words for all'));

    const { log, line, records, held, due, ...others } = await readEverything(client);
    expect(`${log}${line}${records}`).toContain('shown');
    expect(`${log}${line}${records}${heard.join()}`).not.toMatch(/embargoed|held-/);
    expect(`${held}${due}`).toMatch(/embargoed.*held-/);
    expect(JSON.stringify(others)).not.toContain('embargoed');

    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const [released] = await engine.headlines.due(1);
    await post('held-3', { do: 'release' }, { nowMs: released?.nowMs ?? 0 });
    await watching.reach(2);
    const after = await readEverything(client);
    expect(watching.entries.map(storyOf)).toEqual(['held-3']);
    expect(after['records']).toContain('held-3');
    expect(after['held']).not.toContain('held-3');
    client.disconnect();
    listener.disconnect();
    await engine.close();
  });

  it('is released once, by two newsrooms at the same moment, and both hear of it', async () => {
    const engines = await Promise.all([1, 2].map(() => openRedisEngine({ url: url(), keyPrefix: 'two' })));
    const [first] = engines;
    await first?.channels.create(channelOf('en'));
    const watches = engines.map((engine) => watch(engine.feed, 'en'));
    await Promise.all(watches.map(({ until }) => until(({ baselines }) => baselines.length > 0)));
    for (const engine of engines) {
      await createNewsroom(engine, 'en')(
        `held-${engines.indexOf(engine)}`,
        schedule('held', Date.now() - 1_000),
      );
    }
    const outcomes = await Promise.all(
      engines.map(async (engine) => {
        const due = await engine.headlines.due(10);
        return Promise.all(
          due.map(({ id, nowMs }) => deskOf(engine).submit('en', id, { do: 'release' }, { nowMs })),
        );
      }),
    );
    expect(outcomes.flat().filter(({ ok }) => ok)).toHaveLength(2);
    await Promise.all(watches.map(({ reach }) => reach(2)));
    for (const { entries } of watches) expect(entries.map(storyOf).sort()).toEqual(['held-0', 'held-1']);
    for (const { stop } of watches) stop();
    await Promise.all(engines.map((engine) => engine.close()));
  });
});

describe('the password of Redis', () => {
  const messageOf = async (attempt: Promise<unknown>): Promise<Error> => {
    const error = await attempt.catch((reason: unknown) => reason);
    if (!(error instanceof Error)) throw new Error('was expected to fail');
    return error;
  };

  it('stands in no error of a start that fails', async () => {
    const unreachable = await startRedis();
    await unreachable.stop();
    const away = await messageOf(openRedisEngine({ url: unreachable.url.replace('//', `//:${PASSWORD}@`) }));
    expect(away).toBeInstanceOf(EngineUnavailable);
    expect(away.message).toContain(`127.0.0.1:${unreachable.port} cannot be reached`);
    const wrong = await messageOf(openRedisEngine({ url: url('wrong-secret') }));
    expect(wrong).toBeInstanceOf(EngineUnavailable);
    expect(wrong.message).toMatch(/WRONGPASS/);
    const none = await messageOf(openRedisEngine({ url: redis.url }));
    expect(none.message).toMatch(/NOAUTH/);
    const malformed = await messageOf(openRedisEngine({ url: `http://:${PASSWORD}@127.0.0.1` }));
    expect(malformed).toBeInstanceOf(TypeError);
    for (const error of [away, wrong, none, malformed]) {
      expect(`${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toMatch(
        /hush-hush|wrong-secret/,
      );
    }
  });

  it('stands in no error and no log of an outage, and neither do headlines', async () => {
    const fragile = await startRedis({ settings: ['--requirepass', PASSWORD] });
    const said: unknown[] = [];
    const say = (fields: object, message: string) => void said.push({ fields, message });
    const engine = await openRedisEngine({
      url: fragile.url.replace('//', `//:${PASSWORD}@`),
      log: { info: say, warn: say },
    });
    await engine.channels.create(channelOf('en'));
    const held = createNewsroom(engine, 'en')('a', schedule('embargoed words', Date.now() + HOUR_MS));
    const errors = [fragile.kill9(), held, createNewsroom(engine, 'en')('b', publish('embargoed words'))];
    const reasons = (await Promise.allSettled(errors)).flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    const away = await messageOf(createNewsroom(engine, 'en')('c', publish('embargoed words')));
    expect(away.message).toContain('there is no connection');
    expect(said.length).toBeGreaterThan(0);
    for (const error of [...reasons, away]) {
      expect(error).toBeInstanceOf(EngineUnavailable);
      said.push(error.stack, error.cause, { ...error });
    }
    expect(JSON.stringify(said)).not.toMatch(/hush-hush|embargoed/);
    await engine.close();
    await fragile.stop();
  });
});
