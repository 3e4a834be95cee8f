/**
 * Redis with Sentinel for tests: one primary, two replicas and three sentinels, all real processes on loopback.
 *
 * Clients have a password, sentinels and replicas have users of their own: so that a primary can be cut off from both
 * while it goes on serving clients, as in a network that has come apart.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedUser, loadUsers } from './documented-users.ts';
import { askRedis, infoOf } from './redis-admin.ts';
import { freePort, type RedisProcess, startRedisProcess } from './redis-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { until } from './until.ts';

export interface SentinelOptions {
  /** How long a server may be silent before it counts as down; a busy machine is silent too. @default 3000 */
  readonly downAfterMs?: number;
  /** All of them speak nothing but TLS, with these settings: `tlsSettings(certificates)`. */
  readonly tls?: readonly string[];
  /** More settings of the three servers, as on the command line. */
  readonly settings?: readonly string[];
}

export interface RedisSentinel {
  /** `redis+sentinel://:PASSWORD@HOST:PORT,HOST:PORT,HOST:PORT/NAME` */
  readonly url: string;
  /** What the sentinels call the primary. */
  readonly name: string;
  readonly password: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  readonly sentinelProcesses: readonly RedisProcess[];
  /** Whatever their role is now. */
  readonly servers: readonly RedisServer[];
  /** The one all sentinels name and that says itself that it is. */
  primary(): Promise<RedisServer>;
  /** `kill -9` of the primary; resolves with the next one, once all sentinels name it. */
  killPrimary(): Promise<RedisServer>;
  /** An orderly change: resolves with the new primary, once the old one follows it. */
  promote(): Promise<RedisServer>;
  /**
   * Cuts the primary off from sentinels and replicas; clients still reach it. Resolves once another has taken its
   * place: from then on there are two who say that they are the primary.
   */
  isolatePrimary(): Promise<{ readonly isolated: RedisServer; readonly primary: RedisServer }>;
  /** Ends an isolation; resolves once the server follows the primary. */
  rejoin(server: RedisServer): Promise<void>;
  /** Starts a killed server again; resolves once it follows the primary. */
  restart(server: RedisServer): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'newsroom';
const PASSWORD = 'clients-only';
const SENTINEL = ['sentinel', 'sentinels-only'] as const;
const REPLICATION = ['replication', 'replicas-only'] as const;
const QUORUM = 2;

export async function startSentinel({
  downAfterMs = 3_000,
  tls,
  settings = [],
}: SentinelOptions = {}): Promise<RedisSentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'newsline-sentinel-'));
  const servers = await Promise.all([1, 2, 3].map(() => startServer(settings, tls)));
  const sentinels: (RedisProcess & { readonly port: number })[] = [];
  const stop = async () => {
    await Promise.all([...sentinels.map((each) => each.kill9()), ...servers.map((each) => each.stop())]);
    await rm(folder, { recursive: true, force: true });
  };

  const atPort = (port: number): RedisServer => {
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error(`no server of ours has port ${port}`);
    return found;
  };
  const askSentinels = (...words: string[]): Promise<unknown[]> =>
    Promise.all(
      sentinels.map(({ port }) =>
        askRedis(sentinelUrl(port, tls), (redis) => redis.call('SENTINEL', ...words)),
      ),
    );
  const primary = async () => {
    const named = await askSentinels('GET-MASTER-ADDR-BY-NAME', NAME);
    const ports = new Set(named.map((address) => Number((address as string[])[1])));
    const [port = 0] = ports;
    if (ports.size !== 1) throw new Error(`the sentinels name different primaries: ${[...ports].join()}`);
    if ((await roleOf(atPort(port)))['role'] !== 'master') throw new Error(`${port} is no primary yet`);
    return atPort(port);
  };
  const untilPrimaryIsNot = async (old: RedisServer) => {
    await until(async () => (await primary()) !== old, { withinMs: 60_000 });
    return primary();
  };
  const untilFollows = (server: RedisServer) =>
    until(
      async () => {
        const { port } = await primary();
        const { role, master_port, master_link_status } = await roleOf(server);
        return role === 'slave' && Number(master_port) === port && master_link_status === 'up';
      },
      { withinMs: 60_000 },
    );
  /** So that the sentinels can choose any of them: one that still waits for its first copy has no data to go on with. */
  const untilAllFollow = async () => {
    const leader = await primary();
    await Promise.all(servers.filter((each) => each !== leader && each.isRunning).map(untilFollows));
    await until(
      async () => {
        const words = (await askSentinels('CKQUORUM', NAME)).every((reply) => String(reply).startsWith('OK'));
        const known = (await askSentinels('MASTER', NAME)).map((reply) => pairs(reply as string[]));
        return (
          words &&
          known.every((each) => each['num-slaves'] === '2' && each['num-other-sentinels'] === '2') &&
          known.every((each) => each['flags'] === 'master')
        );
      },
      { withinMs: 60_000 },
    );
  };

  try {
    const [first, ...others] = servers as [RedisServer, ...RedisServer[]];
    for (const replica of others) {
      await askRedis(replica.url, async (redis) => {
        await redis.call('REPLICAOF', '127.0.0.1', first.port);
        await redis.call('CONFIG', 'REWRITE');
      });
    }
    while (sentinels.length < 3) sentinels.push(await startOne(folder, first.port, downAfterMs, tls));
    await untilAllFollow();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url: `${tls ? 'rediss' : 'redis'}+sentinel://:${PASSWORD}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join()}/${NAME}`,
    name: NAME,
    password: PASSWORD,
    sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    sentinelProcesses: sentinels,
    servers,
    primary,
    async killPrimary() {
      await untilAllFollow();
      const old = await primary();
      await old.kill9();
      return untilPrimaryIsNot(old);
    },
    async promote() {
      await untilAllFollow();
      const old = await primary();
      const [{ port } = { port: 0 }] = sentinels;
      await until(
        async () => {
          if ((await primary()) !== old) return true;
          // A sentinel gives a change up where a replica has been silent for a moment; one under way it refuses to begin anew.
          await askRedis(sentinelUrl(port, tls), (redis) => redis.call('SENTINEL', 'FAILOVER', NAME));
          return false;
        },
        { withinMs: 60_000 },
      );
      const next = await primary();
      await untilFollows(old);
      return next;
    },
    async isolatePrimary() {
      await untilAllFollow();
      const isolated = await primary();
      await askRedis(isolated.url, async (redis) => {
        for (const [user] of [SENTINEL, REPLICATION]) {
          await redis.call('ACL', 'SETUSER', user, 'off');
          await redis.call('CLIENT', 'KILL', 'USER', user);
        }
      });
      return { isolated, primary: await untilPrimaryIsNot(isolated) };
    },
    async rejoin(server) {
      await askRedis(server.url, async (redis) => {
        for (const [user] of [SENTINEL, REPLICATION]) await redis.call('ACL', 'SETUSER', user, 'on');
      });
      await untilFollows(server);
    },
    async restart(server) {
      await server.restart();
      await untilFollows(server);
    },
    stop,
  };
}

