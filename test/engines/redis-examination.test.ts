/** What `newsline doctor` is told about Redis. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EngineUnavailable, type Finding } from '../../src/domain/engine.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { type Certificates, createCertificates, tlsSettings } from '../support/certificates.ts';
import { askRedis } from '../support/redis-admin.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { freePort, startRedisProcess } from '../support/redis-process.ts';
import { type RedisSentinel, startSentinel } from '../support/redis-sentinel.ts';
import { startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const OF_A_SERVER = [
  'redis',
  'tls',
  'version',
  'role',
  'appendonly',
  'appendfsync',
  'maxmemory-policy',
  'memory',
];

async function examineAt(options: RedisEngineOptions): Promise<readonly Finding[]> {
  const engine = await openRedisEngine({ commandTimeoutMs: 2_000, ...options });
  const findings = await engine.examine();
  await engine.close();
  return findings;
}

async function examine(settings: readonly string[]) {
  const redis = await startRedis({ settings });
  const findings = await examineAt({ url: redis.url });
  await redis.stop();
  return findings;
}

const wrongIn = (findings: readonly Finding[]) => findings.filter(({ ok }) => !ok);
const subjectsOf = (findings: readonly Finding[]) => findings.map(({ subject }) => subject);
const detailOf = (findings: readonly Finding[], subject: string) =>
  findings
    .filter((each) => each.subject === subject)
    .map(({ detail }) => detail)
    .join('\n');

describe('examining Redis', () => {
  it('finds nothing wrong with a Redis as we ship it', async () => {
    const findings = await examine([]);
    expect(wrongIn(findings)).toEqual([]);
    expect(subjectsOf(findings)).toEqual(OF_A_SERVER);
  });

  it('says what endangers headlines, and what to set instead', async () => {
    const findings = await examine([
      ...['--appendonly', 'no', '--appendfsync', 'everysec'],
      ...['--maxmemory', '1mb', '--maxmemory-policy', 'allkeys-lru'],
    ]);
    const wrong = wrongIn(findings);
    expect(subjectsOf(wrong)).toEqual(['appendonly', 'appendfsync', 'maxmemory-policy', 'memory']);
    expect(wrong.map(({ detail }) => detail).join()).toMatch(
      /appendonly yes.*appendfsync always.*maxmemory-policy noeviction.*raise `maxmemory`/,
    );
  });

  it('says that Redis is gone rather than fail', async () => {
    const redis = await startRedis();
    const engine = await openRedisEngine({ url: redis.url });
    await redis.kill9();
    expect(await engine.examine()).toEqual([
      { ok: false, subject: 'redis', detail: expect.stringContaining('does not answer') },
    ]);
    await engine.close();
    await redis.stop();
  });
});

describe('the address of one Redis', () => {
  it('is refused with what to use instead, where a sentinel or a server of a cluster answers', async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'newsline-sentinel-'));
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, `port ${port}\nbind 127.0.0.1\n`);
    const sentinel = await startRedisProcess([file, '--sentinel'], 'Sentinel ID is');
    const url = `redis://127.0.0.1:${port}`;
    const refused = await openRedisEngine({ url }).catch((error: unknown) => error);
    await sentinel.kill9();
    await rm(folder, { recursive: true });
    expect(refused).toBeInstanceOf(EngineUnavailable);
    expect(String(refused)).toContain(
      `is a sentinel, which keeps nothing: use redis+sentinel://127.0.0.1:${port}`,
    );

    const node = await startRedis({ settings: ['--cluster-enabled', 'yes'] });
    const other = await openRedisEngine({ url: node.url }).catch((error: unknown) => error);
    await node.stop();
    expect(other).toBeInstanceOf(EngineUnavailable);
    expect(String(other)).toMatch(/is of a cluster: use redis\+cluster:/);
  });
});

describe('examining Redis over TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await createCertificates();
  });
  afterAll(() => certificates.dispose());

  const examineOver = async (server: Certificates['server']) => {
    const redis = await startRedis({ tls: tlsSettings({ ca: certificates.ca, server }) });
    const ca = await certificates.text(certificates.ca);
    const findings = await examineAt({ url: redis.url, tls: { ca } });
    await redis.stop();
    return findings;
  };

  it('says which version of it is spoken, and when the certificate ends', async () => {
    const findings = await examineOver(certificates.server);
    expect(detailOf(findings, 'tls')).toMatch(/^TLSv1\.[23]; .* valid for \d+ days more$/);
    expect(wrongIn(findings)).toEqual([]);
  });

  it('says that a certificate ends soon, while there is time to renew it', async () => {
    const wrong = wrongIn(await examineOver(certificates.ending));
    expect(subjectsOf(wrong)).toEqual(['tls']);
    expect(detailOf(wrong, 'tls')).toMatch(/valid for 2 days more: renew it/);
  });
});

describe('examining Redis behind sentinels', () => {
  let redis: RedisSentinel;
  beforeAll(async () => {
    redis = await startSentinel({ settings: ['--min-replicas-to-write', '1'] });
  }, 60_000);
  afterAll(() => redis.stop());

  it('finds nothing wrong while all are there', async () => {
    const findings = await examineAt({ url: redis.url });
    expect(wrongIn(findings)).toEqual([]);
    expect(subjectsOf(findings)).toEqual([
      ...['sentinels', 'number of sentinels', 'quorum', 'primary'],
      ...OF_A_SERVER,
      ...['replicas', 'min-replicas-to-write'],
    ]);
    expect(detailOf(findings, 'sentinels')).toBe('3 of 3 answer');
    expect(detailOf(findings, 'replicas')).toBe('2 connected');
    expect(detailOf(findings, 'primary')).toBe(`127.0.0.1:${(await redis.primary()).port}`);
  });

  it('says that a primary may go on alone, that replicas are gone, and that sentinels are', async () => {
    const primary = await redis.primary();
    await askRedis(primary.url, (client) => client.config('SET', 'min-replicas-to-write', '0'));
    const [replica, other] = redis.servers.filter((server) => server !== primary);
    await replica?.kill9();
    const one = wrongIn(await examineAt({ url: redis.url }));
    expect(subjectsOf(one)).toEqual(['replicas', 'min-replicas-to-write']);
    expect(detailOf(one, 'replicas')).toMatch(/^1 of 2 connected: start/);
    expect(detailOf(one, 'min-replicas-to-write')).toMatch(/set `min-replicas-to-write 1`/);

    await other?.kill9();
    const [first, second] = redis.sentinelProcesses;
    await Promise.all([first?.kill9(), second?.kill9()]);
    const [gone] = redis.sentinels;
    const findings = await examineAt({ url: redis.url });
    expect(detailOf(wrongIn(findings), 'replicas')).toMatch(/^none is connected/);
    expect(detailOf(wrongIn(findings), 'sentinels')).toContain(`1 of 3 answer; start`);
    expect(detailOf(wrongIn(findings), 'sentinels')).toContain(`127.0.0.1:${gone?.port} (`);
    const engine = await openRedisEngine({ url: redis.url });
    const quorum = async () => detailOf(wrongIn(await engine.examine()), 'quorum');
    await until(async () => /NOQUORUM.*bring back/.test(await quorum()));
    await engine.close();
  }, 60_000);
});

describe('examining a Redis Cluster', () => {
  let redis: RedisCluster;
  beforeAll(async () => {
    redis = await startCluster({ replicas: 1, settings: ['--min-replicas-to-write', '1'] });
  }, 60_000);
  afterAll(() => redis.stop());

  it('examines every primary, and the whole', async () => {
    const findings = await examineAt({ url: redis.url });
    expect(wrongIn(findings)).toEqual([]);
    const ofEach = [...OF_A_SERVER, 'replicas', 'min-replicas-to-write'];
    const ofTheWhole = ['cluster', 'slots', 'cluster-require-full-coverage'];
    expect(subjectsOf(findings)).toEqual([...ofTheWhole, ...ofEach, ...ofEach, ...ofEach]);
    expect(detailOf(findings, 'slots')).toBe('16384 of 16384 served, by 3 primaries');
    for (const { port } of redis.nodes.slice(0, 3)) {
      expect(detailOf(findings, 'appendonly')).toContain(`127.0.0.1:${port}: yes`);
    }
  });

  it('names the primary whose settings are wrong, and slots that no one serves', async () => {
    const node = await redis.nodeOf('{en}');
    const replica = await redis.replicaOf(node);
    await askRedis(node.url, async (client) => {
      await client.config('SET', 'appendfsync', 'everysec');
      await client.config('SET', 'cluster-require-full-coverage', 'yes');
    });
    const wrong = wrongIn(await examineAt({ url: redis.url }));
    expect(subjectsOf(wrong)).toEqual(['cluster-require-full-coverage', 'appendfsync']);
    expect(detailOf(wrong, 'appendfsync')).toMatch(new RegExp(`^127.0.0.1:${node.port}: everysec: .*always`));
    expect(detailOf(wrong, 'cluster-require-full-coverage')).toMatch(/^yes: set .* no`/);

    await Promise.all([redis.kill9(replica), redis.kill9(node)]);
    const engine = await openRedisEngine({ url: redis.url, commandTimeoutMs: 2_000 });
    const slots = async () => detailOf(wrongIn(await engine.examine()), 'slots');
    await until(async () => /^\d{5} of 16384 served/.test(await slots()));
    expect(await slots()).toMatch(/^109\d\d of 16384 served, .*bring back the server/);
    await engine.close();
  }, 60_000);
});
