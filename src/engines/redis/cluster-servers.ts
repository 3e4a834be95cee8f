/**
 * Cluster servers: the primaries of a cluster, a connection to each, and the map of their slots, kept up to date.
 *
 * The map is read from all of them at once whenever something speaks against it (a redirection, a lost connection, a
 * cluster that is down), every second while a server is out of reach, and now and then in any case. It never goes back
 * to an older election because only a server that was cut off has answered in time.
 */
import { setTimeout } from 'node:timers/promises';
import { EngineUnavailable } from '../../domain/engine.ts';
import { type ClusterMap, type ClusterView, mergeViews, readView } from './cluster-map.ts';
import { nameOfPlace, type Place } from './redis-address.ts';
import { type Connection, type ConnectionSettings, connectTo } from './redis-connection.ts';
import { wordsOf } from './redis-fault.ts';
import type { Purpose } from './topology.ts';

type ClusterServer = { readonly place: Place } & Readonly<Record<Purpose, Connection>>;

export interface ClusterServers {
  readonly map: ClusterMap;
  /** Those who have slots. */
  readonly owners: readonly ClusterServer[];
  /** Connects where we are not yet. */
  at(place: Place): ClusterServer;
  /** Something speaks against the map. */
  doubt(): void;
  /** Resolves when the map has been read anew. */
  refresh(): Promise<void>;
  onMap(listener: () => void): void;
  onReady(listener: () => void): void;
  end(): Promise<void>;
}

export interface ClusterServersOptions {
  /** Any of the cluster. */
  readonly seeds: readonly Place[];
  readonly settings: ConnectionSettings;
  /** Commits have connections of their own. */
  readonly areCommitsApart: boolean;
  /** Pause between two looks at whether all is well. @default 1000 */
  readonly lookMs?: number;
}

/** Looks without a reason to read the map. */
const CALM_LOOKS = 10;
/** Least time between two readings of the map. */
const PAUSE_MS = 100;
/** Longest time for a server to say what it knows of the map. */
const VIEW_MS = 1_000;
/** Places remembered to ask when all owners are out of reach. */
const PLACES_LIMIT = 1_000;

