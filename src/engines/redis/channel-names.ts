/**
 * Channel names: which channels there are, also while the one server that has their names is gone.
 *
 * Then the names that were read last stand: none is made or deleted meanwhile that all would know of, and the channels
 * of the other servers go on, their releases too. A server that does not say anything at all counts as gone in moments.
 */
import { setTimeout } from 'node:timers/promises';
import { EngineUnavailable } from '../../domain/engine.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

export interface ChannelNames {
  /** Rejects where they were never read, and where one server has everything. */
  list(): Promise<readonly string[]>;
  /** We have just changed them: what was read before does not stand. */
  forget(): void;
}

/** For a server that does not answer, where its answer can be done without. */
const PATIENCE_MS = 200;

export function createChannelNames(link: RedisLink, { channels }: RedisKeys): ChannelNames {
  let last: readonly string[] | undefined;
  return {
    async list() {
      const before = last;
      const asked = link
        .ask(channels, (redis) => redis.smembers(channels))
        .then((names) => {
          last = names;
          return names;
        });
      if (!before || !link.isSharded) return asked;
      const orBefore = asked.catch((error: unknown) => {
        if (error instanceof EngineUnavailable) return before;
        throw error;
      });
      return Promise.race([orBefore, setTimeout(PATIENCE_MS, before, { ref: false })]);
    },
    forget() {
      last = undefined;
    },
  };
}
