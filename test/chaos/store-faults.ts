/** Store faults: what befalls Redis, its connections and what it keeps, whatever it is made of. */
import type { Redis } from 'ioredis';
import { askRedis } from '../support/redis-admin.ts';
import type { RedisCluster } from '../support/redis-cluster.ts';
import type { RedisSentinel } from '../support/redis-sentinel.ts';
import type { RedisServer } from '../support/redis-server.ts';
import type { Deployment } from './deployment.ts';
import type { Fault } from './fault.ts';
import type { SeededRandom } from './seeded-random.ts';
import { networkFaults } from './service-faults.ts';

/** One at a time: of a store that lost one of two copies no more can be asked. */
const PART = 'redis';
const CHANNELS_MS = 30_000;

type Hold = (ms: number) => Promise<void>;
type Act = (random: SeededRandom, hold: Hold) => Promise<unknown>;

export function storeFaults(deployment: Deployment): Fault[] {
  const { store, links } = deployment;
  switch (store.kind) {
    case 'embedded':
      return [];
    case 'redis':
      return [
        ...singleFaults(store.redis),
        ...contentFaults(async () => [store.redis], deployment),
        ...networkFaults('redis connections', links, 'link of '),
      ];
    case 'sentinel':
      return [
        ...sentinelFaults(store.sentinel),
        ...contentFaults(async () => [await store.sentinel.primary()], deployment),
      ];
    case 'cluster':
      return [
        ...clusterFaults(store.cluster, deployment.channels),
        ...contentFaults(() => primariesOf(store.cluster, deployment.channels), deployment),
      ];
  }
}

const fault = (kind: string, act: Act, destroys: Fault['destroys'] = 'nothing'): Fault => ({
  kind,
  destroys,
  targets: [PART],
  befall: async (_, random, hold) => void (await act(random, hold)),
});

function singleFaults(redis: RedisServer): Fault[] {
  return [
    fault('kill -9 redis', async (random, hold) => {
      await redis.kill9();
      await hold(random.between(0, 2_000));
      await redis.restart();
    }),
    fault('restart redis', () => redis.restart()),
    fault('pause redis', (random, hold) => pause(redis, random.between(500, 3_000), hold)),
  ];
}

/** What was acknowledged while no replica had it goes with a primary that is replaced. */
function sentinelFaults(sentinel: RedisSentinel): Fault[] {
  const replica = async (random: SeededRandom) => {
    const primary = await sentinel.primary();
    return random.pick(sentinel.servers.filter((server) => server !== primary));
  };
  return [
    fault(
      'kill -9 primary',
      async (random, hold) => {
        const old = await sentinel.primary();
        await sentinel.killPrimary();
        await hold(random.between(0, 2_000));
        await sentinel.restart(old);
      },
      'unreplicated',
    ),
    fault('promote replica', () => sentinel.promote(), 'unreplicated'),
    fault(
      'isolate primary',
      async (random, hold) => {
        const { isolated } = await sentinel.isolatePrimary();
        await hold(random.between(500, 2_000));
        await sentinel.rejoin(isolated);
      },
      'unreplicated',
    ),
    fault('kill -9 replica', async (random, hold) => {
      const killed = await replica(random);
      await killed.kill9();
      await hold(random.between(0, 2_000));
      await sentinel.restart(killed);
    }),
    fault('kill -9 sentinel', async (random, hold) => {
      const killed = random.pick(sentinel.sentinelProcesses);
      await killed.kill9();
      await hold(random.between(0, 2_000));
      await killed.restart();
    }),
    // Shorter than the silence after which the sentinels choose another.
    fault('pause primary', async (random, hold) =>
      pause(await sentinel.primary(), random.between(200, 600), hold),
    ),
  ];
}

const logOf = (channel: string): string => `newsline:{${channel}}:log`;

function clusterFaults(cluster: RedisCluster, channels: readonly string[]): Fault[] {
  const primary = async (random: SeededRandom) => random.pick(await primariesOf(cluster, channels));
  return [
    fault(
      'kill -9 primary',
      async (random, hold) => {
        const killed = await primary(random);
        await cluster.kill9(killed);
        await hold(random.between(0, 5_000));
        await cluster.restart(killed);
      },
      'unreplicated',
    ),
    fault(
      'promote replica',
      async (random) => cluster.failover(await cluster.replicaOf(await primary(random))),
      'unreplicated',
    ),
    fault('move slot', async (random, hold) =>
      cluster.moveSlot(await cluster.slotOf(logOf(random.pick(channels))), () =>
        hold(random.between(0, 500)),
      ),
    ),
    fault('kill -9 replica', async (random, hold) => {
      const killed = await cluster.replicaOf(await primary(random));
      await cluster.kill9(killed);
      await hold(random.between(0, 2_000));
      await cluster.restart(killed);
    }),
    // Shorter than the silence after which it counts as down.
    fault('pause primary', async (random, hold) =>
      pause(await primary(random), random.between(200, 1_200), hold),
    ),
  ];
}

/** Those that have a channel. */
async function primariesOf(cluster: RedisCluster, channels: readonly string[]): Promise<RedisServer[]> {
  await cluster.untilOk();
  const keys = channels.map(logOf);
  return [...new Set(await Promise.all(keys.map((key) => cluster.nodeOf(key))))];
}

/** @param servers those that are written to now. */
function contentFaults(
  servers: () => Promise<readonly RedisServer[]>,
  { createChannels }: Deployment,
): Fault[] {
  const tellAll = async (what: (redis: Redis) => Promise<unknown>) => {
    for (const { url } of await servers()) await askRedis(url, what);
  };
  return [
    fault('client kill pubsub', () => tellAll((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))),
    fault('client kill normal', () => tellAll((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal'))),
    fault('script flush', () => tellAll((redis) => redis.call('SCRIPT', 'FLUSH'))),
    fault('trim', (random) => tellAll((redis) => trimLogs(redis, random)), 'history'),
    fault(
      'flush',
      async () => {
        await tellAll((redis) => redis.call('FLUSHALL'));
        await createChannels(CHANNELS_MS);
      },
      'everything',
    ),
  ];
}

/** As where the machine is busy with something else. */
async function pause({ pid }: RedisServer, ms: number, hold: Hold): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await hold(ms);
  process.kill(pid, 'SIGCONT');
}

/** Of every stream all but a few entries go. */
async function trimLogs(redis: Redis, random: SeededRandom): Promise<void> {
  for (const key of await redis.keys('*')) {
    if ((await redis.type(key)) === 'stream') await redis.xtrim(key, 'MAXLEN', random.between(0, 20));
  }
}