/** Rejects with {@link EngineUnavailable} where no server says what the cluster is, or none that has slots is reached. */
export async function openClusterServers({
  seeds,
  settings,
  areCommitsApart,
  lookMs = 1_000,
}: ClusterServersOptions): Promise<ClusterServers> {
  const servers = new Map<string, ClusterServer>();
  const unownedSinceMs = new Map<string, number>();
  const known = new Map(seeds.map((place) => [nameOfPlace(place), place]));
  const mapListeners = new Set<() => void>();
  const readyListeners = new Set<() => void>();
  let map: ClusterMap = mergeViews([]);
  /** A reading that has not begun. */
  let waiting: Promise<void> | undefined;
  /** The latest that has begun, and the pause after it: trouble must not turn into a storm of readings. */
  let last: Promise<unknown> = Promise.resolve();
  let isDoubted = false;
  let isEnded = false;
  let looks = 0;

  const at = (place: Place): ClusterServer => {
    const name = nameOfPlace(place);
    const present = servers.get(name);
    if (present) return present;
    const commands = connectTo(place, settings, { name: 'newsline' });
    const commits = areCommitsApart ? connectTo(place, settings, { name: 'newsline-commit' }) : commands;
    const server = { place, commands, commits };
    servers.set(name, server);
    commands.redis.on('ready', () => {
      for (const listener of readyListeners) listener();
    });
    commands.redis.on('close', () => doubt());
    return server;
  };

  const endServer = async ({ commands, commits }: ClusterServer) => {
    await Promise.all([commands.end(), ...(commits === commands ? [] : [commits.end()])]);
  };

  /** A server that has just lost its slots may still have answers to give: it is left later. */
  const leaveUnowned = () => {
    const owners = new Set(map.owners.map(nameOfPlace));
    const now = performance.now();
    for (const [name, server] of servers) {
      const since = owners.has(name) ? undefined : (unownedSinceMs.get(name) ?? now);
      if (since !== undefined && now - since <= settings.timeoutMs) {
        unownedSinceMs.set(name, since);
        continue;
      }
      unownedSinceMs.delete(name);
      if (since === undefined) continue;
      servers.delete(name);
      void endServer(server);
    }
  };

  const take = (views: readonly ClusterView[]) => {
    map = mergeViews(views, map);
    isDoubted = !map.isWhole;
    for (const place of views.flatMap(({ places }) => places).slice(0, PLACES_LIMIT)) {
      known.set(nameOfPlace(place), place);
    }
    for (const [name] of known) {
      if (known.size <= PLACES_LIMIT) break;
      known.delete(name);
    }
    for (const place of map.owners) at(place);
    leaveUnowned();
    for (const listener of mapListeners) listener();
  };

  /** @returns the reason of the first that did not answer, where none did. */
  async function read(): Promise<unknown> {
    const ready = [...servers.values()].filter(({ commands }) => commands.isReady);
    const answers = await Promise.allSettled(ready.map(({ commands }) => viewOf(commands)));
    if (answers.every(({ status }) => status === 'rejected')) {
      const places = [...known.values()].filter((place) => !ready.some((server) => isAt(server, place)));
      answers.push(...(await Promise.allSettled(places.map((place) => viewOfStranger(place, settings)))));
    }
    const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (isEnded) return undefined;
    if (views.length > 0) take(views);
    const failed = answers.find((answer) => answer.status === 'rejected');
    return views.length > 0 ? undefined : failed?.reason;
  }

  /** What is asked for during a reading comes from the next, so that what was learnt too late for one is not missed. */
  const refresh = (): Promise<void> => {
    waiting ??= last.then(async () => {
      waiting = undefined;
      const reading = read();
      last = reading.then(() => setTimeout(PAUSE_MS, undefined, { ref: false }));
      await reading;
    });
    return waiting;
  };
  const doubt = () => {
    isDoubted = true;
    if (!isEnded) void refresh();
  };
  const ownersOf = () => map.owners.map(at);

  const end = async () => {
    isEnded = true;
    await Promise.all([...servers.values()].map(endServer));
  };
  const reason = await read();
  const opened = await Promise.allSettled(
    ownersOf().flatMap((each) => [each.commands.opened, each.commits.opened]),
  );
  const failed = opened.find((each) => each.status === 'rejected');
  if (!opened.some(({ status }) => status === 'fulfilled')) {
    await end();
    const where = seeds.map(nameOfPlace).join(',');
    const why = wordsOf(reason ?? failed?.reason ?? new Error('no server has any slot'));
    throw new EngineUnavailable(`no Redis cluster can be reached at ${where}: ${why}`);
  }
  const timer = setInterval(() => {
    looks += 1;
    const isWell = !isDoubted && ownersOf().every(({ commands }) => commands.isReady);
    if (!isWell || looks % CALM_LOOKS === 0) void refresh();
  }, lookMs);

  return {
    get map() {
      return map;
    },
    get owners() {
      return ownersOf();
    },
    at,
    doubt,
    refresh,
    onMap: (listener) => void mapListeners.add(listener),
    onReady: (listener) => void readyListeners.add(listener),
    end() {
      clearInterval(timer);
      return end();
    },
  };
}

const isAt = (server: ClusterServer, place: Place): boolean =>
  nameOfPlace(server.place) === nameOfPlace(place);

async function viewOf({ redis, place }: Connection): Promise<ClusterView> {
  const results = await Promise.race([
    redis.pipeline().cluster('SLOTS').cluster('NODES').exec(),
    late(VIEW_MS),
  ]);
  const [[noSlots, slots] = [], [noNodes, nodes] = []] = results ?? [];
  if (noSlots || noNodes) throw noSlots ?? noNodes ?? new Error('no answer');
  return readView(slots, nodes, place);
}

async function viewOfStranger(place: Place, settings: ConnectionSettings): Promise<ClusterView> {
  const connection = connectTo(place, settings, { name: 'newsline-map' });
  try {
    await connection.opened;
    return await viewOf(connection);
  } finally {
    await connection.end();
  }
}

async function late(ms: number): Promise<never> {
  await setTimeout(ms, undefined, { ref: false });
  throw new Error(`no answer within ${ms} ms`);
}
