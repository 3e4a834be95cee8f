/**
 * Redis Cluster for tests: three primaries, and where asked a replica of each, all real processes on loopback.
 */

import { linesOf, mapSeenBy, SLOTS } from './cluster-map.ts';
import { askRedis, infoOf } from './redis-admin.ts';
import { freePort } from './redis-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { until } from './until.ts';

export interface ClusterOptions {
  /** Of each primary. @default 0 */
  readonly replicas?: 0 | 1;
  /** How long a node may be silent before it counts as down. @default 2000 */
  readonly nodeTimeoutMs?: number;
  /** Of the default user, on all nodes. */
  readonly password?: string;
  /** All nodes speak nothing but TLS, with these settings: `tlsSettings(certificates)`. */
  readonly tls?: readonly string[];
  /** More settings of all nodes, as on the command line. */
  readonly settings?: readonly string[];
}

export interface RedisCluster {
  /** `redis+cluster://HOST:PORT,HOST:PORT,HOST:PORT`: the nodes that were the primaries at first. */
  readonly url: string;
  /** The three that were the primaries at first, then their replicas, in the same order. */
  readonly nodes: readonly RedisServer[];
  /** The primary that has the slot of the key. */
  nodeOf(key: string): Promise<RedisServer>;
  slotOf(key: string): Promise<number>;
  replicaOf(primary: RedisServer): Promise<RedisServer>;
  /** Ends it at once; what it has is served again when its replica has taken over, or when it is back. */
  kill9(node: RedisServer): Promise<void>;
  /** Starts it again; resolves once all nodes that run agree that all is well. */
  restart(node: RedisServer): Promise<void>;
  /** Resolves once all slots are served and every replica that runs has caught up. */
  untilOk(): Promise<void>;
  /**
   * Moves a slot with its keys to the next primary, while clients may use it.
   *
   * @param midway awaited when half of the keys have moved: clients are sent here and there by ASK
   */
  moveSlot(slot: number, midway?: () => Promise<void>): Promise<RedisServer>;
  /** An orderly change: resolves with the new primary, once the old one follows it. */
  failover(replica: RedisServer): Promise<RedisServer>;
  stop(): Promise<void>;
}

const PRIMARIES = 3;

export async function startCluster({
  replicas = 0,
  nodeTimeoutMs = 2_000,
  password,
  tls,
  settings = [],
}: ClusterOptions = {}): Promise<RedisCluster> {
  const size = PRIMARIES * (1 + replicas);
  const secret = password === undefined ? [] : ['--masterauth', password];
  const more = [...secret, ...settings];
  const nodes = await Promise.all(
    Array.from({ length: size }, () => startNode(nodeTimeoutMs, password, tls, more)),
  );
  const running = () => nodes.filter((node) => node.isRunning);
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));

  const atPort = (port: number): RedisServer => {
    const found = nodes.find((node) => node.port === port);
    if (!found) throw new Error(`no node of ours has port ${port}`);
    return found;
  };
  const anyNode = (): RedisServer => {
    const [node] = running();
    if (!node) throw new Error('no node runs');
    return node;
  };
  const ownerOf = async (slot: number): Promise<RedisServer> => {
    const owner = (await linesOf(anyNode())).find(
      ({ slots, flags }) => !flags.includes('fail') && slots.some(([from, to]) => slot >= from && slot <= to),
    );
    if (!owner) throw new Error(`slot ${slot} is served by no one`);
    return atPort(owner.port);
  };
  const idOf = (node: RedisServer) =>
    askRedis(node.url, async (redis) => String(await redis.cluster('MYID')));
  const slotOf = (key: string) =>
    askRedis(anyNode().url, async (redis) => Number(await redis.cluster('KEYSLOT', key)));

  /** All that run say the same of themselves, and it is what they should. */
  const isOk = async (): Promise<boolean> => {
    const [first, ...others] = await Promise.all(running().map(mapSeenBy));
    return first?.isOk === true && others.every((other) => other.isOk && other.map === first.map);
  };
  const untilOk = () => until(isOk, { withinMs: 60_000 });

  try {
    await join(nodes, replicas);
    await untilOk();
  } catch (error) {
    await stop();
    throw error;
  }

  const user = password === undefined ? '' : `:${password}@`;
  const seeds = nodes.slice(0, PRIMARIES).map(({ port }) => `127.0.0.1:${port}`);
  return {
    url: `${tls ? 'rediss' : 'redis'}+cluster://${user}${seeds.join()}`,
    nodes,
    nodeOf: async (key) => ownerOf(await slotOf(key)),
    slotOf,
    async replicaOf(primary) {
      const id = await idOf(primary);
      const line = (await linesOf(primary)).find(({ primaryId }) => primaryId === id);
      if (!line) throw new Error(`${primary.port} has no replica`);
      return atPort(line.port);
    },
    kill9: (node) => node.kill9(),
    async restart(node) {
      await node.restart();
      await untilOk();
    },
    untilOk,
    async moveSlot(slot, midway = async () => {}) {
      const from = await ownerOf(slot);
      const primaries = (await linesOf(from))
        .filter(({ flags, slots }) => flags.includes('master') && slots.length > 0)
        .map(({ port }) => atPort(port))
        .sort((a, b) => nodes.indexOf(a) - nodes.indexOf(b));
      const to = primaries[(primaries.indexOf(from) + 1) % primaries.length] ?? from;
      const [fromId, toId] = await Promise.all([idOf(from), idOf(to)]);
      await setSlot(to, slot, 'IMPORTING', fromId);
      await setSlot(from, slot, 'MIGRATING', toId);
      await moveKeys(from, to, slot, password, midway);
      // The new owner first: a crash in between must not leave the slot to no one.
      const others = primaries.filter((node) => node !== to && node !== from);
      for (const node of [to, from, ...others]) await setSlot(node, slot, 'NODE', toId);
      await untilOk();
      return to;
    },
    async failover(replica) {
      await untilOk();
      await askRedis(replica.url, (redis) => redis.cluster('FAILOVER'));
      await until(async () => (await roleOf(replica)) === 'master', { withinMs: 60_000 });
      await untilOk();
      return replica;
    },
    stop,
  };
}

