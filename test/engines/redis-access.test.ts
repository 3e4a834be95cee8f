/** The rights that docs/redis-access.md gives are enough, and not more than that. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { EngineUnavailable } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { startCanary } from '../../src/gateway/canary.ts';
import { describeEngine } from '../contracts/engine-contract.ts';
import { channelOf, createNewsroom, publish, schedule } from '../contracts/newsroom.ts';
import { storyOf, watch } from '../contracts/watch.ts';
import {
  asUser,
  documentedUser,
  documentedUsers,
  loadUsers,
  type Place,
} from '../support/documented-users.ts';
import { askRedis } from '../support/redis-admin.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { createRedisFixture } from './redis-fixture.ts';

const HOUR_MS = 3_600_000;

/** A Redis of any topology, as its operator has it. */
interface Operated {
  readonly url: string;
  readonly servers: readonly { readonly url: string }[];
  urlOf(key: string): Promise<string>;
  /** Moves the key, where it can be, to another server; awaits the work in the middle of that. */
  move?(key: string, midway: () => Promise<void>): Promise<unknown>;
  stop(): Promise<void>;
}

const TOPOLOGIES: readonly (readonly [string, Place, () => Promise<Operated>])[] = [
  [
    'one Redis',
    'One Redis, or sentinels',
    async () => {
      const redis = await startRedis();
      return { url: redis.url, servers: [redis], urlOf: async () => redis.url, stop: () => redis.stop() };
    },
  ],
  [
    'sentinels',
    'One Redis, or sentinels',
    async () => {
      const redis = await startSentinel();
      const sentinels = redis.sentinels.map(({ host, port }) => `redis://${host}:${port}`);
      await loadUsers(sentinels, [documentedUser('Sentinels', 'newsline')]);
      // Nobody else may ask a sentinel anything.
      for (const url of sentinels) {
        await askRedis(url, (client) => client.call('ACL', 'SETUSER', 'default', '>of-the-operator'));
      }
      return {
        url: `${redis.url}?sentinelUsername=newsline&sentinelPassword=PASSWORD`,
        servers: redis.servers,
        urlOf: async () => (await primaryOf(redis.servers)).url,
        stop: () => redis.stop(),
      };
    },
  ],
  [
    'a cluster',
    'Cluster',
    async () => {
      const redis = await startCluster();
      const urlOf = async (key: string) => (await redis.nodeOf(key)).url;
      const move = async (key: string, midway: () => Promise<void>) =>
        redis.moveSlot(await redis.slotOf(key), midway);
      return { url: redis.url, servers: redis.nodes, urlOf, move, stop: () => redis.stop() };
    },
  ],
];

async function primaryOf<Server extends { readonly url: string }>(servers: readonly Server[]) {
  for (const server of servers) {
    const role = await askRedis(server.url, (client) => client.call('ROLE'));
    if ((role as string[])[0] === 'master') return server;
  }
  throw new Error('no server is the primary');
}

