/** Opens the link to a Redis of any topology, by its address. */
import type { ConnectionOptions } from 'node:tls';
import { openClusterTopology } from './cluster-topology.ts';
import { openPlainTopology } from './plain-topology.ts';
import { readRedisAddress } from './redis-address.ts';
import type { ConnectionSettings, Log } from './redis-connection.ts';
import { createRedisLink, type RedisLink } from './redis-link.ts';
import { createReplicaWait, type ReplicaWaitOptions } from './replica-wait.ts';
import { watchSentinels } from './sentinel-watch.ts';
import type { Topology } from './topology.ts';

export interface RedisLinkOptions {
  readonly url: string;
  /** Certificates and the like, for `rediss`. */
  readonly tls?: ConnectionOptions;
  /** Commits wait for so many replicas, and so long at most. */
  readonly replicas?: ReplicaWaitOptions;
  /** How long a reply, or the start, may take. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Rejects with `EngineUnavailable` where Redis cannot be reached, with a TypeError where the URL is wrong. */
export async function openRedisLink(options: RedisLinkOptions): Promise<RedisLink> {
  const { replicas } = options;
  return createRedisLink(await openTopology(options), replicas && createReplicaWait(replicas));
}

async function openTopology({
  url,
  tls = {},
  replicas,
  timeoutMs,
  log,
  random,
}: RedisLinkOptions): Promise<Topology> {
  const read = readRedisAddress(url);
  if (!read.ok) throw new TypeError(`the address of Redis ${read.refusal.message}`);
  const address = read.value;
  const settings: ConnectionSettings = {
    login: address.login,
    ...(address.isTls && { tls }),
    timeoutMs,
    log,
    random,
  };
  const areCommitsApart = replicas !== undefined;
  switch (address.kind) {
    case 'single':
      return openPlainTopology({
        place: address.place,
        settings: { ...settings, database: address.database },
        areCommitsApart,
      });
    case 'sentinel': {
      const { sentinels, sentinelLogin, name } = address;
      const watch = await watchSentinels({
        sentinels,
        name,
        settings: { ...settings, login: sentinelLogin },
      });
      return openPlainTopology({ place: watch.primary, settings, areCommitsApart, watch });
    }
    case 'cluster':
      return openClusterTopology({ seeds: address.nodes, settings, areCommitsApart });
  }
}
