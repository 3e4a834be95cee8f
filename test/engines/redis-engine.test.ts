import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { makeOlder } from '../support/redis-age.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

let redis: RedisServer;
let client: Redis;
let stores = 0;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

describeEngine('redis', async (limits) => {
  stores += 1;
  const options = { url: redis.url, keyPrefix: `store-${stores}`, ...limits };
  const engine = await openRedisEngine(options);
  let current = engine;
  return {
    engine,
    letPass: (days, channel) => makeOlder(client, `${options.keyPrefix}:{${channel}}`, days),
    async reopen() {
      await current.close();
      current = await openRedisEngine(options);
      return current;
    },
    dispose: () => current.close(),
  };
});
