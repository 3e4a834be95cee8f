import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Engine } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { startReleaser } from '../../src/ingest/releaser.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { channelOf, createNewsroom, deskOf, schedule } from '../contracts/newsroom.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { createRedisFixture } from './redis-fixture.ts';

let redis: RedisCluster;

beforeAll(async () => {
  redis = await startCluster();
}, 60_000);
afterAll(() => redis.stop());

const openFixture = createRedisFixture({
  optionsOf: async () => ({ url: redis.url }),
  urlOf: async (key) => (await redis.nodeOf(key)).url,
});
describeEngine('redis', openFixture);

const keyPrefix = 'one-gone';
const names = Array.from({ length: 12 }, (_, at) => `desk-${at}`);

/** Channels on all servers, and one server that has some of them, but not the names of all. */
async function prepare(engine: Engine) {
  for (const name of names) await engine.channels.create(channelOf(name));
  const owners = await Promise.all(names.map((name) => redis.nodeOf(`${keyPrefix}:{${name}}:due`)));
  const needed = await redis.nodeOf(`${keyPrefix}:channels`);
  const gone = redis.nodes.find((node) => node !== needed && owners.includes(node));
  if (!gone) throw new Error('twelve channels are on more than one server');
  const on = (node: RedisServer) => names.filter((_, at) => owners[at] === node).sort();
  return {
    needed,
    gone,
    on,
    without: (node: RedisServer) => names.filter((name) => !on(node).includes(name)).sort(),
  };
}

const open = () => openRedisEngine({ url: redis.url, keyPrefix, commandTimeoutMs: 2_000 });

it('lists the channels of the servers that are there, also to who comes while another is gone', async () => {
  const engine = await open();
  const { gone, needed, on, without } = await prepare(engine);
  const namesOf = async (asked: Engine) => {
    const { channels, unknown } = await asked.channels.list();
    return { channels: channels.map(({ name }) => name).sort(), unknown: [...unknown].sort() };
  };
  await redis.kill9(gone);
  const expected = { channels: without(gone), unknown: on(gone) };
  expect(await namesOf(engine)).toEqual(expected);
  const late = await open();
  expect(await namesOf(late)).toEqual(expected);
  await late.close();
  await redis.restart(gone);
  expect(await namesOf(engine)).toEqual({ channels: [...names].sort(), unknown: [] });

  await redis.kill9(needed);
  expect(await namesOf(engine)).toEqual({ channels: without(needed), unknown: on(needed) });
  await redis.restart(needed);
  await engine.close();
}, 90_000);

it('says what is due on the servers that are there, while another is gone', async () => {
  const engine = await open();
  const { gone, without } = await prepare(engine);
  for (const name of names) {
    await createNewsroom(engine, name)('planned', schedule('planned', Date.now() - 1_000));
  }
  await redis.kill9(gone);
  const due = (await engine.headlines.due(100)).map(({ channel }) => channel);
  expect(due.sort()).toEqual(without(gone));
  await redis.restart(gone);
  await engine.close();
}, 60_000);

it.each(['gone', 'needed'] as const)(
  'releases what is due on the others while the one %s says nothing',
  async (which) => {
    // So long that whoever waits for it comes too late.
    const engine = await openRedisEngine({ url: redis.url, keyPrefix, commandTimeoutMs: 30_000 });
    const prepared = await prepare(engine);
    for (const name of names) {
      await createNewsroom(engine, name)(`due-${which}`, schedule('planned', Date.now() - 1_000));
    }
    await engine.channels.list();
    const silent = prepared[which];
    const released: string[] = [];
    const log = {
      info: (fields: { channel?: string; id?: string }) => {
        if (fields.id === `due-${which}`) released.push(fields.channel ?? '');
      },
      warn() {},
      error() {},
    };
    process.kill(silent.pid, 'SIGSTOP');
    const stop = startReleaser({ headlines: engine.headlines, desk: deskOf(engine), log });
    try {
      const others = prepared.without(silent);
      await until(() => released.length === others.length, { withinMs: 15_000, state: () => released });
      expect(released.sort()).toEqual(others);
      process.kill(silent.pid, 'SIGCONT');
      await until(() => released.length === names.length);
    } finally {
      process.kill(silent.pid, 'SIGCONT');
      await stop();
      await redis.untilOk();
      await engine.close();
    }
  },
  90_000,
);
