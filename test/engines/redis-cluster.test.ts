import { afterAll, beforeAll } from '@jest/globals';
import { describeEngine } from '../contracts/engine-contract.ts';
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
