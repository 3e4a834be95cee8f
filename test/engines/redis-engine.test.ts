import { afterAll, beforeAll } from '@jest/globals';
import { describeEngine } from '../contracts/engine-contract.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { createRedisFixture } from './redis-fixture.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openFixture = createRedisFixture({
  optionsOf: async () => ({ url: redis.url }),
  urlOf: async () => redis.url,
});
describeEngine('redis', openFixture);
