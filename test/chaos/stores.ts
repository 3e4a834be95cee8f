/** Stores: what a run's deployment keeps its headlines in, and how a process is told where that is. */
import { join } from 'node:path';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import type { Run } from './journal.ts';

export interface Store {
  readonly kind: Run['store'];
  /** Where it listens, for a link of the suite's own in between; undefined where there is none. */
  readonly port: number | undefined;
  /** The one Redis of a run on a single one. */
  readonly redis?: RedisServer;
  /** The setting of a process. @param port of its link */
  urlThrough(port: number | undefined): string;
  /** Resolves once every part of it is back; else with what is not. */
  isWhole(): Promise<true | string>;
  /** More arguments of every process. */
  readonly args: readonly string[];
  stop(): Promise<void>;
}

export async function openStore(kind: Run['store'], folder: string): Promise<Store> {
  switch (kind) {
    case 'embedded':
      return {
        kind,
        port: undefined,
        urlThrough: () => `embedded:${join(folder, 'data')}`,
        isWhole: async () => true,
        args: [],
        stop: async () => {},
      };
    case 'redis':
    case 'sentinel':
    case 'cluster': {
      const redis = await startRedis();
      return {
        kind,
        port: redis.port,
        redis,
        urlThrough: (port) => `redis://127.0.0.1:${port}`,
        isWhole: async () => true,
        args: [],
        stop: () => redis.stop(),
      };
    }
  }
}
