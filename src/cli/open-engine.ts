/** Opens the engine that a store names: the one place that knows which engine is behind the ports. */
import type { Engine } from '../domain/engine.ts';
import { openEmbeddedEngine } from '../engines/embedded/embedded-engine.ts';
import { openRedisEngine } from '../engines/redis/redis-engine.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

const EMBEDDED = 'embedded:';

type EngineSettings = Pick<
  Settings,
  'store' | 'keyPrefix' | 'storeCa' | 'storeCert' | 'storeKey' | 'waitReplicas' | 'waitReplicasMs'
>;

export function openEngine(
  { store, keyPrefix, storeCa, storeCert, storeKey, waitReplicas, waitReplicasMs }: EngineSettings,
  log: Log,
): Promise<Engine> {
  if (store.startsWith(EMBEDDED)) {
    return openEmbeddedEngine({
      folder: store.slice(EMBEDDED.length),
      onTrouble({ error, ...trouble }) {
        if (trouble.kind === 'begun') log.info({ channel: trouble.channel }, 'the channel begins');
        else log.warn({ ...trouble, err: error }, 'cannot go on where we were');
      },
    });
  }
  const tls = {
    ...(storeCa !== undefined && { ca: storeCa }),
    ...(storeCert !== undefined && { cert: storeCert }),
    ...(storeKey !== undefined && { key: storeKey }),
  };
  return openRedisEngine({ url: store, keyPrefix, log, tls, waitReplicas, waitReplicasMs });
}
