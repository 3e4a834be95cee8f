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

/** Of a cluster, where each primary has one replica, and a promotion is agreed on with the old primary. */
const ONE_MORE = ['--wait-replicas', '1'];
/**
 * Of a Redis behind sentinels, all of them: SENTINEL FAILOVER promotes one replica while the old primary still takes
 * changes, which the other one alone confirms, and then gives up.
 */
const ALL_OTHERS = ['--wait-replicas', '2', '--wait-replicas-ms', '500'];
/** A primary that is cut off from its replicas takes nothing: else there were two pasts at one time. */
const NEVER_ALONE = ['--min-replicas-to-write', '1'];

export async function openStore(kind: Store['kind'], folder: string): Promise<Store> {
  switch (kind) {
    case 'embedded':
      return {
        kind,
        urlThrough: () => `embedded:${join(folder, 'data')}`,
        args: [],
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
        untilWhole: async () => {},
        stop: () => redis.stop(),
      };
    }
    case 'sentinel': {
      const sentinel = await startSentinel({ downAfterMs: 1_000, settings: NEVER_ALONE });
      const { url } = sentinel;
      const untilWhole = () => sentinel.primary();
      return {
        kind,
        sentinel,
        urlThrough: () => url,
        args: ALL_OTHERS,
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
        args: ONE_MORE,
        untilWhole: untilOk,
        stop: cluster.stop,
      };
    }
  }
}
