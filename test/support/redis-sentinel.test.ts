/** The Sentinel of our tests does what tests ask of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { askRedis } from './redis-admin.ts';
import { isAlive } from './redis-process.ts';
import { type RedisSentinel, startSentinel } from './redis-sentinel.ts';

describe('a Redis with sentinels', () => {
  let redis: RedisSentinel;
  beforeAll(async () => {
    redis = await startSentinel();
  }, 60_000);
  afterAll(() => redis.stop());
  const write = (url: string, text: string) => askRedis(url, (client) => client.set('word', text));
  const read = (url: string) => askRedis(url, (client) => client.get('word'));

  it('is found by its name, with what was written, after an orderly change, a crash and an isolation', async () => {
    const first = await redis.primary();
    const client = new Redis({ sentinels: [...redis.sentinels], name: redis.name, password: redis.password });
    client.on('error', () => {});
    expect(await client.set('word', 'one')).toBe('OK');
    client.disconnect();

    const second = await redis.promote();
    expect(second.port).not.toBe(first.port);
    expect(await read(second.url)).toBe('one');
    await expect(write(first.url, 'refused')).rejects.toThrow('READONLY');

    const third = await redis.killPrimary();
    expect(third.port).not.toBe(second.port);
    expect(second.isRunning).toBe(false);
    await write(third.url, 'two');
    await redis.restart(second);
    expect(await read(second.url)).toBe('two');

    const { isolated, primary } = await redis.isolatePrimary();
    expect(primary.port).not.toBe(isolated.port);
    await write(isolated.url, 'of the old one');
    await write(primary.url, 'of the new one');
    expect(await read(isolated.url)).toBe('of the old one');
    await redis.rejoin(isolated);
    expect(await read(isolated.url)).toBe('of the new one');
  }, 120_000);

  it('leaves no process behind', async () => {
    const pids = [...redis.servers, ...redis.sentinelProcesses].map(({ pid }) => pid);
    expect(pids.filter(isAlive)).toHaveLength(6);
    await redis.stop();
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
