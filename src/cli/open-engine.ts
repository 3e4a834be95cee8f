/** Opens the engine that a store names: the one place that knows which engine is behind the ports. */
import type { Engine } from '../domain/engine.ts';
import { openEmbeddedEngine } from '../engines/embedded/embedded-engine.ts';
import { openRedisEngine } from '../engines/redis/redis-engine.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

const EMBEDDED = 'embedded:';

export function openEngine(
  { store, keyPrefix }: Pick<Settings, 'store' | 'keyPrefix'>,
  log: Log,
): Promise<Engine> {
  if (store.startsWith(EMBEDDED)) {
    return openEmbeddedEngine({
      folder: store.slice(EMBEDDED.length),
      onTrouble: ({ error, ...trouble }) =>
        log.warn({ ...trouble, err: error }, 'cannot go on where we were'),
    });
  }
  return openRedisEngine({ url: store, keyPrefix, log });
}
