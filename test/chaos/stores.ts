/** Stores: what a run's deployment keeps its headlines in, and how a process is told where that is. */
import { join } from 'node:path';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { type RedisSentinel, startSentinel } from '../support/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

interface Opened {
  /** Where it listens, for a link of the suite's own in between; undefined where clients are told addresses. */
  readonly port?: number;
  /** The setting of a process. @param port of its link */
  urlThrough(port: number | undefined): string;
  /** More arguments of every process. */
  readonly args: readonly string[];
  /** There are copies, and no acknowledgement says whether they have it. */
  readonly isReplicationUntold: boolean;
  /** Resolves once every part of it is back. */
  untilWhole(): Promise<unknown>;
  stop(): Promise<void>;
}

export type Store = Opened &
  (
    | { readonly kind: 'embedded' }
    | { readonly kind: 'redis'; readonly redis: RedisServer }
    | { readonly kind: 'sentinel'; readonly sentinel: RedisSentinel }
    | { readonly kind: 'cluster'; readonly cluster: RedisCluster }
  );

/** Until the service can wait for replicas, what it acknowledges may stand on one copy only. */
const REPLICATED: readonly string[] = [];

export async function openStore(kind: Store['kind'], folder: string): Promise<Store> {
  switch (kind) {
    case 'embedded':
      return {
        kind,
        urlThrough: () => `embedded:${join(folder, 'data')}`,
        args: [],
        isReplicationUntold: false,
        untilWhole: async () => {},
        stop: async () => {},
      };
    case 'redis': {
      const redis = await startRedis();
      return {
        kind,
        redis,
        port: redis.port,
        urlThrough: (port) => `redis://127.0.0.1:${port}`,
        args: [],
        isReplicationUntold: false,
        untilWhole: async () => {},
        stop: () => redis.stop(),
      };
    }
    case 'sentinel': {
      const sentinel = await startSentinel();
      const { url } = sentinel;
      const untilWhole = () => sentinel.primary();
      return {
        kind,
        sentinel,
        urlThrough: () => url,
        args: REPLICATED,
        isReplicationUntold: true,
        untilWhole,
        stop: sentinel.stop,
      };
    }
    case 'cluster': {
      const cluster = await startCluster({ replicas: 1 });
      const { url, untilOk } = cluster;
      return {
        kind,
        cluster,
        urlThrough: () => url,
        args: REPLICATED,
        isReplicationUntold: true,
        untilWhole: untilOk,
        stop: cluster.stop,
      };
    }
  }
}