describe.each(TOPOLOGIES)('the documented users on %s', (_name, place, start) => {
  let redis: Operated;
  beforeAll(async () => {
    redis = await start();
  }, 60_000);
  afterAll(() => redis.stop());

  const load = (names: readonly string[], keyPrefix: string) =>
    loadUsers(
      redis.servers.map(({ url }) => url),
      names.map((name) => documentedUser(place, name)),
      { keyPrefix },
    );
  const openAs = async (name: string, keyPrefix: string) => {
    await load([name], keyPrefix);
    const url = asUser(redis.url, name);
    return openRedisEngine({ url, keyPrefix, reconcileMs: 50, commandTimeoutMs: 2_000 });
  };

  describe('newsline-ingest', () => {
    const openFixture = createRedisFixture({
      async optionsOf(keyPrefix) {
        await load(['newsline-ingest'], keyPrefix);
        return { url: asUser(redis.url, 'newsline-ingest') };
      },
      urlOf: (key) => redis.urlOf(key),
    });
    describeEngine('redis', openFixture);
  });

  it('newsline-gateway hears its canary, follows, and begins a new epoch where the store was rewound', async () => {
    const keyPrefix = 'gateway';
    const ingest = await openAs('newsline-ingest', keyPrefix);
    const gateway = await openAs('newsline-gateway', keyPrefix);
    await ingest.channels.create(channelOf('en'));
    const post = createNewsroom(ingest, 'en');
    await post('a', publish('first'));
    expect((await gateway.channels.list()).channels).toEqual([channelOf('en')]);

    // Of so many gateways before this one that their probes are dropped.
    const probes = `${keyPrefix}:{_canary}`;
    await askRedis(await redis.urlOf(probes), async (operator) => {
      for (const id of Array.from({ length: 1_100 }, (_, at) => `gateway-${at}`)) {
        operator.zadd(`${probes}:kept`, 1, id).catch(() => {});
        operator.hset(`${probes}:records`, id, '1 1 {}').catch(() => {});
      }
      await operator.ping();
    });
    const troubles: unknown[] = [];
    const canary = startCanary(gateway.headlines, gateway.feed, {
      probeMs: 1,
      onTrouble: (error) => void troubles.push(error),
    });
    const watching = watch(gateway.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    await post('b', publish('second'));
    await watching.reach(2);
    expect(watching.entries.map(storyOf)).toEqual(['b']);
    const before = watching.position?.epoch;
    await until(() => canary.hearing === 'heard', { state: () => String(troubles.at(-1)) });
    await askRedis(await redis.urlOf(probes), async (operator) => {
      // So many that the first are dropped again.
      await until(async () => Number(await operator.hget(`${probes}:meta`, 'sequence')) > 120);
      expect(await operator.xlen(`${probes}:log`)).toBeLessThan(120);
      expect(await operator.zcard(`${probes}:kept`)).toBeLessThan(1_100);
    });

    const channel = `${keyPrefix}:{en}`;
    await redis.move?.(channel, async () => {
      // Of the one key that it asks for there is none: it is sent on to where that would be.
      expect(await ingest.headlines.due(10)).toEqual([]);
    });
    await post('c', publish('third'));
    await watching.reach(3);
    await askRedis(await redis.urlOf(channel), async (operator) => {
      await operator.del(`${channel}:log`);
      await operator.hset(`${channel}:meta`, 'sequence', '0', 'tag', '0');
    });
    await watching.until(({ position }) => position?.epoch !== before);
    canary.stop();
    watching.stop();
    expect(troubles).toEqual([]);
    await gateway.close();
    await ingest.close();
  });

  it('newsline-gateway reads nothing that is not public yet, and changes nothing but an epoch', async () => {
    const keyPrefix = 'secret';
    const ingest = await openAs('newsline-ingest', keyPrefix);
    await ingest.channels.create(channelOf('en'));
    const post = createNewsroom(ingest, 'en');
    await post('held', schedule('embargoed words', Date.now() + HOUR_MS));
    await post('shown', publish('words for all'));
    const gateway = await openAs('newsline-gateway', keyPrefix);
    await expect(createNewsroom(gateway, 'en')('b', publish('forged'))).rejects.toThrow(EngineUnavailable);

    const key = (part: string) => `${keyPrefix}:{en}:${part}`;
    const client = new Redis(asUser(await redis.urlOf(key('meta')), 'newsline-gateway'));
    const refused: (readonly [string, ...string[]])[] = [
      ...['held', 'due', 'kept', 'receipts', 'expiry'].flatMap((part) => [
        ['HGETALL', key(part)] as const,
        ['ZRANGE', key(part), '0', '-1'] as const,
        ['EVAL', `return redis.call('HGETALL', KEYS[1])`, '1', key(part)] as const,
        ['DUMP', key(part)] as const,
      ]),
      ['HVALS', `${keyPrefix}:keys`],
      ['HSET', key('records'), 'shown', 'forged'],
      ['HSET', key('settings'), 'origins', '[]'],
      ['XADD', key('log'), '*', 'b', 'forged'],
      ['XTRIM', key('log'), 'MAXLEN', '0'],
      ['ZREM', key('line'), 'shown'],
      ['DEL', key('meta')],
      ['EVAL', `return redis.call('HSET', KEYS[1], 'shown', 'forged')`, '1', key('records')],
      ['SADD', `${keyPrefix}:channels`, 'forged'],
      ['PSUBSCRIBE', '*'],
      ['KEYS', '*'],
      ['CONFIG', 'GET', '*'],
      ['FLUSHALL'],
      ['ACL', 'LIST'],
    ];
    for (const [command, ...args] of refused) {
      const words = `${command} ${args.join(' ')}`;
      const reply = await client.call(command, ...args).then(JSON.stringify, String);
      expect(`${words}: ${reply}`).toMatch(/NOPERM|can't (access|run)|No permissions/);
    }
    expect(JSON.stringify(await client.hgetall(key('records')))).toContain('words for all');
    client.disconnect();
    await gateway.close();
    await ingest.close();
  });

  it('newsline-doctor examines it, and reads nothing', async () => {
    const engine = await openAs('newsline-doctor', 'newsline');
    const findings = await engine.examine();
    expect(findings.length).toBeGreaterThan(7);
    expect(findings.filter(({ detail }) => /may not|NOPERM/.test(detail))).toEqual([]);
    await expect(engine.channels.list()).rejects.toThrow(/NOPERM/);
    await engine.close();
  });

  it('newsline-ingest is refused, and says what, where one command is missing', async () => {
    const keyPrefix = 'too-few';
    const engine = await openAs('newsline-ingest', keyPrefix);
    await engine.channels.create(channelOf('en'));
    for (const { url } of redis.servers) {
      await askRedis(url, (client) => client.call('ACL', 'SETUSER', 'newsline-ingest', '-xadd'));
    }
    const attempt = createNewsroom(engine, 'en')('a', publish('first'));
    await expect(attempt).rejects.toThrow(EngineUnavailable);
    await expect(attempt).rejects.toThrow(/NOPERM|user executing the script can't/);
    await engine.close();
  });

  it('have all the rights that are asked for at the start', async () => {
    const ingest = await openAs('newsline-ingest', 'complete');
    expect(await ingest.missingRights(['ingest', 'gateway'])).toEqual([]);
    await ingest.close();
    const gateway = await openAs('newsline-gateway', 'complete');
    expect(await gateway.missingRights(['gateway'])).toEqual([]);
    expect(await gateway.missingRights(['ingest'])).toContainEqual(
      expect.stringContaining('+sadd on complete:'),
    );
    await gateway.close();
  });

  it('newsline-ingest is told at the start which command is missing, whichever it is', async () => {
    const keyPrefix = 'each';
    const engine = await openAs('newsline-ingest', keyPrefix);
    // Without these it works as well, but is nameless, or slower to find that Redis is gone.
    const spared = ['client|setname', 'ping', 'info'];
    const { rules } = documentedUser(place, 'newsline-ingest');
    const commands = rules.filter((rule) => rule.startsWith('+') && !spared.includes(rule.slice(1)));
    expect(commands.length).toBeGreaterThan(30);
    for (const command of commands) {
      const fewer = { name: 'newsline-ingest', rules: rules.filter((rule) => rule !== command) };
      await loadUsers([await redis.urlOf(`${keyPrefix}:channels`)], [fewer], { keyPrefix });
      const missing = await engine.missingRights(['ingest', 'gateway']);
      expect([...new Set(missing.map((words) => words.split(' ')[0]))]).toEqual([command]);
    }
    await engine.close();
  });

  it('newsline-gateway is told at the start where it may not ask, or tell, what it has to', async () => {
    const keyPrefix = 'some';
    const engine = await openAs('newsline-gateway', keyPrefix);
    const { name, rules } = documentedUser(place, 'newsline-gateway');
    for (const [rule, told] of [
      ['+xrange', '+xrange on some:{CHANNEL}:log'],
      ['+zadd', '+zadd on some:{_canary}:line'],
      ['~newsline:{*}:settings', '+hgetall on some:{CHANNEL}:settings'],
    ] as const) {
      const at = rules.indexOf(rule);
      expect(at).toBeGreaterThan(0);
      await loadUsers(
        [await redis.urlOf(`${keyPrefix}:channels`)],
        [{ name, rules: rules.toSpliced(at, 1) }],
        {
          keyPrefix,
        },
      );
      const missing = await engine.missingRights(['gateway']);
      expect(missing.join()).toContain(told);
    }
    await engine.close();
  });

  it('newsline-ingest is told at the start that it may not wait for replicas', async () => {
    const keyPrefix = 'waiting';
    await load(['newsline-ingest'], keyPrefix);
    const url = asUser(redis.url, 'newsline-ingest');
    const engine = await openRedisEngine({ url, keyPrefix, waitReplicas: 1 });
    const commandsOf = async () =>
      new Set((await engine.missingRights(['ingest'])).map((words) => words.split(' ')[0]));
    expect(await commandsOf()).toEqual(new Set(['+wait', '+hincrby']));
    for (const server of redis.servers) {
      await askRedis(server.url, (client) =>
        client.call('ACL', 'SETUSER', 'newsline-ingest', '+wait', '+hincrby'),
      );
    }
    expect(await commandsOf()).toEqual(new Set());
    await engine.close();
  });

  it('have no command that was not called in all this', async () => {
    const called = new Set<string>();
    for (const { url } of redis.servers) {
      const stats = await askRedis(url, (client) => client.info('commandstats'));
      for (const [, name = ''] of stats.matchAll(/^cmdstat_([^:]+):calls=[1-9]/gm)) called.add(name);
    }
    const users = documentedUsers(place).filter(({ name }) => name.startsWith('newsline-'));
    const given = users.flatMap(({ rules }) =>
      rules.flatMap((rule) => /^\(?\+([^)]+)/.exec(rule)?.[1] ?? []),
    );
    expect(users.map(({ name }) => name)).toEqual(['newsline-ingest', 'newsline-gateway', 'newsline-doctor']);
    expect([...new Set(given)].filter((name) => !called.has(name))).toEqual([]);
  });
});
