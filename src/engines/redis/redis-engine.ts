/**
 * The engine on Redis: any number of newsrooms and gateways on one store.
 *
 * One script for each commit, so that state, number, log, schedule and announcement stand or fall together; durable
 * as Redis is set to be (append-only file, fsync always; `examine` says so where it is not).
 */
import { randomBytes } from 'node:crypto';
import { LOG_LIMIT, RECORD_LIMIT } from '../../domain/channel.ts';
import type { Engine } from '../../domain/engine.ts';
import { createChannelNames } from './channel-names.ts';
import { findMissingRights } from './needed-rights.ts';
import { openRedisLink } from './open-redis-link.ts';
import { createRedisApiKeys } from './redis-api-keys.ts';
import { createRedisChannels } from './redis-channels.ts';
import type { Log } from './redis-connection.ts';
import { examineRedis } from './redis-examination.ts';
import { createRedisFeed } from './redis-feed.ts';
import { createRedisHeadlines } from './redis-headlines.ts';
import { createRedisKeys } from './redis-keys.ts';
import { createReplicationReport } from './replication-report.ts';

export interface RedisEngineOptions {
  /** Of one Redis, of sentinels or of a cluster; see redis-address.ts. */
  readonly url: string;
  /** Texts in PEM, for `rediss`: whom to trust, where not those that Node does, and what to show of us. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Begins the name of every key. @default 'newsline' */
  readonly keyPrefix?: string;
  /** Told of each loss and return of Redis, and of each new beginning of a follower. */
  readonly log?: Log;
  /** Pause between two comparisons of the heads of all channels followed. @default 1000 */
  readonly reconcileMs?: number;
  /** How long a reply, or the start, may take. @default 5000 */
  readonly commandTimeoutMs?: number;
  /** Entries kept in the log of a channel. */
  readonly logLimit?: number;
  /** Records kept of a channel, beside those scheduled. */
  readonly recordLimit?: number;
  /** Receipts kept of a channel, under their idempotency keys. @default 50000 */
  readonly receiptLimit?: number;
  /** Replicas that a commit waits for before it is acknowledged. @default 0 */
  readonly waitReplicas?: number;
  /** How long it waits at most. @default 1000 */
  readonly waitReplicasMs?: number;
  /** 0 to 1. */
  readonly random?: () => number;
}

const RECEIPT_LIMIT = 50_000;
const silent: Log = { info() {}, warn() {} };
const newEpoch = (): string => randomBytes(9).toString('base64url');

/** Rejects with {@link EngineUnavailable} where Redis cannot be reached, with a TypeError where an option is wrong. */
export async function openRedisEngine({
  url,
  tls = {},
  keyPrefix = 'newsline',
  log = silent,
  reconcileMs = 1_000,
  commandTimeoutMs = 5_000,
  logLimit = LOG_LIMIT,
  recordLimit = RECORD_LIMIT,
  receiptLimit = RECEIPT_LIMIT,
  waitReplicas = 0,
  waitReplicasMs = 1_000,
  random = Math.random,
}: RedisEngineOptions): Promise<Engine> {
  const keys = createRedisKeys(keyPrefix);
  const replicas = waitReplicas > 0 ? { wanted: waitReplicas, withinMs: waitReplicasMs } : undefined;
  const link = await openRedisLink({
    url,
    tls,
    ...(replicas && { replicas }),
    timeoutMs: commandTimeoutMs,
    log,
    random,
  });
  const replication = createReplicationReport(log);
  const feed = createRedisFeed(link, keys, { reconcileMs, log, newEpoch });
  const names = createChannelNames(link, keys);
  const limits = { log: logLimit, records: recordLimit, receipts: receiptLimit };
  return {
    name: 'redis',
    channels: createRedisChannels(link, keys, names, newEpoch),
    keys: createRedisApiKeys(link, keys),
    headlines: createRedisHeadlines(link, keys, names, limits, { newEpoch, report: replication.report }),
    ...(replicas && { replication }),
    feed,
    missingRights: (roles) => findMissingRights(link, keys, roles),
    examine: () => examineRedis(link, waitReplicas),
    close() {
      feed.stop();
      return link.close();
    },
  };
}
