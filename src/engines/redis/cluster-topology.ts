/**
 * Cluster topology: asks the server that has the key, and goes where it is sent.
 *
 * A question is sent again only where Redis says that it was not carried out: moved, to be asked elsewhere, or torn apart
 * while its slot moves. A lost connection is no such word, and the question fails.
 */
import { setTimeout } from 'node:timers/promises';
import { EngineUnavailable } from '../../domain/engine.ts';
import { slotOf } from './cluster-map.ts';
import { openClusterServers } from './cluster-servers.ts';
import { nameOfPlace, type Place } from './redis-address.ts';
import type { ConnectionSettings } from './redis-connection.ts';
import { isRefusal, isTornApart, readRedirection, toFault, wordsOf } from './redis-fault.ts';
import { createShardedListener, type ShardedListener } from './sharded-listener.ts';
import type { Topology } from './topology.ts';

export interface ClusterTopologyOptions {
  readonly seeds: readonly Place[];
  readonly settings: ConnectionSettings;
  readonly areCommitsApart: boolean;
}

/** Redirections followed for one question. */
const HOPS_LIMIT = 5;
/** Until a question is asked again whose keys are torn apart. */
const TORN_PAUSE_MS = 50;

export async function openClusterTopology(options: ClusterTopologyOptions): Promise<Topology> {
  const { settings } = options;
  const servers = await openClusterServers(options);
  let listener: ShardedListener | undefined;

  const ask: Topology['ask'] = async (key, question, purpose = 'commands') => {
    const slot = slotOf(key);
    const deadline = performance.now() + settings.timeoutMs;
    let sentTo: { readonly place: Place; readonly isAsking: boolean } | undefined;
    for (let hops = 0; ; hops += 1) {
      const place = sentTo?.place ?? servers.map.ownerOf(slot);
      if (!place) {
        servers.doubt();
        throw new EngineUnavailable('no server of the Redis cluster has what is asked for');
      }
      const connection = servers.at(place)[purpose];
      const { redis, opened } = connection;
      await opened.catch(() => {});
      try {
        if (sentTo?.isAsking) redis.asking().catch(() => {});
        return await question(redis);
      } catch (error) {
        const next = readRedirection(error);
        if (next && hops < HOPS_LIMIT) {
          if (next.kind === 'moved') servers.doubt();
          const host = next.place.host || place.host;
          sentTo = { place: { ...next.place, host }, isAsking: next.kind === 'ask' };
        } else if (isTornApart(error) && performance.now() < deadline) {
          hops = 0;
          sentTo = undefined;
          await setTimeout(TORN_PAUSE_MS);
        } else {
          if (!isRefusal(error) || /^(CLUSTERDOWN|MOVED|READONLY)/.test(wordsOf(error))) servers.doubt();
          throw toFault(error, nameOfPlace(place), connection.refusal);
        }
      }
    }
  };

  return {
    isSharded: true,
    ask,
    askAll: (question) =>
      Promise.all(
        servers.owners.map(async ({ place, commands }) => {
          const address = nameOfPlace(place);
          const answer = await question(commands.redis).catch((error: unknown) => toFault(error, address));
          return { address, answer };
        }),
      ),
    askSentinels: async () => [],
    split<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
      const groups = new Map<string, Item[]>();
      for (const item of items) {
        const owner = servers.map.ownerOf(slotOf(keyOf(item)));
        const name = owner ? nameOfPlace(owner) : '';
        const group = groups.get(name);
        if (group) group.push(item);
        else groups.set(name, [item]);
      }
      return [...groups.values()];
    },
    listen(hooks) {
      listener = createShardedListener(servers, settings, hooks);
      return listener;
    },
    proveCommits(withinMs) {
      if (!options.areCommitsApart) return;
      for (const { commits } of servers.owners) commits.prove(withinMs);
    },
    onReady: servers.onReady,
    async end() {
      await Promise.all([listener?.end(), servers.end()]);
    },
  };
}
