/** What an acknowledgement says where commits wait for replicas. A replica that is stopped has nothing in time. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { createReplicationReport } from '../../src/engines/redis/replication-report.ts';
import { accepted, channelOf, createNewsroom, deskOf, publish, schedule } from '../contracts/newsroom.ts';
import { asUser, documentedUser, loadUsers } from '../support/documented-users.ts';
import { askRedis, infoOf } from '../support/redis-admin.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
const idempotencyOf = (key: string) => ({ key, fingerprint: key, ttlMs: HOUR_MS });
const repliesOf = async (server: RedisServer, command: string) => {
  const stats = await askRedis(server.url, (redis) => infoOf(redis, 'commandstats'));
  return Number(/calls=(\d+)/.exec(stats[`cmdstat_${command}`] ?? '')?.[1] ?? 0);
};

describe('a commit that waits for a replica', () => {
  let primary: RedisServer;
  let replica: RedisServer;
  const opened: Engine[] = [];
  const open = async (options: Partial<RedisEngineOptions> = {}) => {
    const engine = await openRedisEngine({
      url: primary.url,
      waitReplicas: 1,
      waitReplicasMs: 150,
      ...options,
    });
    opened.push(engine);
    return engine;
  };
  const pause = () => void process.kill(replica.pid, 'SIGSTOP');
  const resume = () => void process.kill(replica.pid, 'SIGCONT');

  beforeEach(async () => {
    const settings = ['--repl-diskless-sync-delay', '0'];
    [primary, replica] = await Promise.all([startRedis({ settings }), startRedis({ settings })]);
    await askRedis(replica.url, (redis) => redis.call('REPLICAOF', '127.0.0.1', primary.port));
    await until(async () =>
      askRedis(primary.url, async (redis) =>
        /state=online/.test((await infoOf(redis, 'replication'))['slave0'] ?? ''),
      ),
    );
  });
  afterEach(async () => {
    resume();
    await Promise.all(opened.splice(0).map((engine) => engine.close()));
    await Promise.all([primary.stop(), replica.stop()]);
  });

  it('is acknowledged when the replica has it', async () => {
    const engine = await open({ waitReplicasMs: 4_000 });
    await engine.channels.create(channelOf('en'));
    const outcome = await createNewsroom(engine, 'en')('a', publish('A'));
    expect(outcome.replicas).toBeUndefined();
    const copy = await askRedis(replica.url, (redis) => redis.hget('newsline:{en}:records', 'a'));
    expect(copy).toContain('"title":"A"');
    expect(engine.replication).toMatchObject({ underReplicated: 0 });
  });

  it('stays, is acknowledged in time and says so where the replica does not have it', async () => {
    const said: object[] = [];
    const engine = await open({ log: { info() {}, warn: (fields) => void said.push(fields) } });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    pause();
    const outcomes = [await post('a', publish('A')), await post('b', schedule('B', Date.now() + HOUR_MS))];
    for (const { replicas, applied } of outcomes) {
      expect(replicas).toEqual({ wanted: 1, had: 0 });
      expect(applied).toBe(true);
    }
    expect((await engine.headlines.read('en', 'a'))?.headline.title).toBe('A');
    expect(engine.replication).toMatchObject({ underReplicated: 2 });
    expect(said).toEqual([{ wanted: 1, had: 0, underReplicated: 1 }]);
  });

  it('waits again for what a repeat finds, whether or not there was something to decide', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    pause();
    const first = deskOf(engine);
    await first.submit('en', 'a', publish('A'), { idempotency: idempotencyOf('k') });
    // Another newsroom, over other connections, that never wrote: WAIT alone would find nothing to wait for.
    const other = await open();
    const desk = deskOf(other);
    const repeat = async () =>
      accepted(await desk.submit('en', 'a', publish('A'), { idempotency: idempotencyOf('k') }));
    // The id exists by now, so nothing is left to commit, and the receipt is asked for.
    expect(await repeat()).toMatchObject({ repeated: true, replicas: { wanted: 1, had: 0 } });
    const commit = { channel: 'en', id: 'a', expectedRevision: 0, idempotency: idempotencyOf('k') };
    const record = await other.headlines.read('en', 'a');
    if (!record) throw new Error('there is no record');
    const third = await open();
    expect(await third.headlines.commit({ ...commit, record })).toMatchObject({
      kind: 'repeated',
      receipt: { replicas: { wanted: 1, had: 0 } },
    });
    const upsert = () =>
      desk.submit('en', 'a', {
        do: 'upsert',
        draft: { content: { title: 'A', language: 'en', urgency: 5 }, publishedAtMs: Date.now() },
        version: 1,
        change: 'updated',
      });
    expect(accepted(await upsert())).toMatchObject({ applied: false, replicas: { wanted: 1, had: 0 } });
    // As WAIT is documented it speaks of what its own connection wrote; Redis 7.0 is kinder. So each wrote something.
    expect(await askRedis(primary.url, (redis) => redis.hget('newsline:{en}:meta', 'repeats'))).toBe('3');
    resume();
    await until(async () => (await repeat()).replicas === undefined);
    await until(async () => accepted(await upsert()).replicas === undefined);
  });

  it('shares its wait with those under way at the same time, and holds up no one who reads', async () => {
    const engine = await open({ waitReplicasMs: 1_500 });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    pause();
    const posts = Promise.all(Array.from({ length: 20 }, (_, n) => post(`h${n}`, publish(`H${n}`))));
    await until(async () => (await engine.headlines.read('en', 'h0')) !== undefined);
    const fromMs = performance.now();
    await engine.channels.list();
    expect(performance.now() - fromMs).toBeLessThan(1_000);
    const outcomes = await posts;
    expect(new Set(outcomes.map(({ replicas }) => replicas?.had))).toEqual(new Set([0]));
    expect(await repliesOf(primary, 'wait')).toBeLessThan(10);
  });

  it('does not wait where no one is told: probes, and releases of what was scheduled', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', schedule('A', Date.now() - 1_000));
    const before = await repliesOf(primary, 'wait');
    const [due] = await engine.headlines.due(1);
    expect((await post('a', { do: 'release' }, { nowMs: due?.nowMs ?? 0 })).applied).toBe(true);
    await createNewsroom(engine, '_canary')('probe', publish('probe'));
    expect(await repliesOf(primary, 'wait')).toBe(before);
    expect(before).toBe(1);
  });

  it('is not known to be done where the connection is lost while it waits, and its repeat finds out', async () => {
    const engine = await open({ waitReplicasMs: 4_000 });
    await engine.channels.create(channelOf('en'));
    const desk = deskOf(engine);
    pause();
    const attempt = desk.submit('en', 'a', publish('A'), { idempotency: idempotencyOf('k') });
    const lost = expect(attempt).rejects.toThrow(EngineUnavailable);
    await until(async () => (await engine.headlines.read('en', 'a')) !== undefined);
    await askRedis(primary.url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    await lost;
    resume();
    let outcome: Awaited<typeof attempt> | undefined;
    await until(async () => {
      outcome = await desk.submit('en', 'a', publish('A'), { idempotency: idempotencyOf('k') });
      return true;
    });
    expect(outcome).toMatchObject({ ok: true, value: { repeated: true, applied: true } });
    expect(outcome?.ok && outcome.value.replicas).toBeUndefined();
  });

  it('needs no more rights than those that are documented', async () => {
    const page = 'One Redis, or sentinels';
    await loadUsers([primary.url], [documentedUser(page, 'newsline-ingest')]);
    const [, more = ''] =
      /^With `NEWSLINE_WAIT_REPLICAS`.*`(\+[a-z +]+)`/m.exec(readFileSync('docs/redis-access.md', 'utf8')) ??
      [];
    await askRedis(primary.url, (redis) =>
      redis.call('ACL', 'SETUSER', 'newsline-ingest', ...more.split(' ')),
    );
    const engine = await open({ url: asUser(primary.url, 'newsline-ingest'), waitReplicasMs: 4_000 });
    await engine.channels.create(channelOf('en'));
    const desk = deskOf(engine);
    for (const repeated of [false, true]) {
      const result = await desk.submit('en', 'a', publish('A'), { idempotency: idempotencyOf('k') });
      expect(accepted(result)).toMatchObject({ repeated, applied: true });
      expect(accepted(result).replicas).toBeUndefined();
    }
  });

  it('is told of by doctor where there are too few of them', async () => {
    const engine = await open({ waitReplicas: 2 });
    const findings = await engine.examine();
    expect(findings.filter(({ ok }) => !ok)).toEqual([
      { ok: false, subject: 'wait-replicas', detail: expect.stringContaining('2, but 1 connected') },
    ]);
  });
});

describe('in a cluster', () => {
  it('waits for the replica of the server that has the channel', async () => {
    const redis = await startCluster({ replicas: 1 });
    const engine = await openRedisEngine({ url: redis.url, waitReplicas: 1, waitReplicasMs: 1_500 });
    const channels = ['en', 'az', 'sport', 'world', 'tech', 'arts'];
    for (const name of channels) await engine.channels.create(channelOf(name));
    const stopped = await redis.replicaOf(await redis.nodeOf('{en}'));
    const owners = await Promise.all(channels.map((name) => redis.nodeOf(`{${name}}`)));
    process.kill(stopped.pid, 'SIGSTOP');
    const outcomes = await Promise.all(
      channels.map((name) => createNewsroom(engine, name)('a', publish('A'))),
    );
    process.kill(stopped.pid, 'SIGCONT');
    expect(new Set(owners).size).toBe(3);
    expect(outcomes.map(({ replicas }) => replicas?.had)).toEqual(
      owners.map((owner) => (owner === owners[0] ? 0 : undefined)),
    );
    await engine.close();
    await redis.stop();
  }, 90_000);
});

describe('what is said of too few replicas', () => {
  it('is said every ten seconds at most, with how often it was so', () => {
    const said: object[] = [];
    let nowMs = 0;
    const log = { info() {}, warn: (fields: object) => void said.push(fields) };
    const report = createReplicationReport(log, () => nowMs);
    for (nowMs of [0, 1, 9_999, 10_000, 10_001]) report.report({ wanted: 2, had: 1 });
    expect(report.underReplicated).toBe(5);
    expect(said).toEqual([
      { wanted: 2, had: 1, underReplicated: 1 },
      { wanted: 2, had: 1, underReplicated: 4 },
    ]);
  });
});
