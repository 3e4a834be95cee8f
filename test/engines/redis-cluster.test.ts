import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Engine } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { channelOf, createNewsroom, schedule } from '../contracts/newsroom.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import type { RedisServer } from '../support/redis-server.ts';
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
