/** What `newsline doctor` is told about Redis. */
import { describe, expect, it } from '@jest/globals';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { startRedis } from '../support/redis-server.ts';

async function examine(settings: readonly string[]) {
  const redis = await startRedis({ settings });
  const engine = await openRedisEngine({ url: redis.url });
  const findings = await engine.examine();
  await engine.close();
  await redis.stop();
  return findings;
}

describe('examining Redis', () => {
  it('finds nothing wrong with a Redis as we ship it', async () => {
    const findings = await examine([]);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ subject }) => subject)).toEqual([
      'redis',
      'version',
      'role',
      'appendonly',
      'appendfsync',
      'maxmemory-policy',
      'memory',
    ]);
  });

  it('says what endangers headlines, and what to set instead', async () => {
    const findings = await examine([
      ...['--appendonly', 'no', '--appendfsync', 'everysec'],
      ...['--maxmemory', '1mb', '--maxmemory-policy', 'allkeys-lru'],
    ]);
    const wrong = findings.filter(({ ok }) => !ok);
    expect(wrong.map(({ subject }) => subject)).toEqual([
      'appendonly',
      'appendfsync',
      'maxmemory-policy',
      'memory',
    ]);
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
