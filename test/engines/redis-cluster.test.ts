import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { channelOf, createNewsroom, schedule } from '../contracts/newsroom.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
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

it('says what is due on the servers that are there, while another is gone', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `desk-${at}`);
  const keyPrefix = 'one-gone';
  const engine = await openRedisEngine({ url: redis.url, keyPrefix, commandTimeoutMs: 2_000 });
  for (const name of names) {
    await engine.channels.create(channelOf(name));
    await createNewsroom(engine, name)('planned', schedule('planned', Date.now() - 1_000));
  }
  const owners = await Promise.all(names.map((name) => redis.nodeOf(`${keyPrefix}:{${name}}:due`)));
  // The names of all channels must be there.
  const needed = await redis.nodeOf(`${keyPrefix}:channels`);
  const gone = redis.nodes.find((node) => node !== needed && owners.includes(node));
  if (!gone) throw new Error('twelve channels are on more than one server');
  await redis.kill9(gone);
  const due = (await engine.headlines.due(100)).map(({ channel }) => channel);
  expect(due.sort()).toEqual(names.filter((_, at) => owners[at] !== gone).sort());
  await redis.restart(gone);
  await engine.close();
}, 60_000);
