/** API keys in Redis: one hash, each key as JSON under its id. */
import type { StoredApiKey } from '../../domain/api-key.ts';
import type { ApiKeyStore } from '../../domain/engine.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

export function createRedisApiKeys(link: RedisLink, { apiKeys }: RedisKeys): ApiKeyStore {
  const read = (text: string) => JSON.parse(text) as StoredApiKey;
  return {
    async list() {
      const texts = await link.ask(apiKeys, (redis) => redis.hvals(apiKeys));
      return texts.map(read).sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
    },
    async get(id) {
      const text = await link.ask(apiKeys, (redis) => redis.hget(apiKeys, id));
      return text === null ? undefined : read(text);
    },
    async put(key) {
      await link.ask(apiKeys, (redis) => redis.hset(apiKeys, key.id, JSON.stringify(key)));
    },
    delete: async (id) => (await link.ask(apiKeys, (redis) => redis.hdel(apiKeys, id))) === 1,
  };
}