/** It may be any role's: what it is by now stands in its file, which Sentinel has it rewrite. */
async function startServer(
  settings: readonly string[],
  tls: readonly string[] | undefined,
): Promise<RedisServer> {
  const [user, password] = REPLICATION;
  const server = await startRedis({
    password: PASSWORD,
    ...(tls && { tls: [...tls, '--tls-replication', 'yes'] }),
    settings: [
      ...['--masteruser', user, '--masterauth', password],
      ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
      ...settings,
    ],
  });
  await loadUsers([server.url], [documentedUser('Sentinels', SENTINEL[0])], { password: SENTINEL[1] });
  await loadUsers([server.url], [documentedUser('Sentinels', user)], { password });
  await askRedis(server.url, (redis) => redis.call('CONFIG', 'REWRITE'));
  return server;
}

async function startOne(
  folder: string,
  primaryPort: number,
  downAfterMs: number,
  tls: readonly string[] | undefined,
) {
  const port = await freePort();
  const home = await mkdtemp(join(folder, 'sentinel-'));
  const config = join(home, 'sentinel.conf');
  const [user, password] = SENTINEL;
  await writeFile(
    config,
    [
      ...(tls ? ['port 0', `tls-port ${port}`, 'tls-replication yes', ...toLines(tls)] : [`port ${port}`]),
      ...['bind 127.0.0.1', `dir ${home}`, 'daemonize no'],
      `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} ${QUORUM}`,
      `sentinel auth-user ${NAME} ${user}`,
      `sentinel auth-pass ${NAME} ${password}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${NAME} 3000`,
      `sentinel parallel-syncs ${NAME} 2`,
    ].join('\n'),
  );
  const started = await startRedisProcess([config, '--sentinel'], '+monitor master');
  const hurry = () =>
    askRedis(sentinelUrl(port, tls), (redis) => redis.call('SENTINEL', 'DEBUG', ...HURRIED));
  await hurry();
  return {
    port,
    get pid() {
      return started.pid;
    },
    get isRunning() {
      return started.isRunning;
    },
    kill9: () => started.kill9(),
    async restart() {
      await started.restart();
      await hurry();
    },
  };
}

/** What a sentinel does every few seconds, it does more often; and a slow machine does not make it doubt its clock. */
const HURRIED = [
  ...['INFO-PERIOD', '500', 'PUBLISH-PERIOD', '500', 'MIN-LINK-RECONNECT-PERIOD', '500'],
  ...['TILT-TRIGGER', '30000', 'TILT-PERIOD', '1000'],
];

const sentinelUrl = (port: number, tls: readonly string[] | undefined): string =>
  `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`;

/** From the command line's form to that of a file. */
const toLines = (settings: readonly string[]): string[] =>
  settings
    .join(' ')
    .split('--')
    .map((line) => line.trim());

const roleOf = (server: RedisServer) => askRedis(server.url, (redis) => infoOf(redis, 'replication'));

const pairs = (list: readonly string[]): Record<string, string> =>
  Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : [])));
