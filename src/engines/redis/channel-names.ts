/**
 * Channel names: which channels there are, also while the one server that has their names is gone.
 *
 * Then the names that were read last stand: none is made or deleted meanwhile that all would know of, and the channels
 * of the other servers go on, their releases too.
 */
import { EngineUnavailable } from '../../domain/engine.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

export interface ChannelNames {
  /** Rejects where they were never read, and where one server has everything. */
  list(): Promise<readonly string[]>;
}

export function createChannelNames(link: RedisLink, { channels }: RedisKeys): ChannelNames {
  let last: readonly string[] | undefined;
  return {
    async list() {
      try {
        last = await link.ask(channels, (redis) => redis.smembers(channels));
        return last;
      } catch (error) {
        if (!last || !link.isSharded || !(error instanceof EngineUnavailable)) throw error;
        return last;
      }
    },
  };
}
