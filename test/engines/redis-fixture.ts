/** Redis fixture: an engine for the contract suite, on keys of its own in a Redis of any topology. */
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import type { OpenEngine } from '../contracts/engine-contract.ts';
import { askRedis } from '../support/redis-admin.ts';
import { makeOlder } from '../support/redis-age.ts';

export interface RedisFixtureOptions {
  /** How to open the engine; keys begin with the prefix. */
  readonly optionsOf: (keyPrefix: string) => Promise<RedisEngineOptions>;
  /** The server that has the key, as one who may do all. */
  readonly urlOf: (key: string) => Promise<string>;
}

export function createRedisFixture({ optionsOf, urlOf }: RedisFixtureOptions): OpenEngine {
  let stores = 0;
  return async (limits) => {
    stores += 1;
    const keyPrefix = `store-${stores}`;
    const options = { ...(await optionsOf(keyPrefix)), keyPrefix, ...limits };
    const engine = await openRedisEngine(options);
    let current = engine;
    return {
      engine,
      async letPass(days, channel) {
        const keys = `${keyPrefix}:{${channel}}`;
        await askRedis(await urlOf(keys), (client) => makeOlder(client, keys, days));
      },
      async reopen() {
        await current.close();
        current = await openRedisEngine(options);
        return current;
      },
      dispose: () => current.close(),
    };
  };
}
