import { afterAll, beforeAll } from '@jest/globals';
import { describeEngine } from '../contracts/engine-contract.ts';
import { type RedisSentinel, startSentinel } from '../support/redis-sentinel.ts';
import { createRedisFixture } from './redis-fixture.ts';

let redis: RedisSentinel;

beforeAll(async () => {
  redis = await startSentinel();
}, 60_000);
afterAll(() => redis.stop());

const openFixture = createRedisFixture({
  optionsOf: async () => ({ url: redis.url }),
  urlOf: async () => (await redis.primary()).url,
});
describeEngine('redis', openFixture);
