/** Redis faults: what befalls a single Redis, its connections and what it keeps. */
import type { Redis } from 'ioredis';
import { askRedis } from '../support/redis-admin.ts';
import type { RedisServer } from '../support/redis-server.ts';
import type { Deployment } from './deployment.ts';
import type { Fault } from './fault.ts';
import type { SeededRandom } from './seeded-random.ts';
import { networkFaults } from './service-faults.ts';

const PART = 'redis';
const CHANNELS_MS = 30_000;

export function redisFaults({ store, links, createChannels }: Deployment): Fault[] {
  const { redis } = store;
  if (!redis) return [];
  const fault = (
    kind: string,
    act: (random: SeededRandom, hold: (ms: number) => Promise<void>) => Promise<void>,
    destroys: Fault['destroys'] = 'nothing',
  ): Fault => ({ kind, destroys, targets: [PART], befall: (_, random, hold) => act(random, hold) });
  const asked = (kind: string, words: readonly [string, ...string[]], destroys?: Fault['destroys']) =>
    fault(kind, () => tell(redis, (asking) => asking.call(...words)), destroys);
  return [
    fault('kill -9 redis', async (random, hold) => {
      await redis.kill9();
      await hold(random.between(0, 2_000));
      await redis.restart();
    }),
    fault('restart redis', () => redis.restart()),
    fault('pause redis', async (random, hold) => {
      process.kill(redis.pid, 'SIGSTOP');
      await hold(random.between(500, 3_000));
      process.kill(redis.pid, 'SIGCONT');
    }),
    asked('client kill pubsub', ['CLIENT', 'KILL', 'TYPE', 'pubsub']),
    asked('client kill normal', ['CLIENT', 'KILL', 'TYPE', 'normal']),
    asked('script flush', ['SCRIPT', 'FLUSH']),
    fault('trim', (random) => tell(redis, (asking) => trimLogs(asking, random)), 'history'),
    fault(
      'flush',
      async () => {
        await tell(redis, (asking) => asking.call('FLUSHALL'));
        await createChannels(CHANNELS_MS);
      },
      'everything',
    ),
    ...networkFaults('redis connections', links, 'link of '),
  ];
}

async function tell(redis: RedisServer, what: (asking: Redis) => Promise<unknown>): Promise<void> {
  await askRedis(redis.url, what);
}

/** Of every stream all but a few entries go. */
async function trimLogs(redis: Redis, random: SeededRandom): Promise<void> {
  for (const key of await redis.keys('*')) {
    if ((await redis.type(key)) === 'stream') await redis.xtrim(key, 'MAXLEN', random.between(0, 20));
  }
}
