/**
 * Sharded listener: hears each channel from the server that has its slot, over one connection to each such server.
 *
 * Channels are placed anew when their slots move, when a server takes another's place, and when Redis says that it hears
 * a channel no more. ioredis has such a thing of its own; it tells of no resubscription, and finds no deaf connection.
 * [ADR 12]
 */
import { slotOf } from './cluster-map.ts';
import type { ClusterServers } from './cluster-servers.ts';
import { type Listener, type ListenerHooks, warnOfRefusal } from './listener.ts';
import { nameOfPlace } from './redis-address.ts';
import { type Connection, type ConnectionSettings, connectTo } from './redis-connection.ts';
import { isRefusal, readRedirection } from './redis-fault.ts';

export interface ShardedListener extends Listener {
  end(): Promise<void>;
}

/** A connection, and what it is to hear. */
interface Ear {
  readonly connection: Connection;
  readonly topics: Set<string>;
}

export function createShardedListener(
  servers: Pick<ClusterServers, 'map' | 'refresh' | 'doubt' | 'onMap'>,
  settings: ConnectionSettings,
  { onMessage, onSubscribed }: ListenerHooks,
): ShardedListener {
  const ears = new Map<string, Ear>();
  /** Where each topic is heard; undefined while no one has its slot. */
  const earOf = new Map<string, Ear | undefined>();
  let isEnded = false;

  const subscribe = async (ear: Ear, topics: readonly string[]) => {
    const { redis } = ear.connection;
    const results = await Promise.allSettled(topics.map((topic) => redis.ssubscribe(topic)));
    const settled = topics.filter((topic, at) => {
      const result = results[at];
      if (earOf.get(topic) !== ear || result === undefined) return false;
      // Moved: Redis says so by an event as well. Without a connection: once it is back, all is subscribed to anew.
      return result.status === 'fulfilled' || (isRefusal(result.reason) && !readRedirection(result.reason));
    });
    const refused = results.find((result) => result.status === 'rejected' && isRefusal(result.reason));
    if (refused?.status === 'rejected' && settled.length > 0) warnOfRefusal(settings.log, refused.reason);
    if (settled.length > 0 && !isEnded) onSubscribed(settled);
  };

  const createEar = (name: string, place: Connection['place']): Ear => {
    const connection = connectTo(place, settings, { name: 'newsline-follow' });
    const ear: Ear = { connection, topics: new Set() };
    const { redis } = connection;
    let isRepairing = false;
    redis.on('smessage', onMessage);
    redis.on('ready', () => void subscribe(ear, [...ear.topics]));
    redis.on('close', () => servers.doubt());
    // ioredis: a slot has moved, said on its own or in answer to a subscription; it does not say which.
    redis.on('moved', () => {
      if (isRepairing || isEnded) return;
      isRepairing = true;
      void servers.refresh().then(() => {
        isRepairing = false;
        if (ears.get(name) === ear) void subscribe(ear, [...ear.topics]);
      });
    });
    return ear;
  };

  const leave = (topic: string) => {
    const ear = earOf.get(topic);
    earOf.delete(topic);
    if (!ear?.topics.delete(topic)) return;
    if (ear.topics.size > 0) {
      ear.connection.redis.sunsubscribe(topic).catch(() => {});
      return;
    }
    ears.delete(nameOfPlace(ear.connection.place));
    void ear.connection.end();
  };

  /** Has each of the topics heard where its slot is now. */
  const place = (topics: Iterable<string>) => {
    const joining = new Map<Ear, string[]>();
    for (const topic of [...topics]) {
      const owner = servers.map.ownerOf(slotOf(topic));
      const name = owner && nameOfPlace(owner);
      const ear = name === undefined ? undefined : ears.get(name);
      if (earOf.has(topic) && earOf.get(topic) === ear && ear) continue;
      const next = ear ?? (owner && name !== undefined ? createEar(name, owner) : undefined);
      if (next && name !== undefined) ears.set(name, next);
      leave(topic);
      earOf.set(topic, next);
      if (!next) continue;
      next.topics.add(topic);
      joining.set(next, [...(joining.get(next) ?? []), topic]);
    }
    // One that is still connecting subscribes to all it has once it is ready.
    for (const [ear, joined] of joining) if (ear.connection.isReady) void subscribe(ear, joined);
  };
  servers.onMap(() => {
    if (!isEnded) place(earOf.keys());
  });

  return {
    listen: (topics) => place(topics),
    unlisten: leave,
    prove(withinMs) {
      for (const { connection } of ears.values()) connection.prove(withinMs);
    },
    async end() {
      isEnded = true;
      await Promise.all([...ears.values()].map(({ connection }) => connection.end()));
    },
  };
}