const startNode = async (
  nodeTimeoutMs: number,
  password: string | undefined,
  tls: readonly string[] | undefined,
  settings: readonly string[],
): Promise<RedisServer> =>
  startRedis({
    ...(tls && { tls: [...tls, '--tls-cluster', 'yes', '--tls-replication', 'yes'] }),
    ...(password !== undefined && { password }),
    settings: [
      ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
      ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-port', String(await freePort())],
      ...['--cluster-require-full-coverage', 'no', '--cluster-allow-replica-migration', 'no'],
      ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
      ...settings,
    ],
  });

/** Gives out the slots, makes the nodes known to each other, then the replicas those of their primaries. */
async function join(nodes: readonly RedisServer[], replicas: number): Promise<void> {
  const primaries = nodes.slice(0, PRIMARIES);
  for (const [at, node] of nodes.entries()) {
    await askRedis(node.url, async (redis) => {
      await redis.cluster('SET-CONFIG-EPOCH', at + 1);
      if (at >= PRIMARIES) return;
      const bound = (index: number) => Math.round((SLOTS / PRIMARIES) * index);
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', bound(at), bound(at + 1) - 1);
    });
  }
  const [first, ...others] = nodes as [RedisServer, ...RedisServer[]];
  for (const { url, port } of others) {
    const busPort = await askRedis(url, async (redis) =>
      String((await redis.config('GET', 'cluster-port')) as string[])
        .split(',')
        .at(-1),
    );
    await askRedis(first.url, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort ?? ''));
  }
  const knowAll = async () =>
    (await Promise.all(nodes.map(linesOf))).every(
      (lines) => lines.length === nodes.length && lines.every(({ flags }) => !flags.includes('handshake')),
    );
  await until(knowAll, { withinMs: 60_000 });
  if (replicas === 0) return;
  for (const [at, primary] of primaries.entries()) {
    const id = await askRedis(primary.url, (redis) => redis.cluster('MYID'));
    const replica = nodes[PRIMARIES + at];
    if (replica) await askRedis(replica.url, (redis) => redis.call('CLUSTER', 'REPLICATE', String(id)));
  }
  // Asked for, but not yet known to all: until then all looks well with too few replicas.
  const areReplicas = async () =>
    (await Promise.all(nodes.map(linesOf))).every(
      (lines) => lines.filter(({ flags }) => flags.includes('slave')).length === PRIMARIES,
    );
  await until(areReplicas, { withinMs: 60_000 });
}

async function moveKeys(
  from: RedisServer,
  to: RedisServer,
  slot: number,
  password: string | undefined,
  midway: () => Promise<void>,
): Promise<void> {
  const auth = password === undefined ? [] : ['AUTH', password];
  await askRedis(from.url, async (redis) => {
    const migrate = async (most: number): Promise<number> => {
      const keys = (await redis.cluster('GETKEYSINSLOT', slot, most)) as string[];
      if (keys.length === 0) return 0;
      await redis.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, ...auth, 'KEYS', ...keys);
      return keys.length;
    };
    const keys = Number(await redis.call('CLUSTER', 'COUNTKEYSINSLOT', slot));
    if (keys > 1) await migrate(Math.floor(keys / 2));
    await midway();
    // Clients may have written more meanwhile.
    while ((await migrate(100)) > 0);
  });
}

const setSlot = (node: RedisServer, slot: number, state: 'IMPORTING' | 'MIGRATING' | 'NODE', id: string) =>
  askRedis(node.url, (redis) => redis.call('CLUSTER', 'SETSLOT', slot, state, id));

const roleOf = (node: RedisServer) =>
  askRedis(node.url, async (redis) => (await infoOf(redis, 'replication'))['role']);
