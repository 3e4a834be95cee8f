import { afterAll, beforeAll } from '@jest/globals';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { type RedisSentinel, startSentinel } from '../support/redis-sentinel.ts';

let redis: RedisSentinel;
let stores = 0;

beforeAll(async () => {
  redis = await startSentinel();
}, 60_000);
afterAll(() => redis.stop());

describeEngine('redis', async (limits) => {
  stores += 1;
  const options = { url: redis.url, keyPrefix: `store-${stores}`, ...limits };
  const engine = await openRedisEngine(options);
  let current = engine;
  return {
    engine,
    async reopen() {
      await current.close();
      current = await openRedisEngine(options);
      return current;
    },
    dispose: () => current.close(),
  };
});
