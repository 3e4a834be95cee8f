/** A store that is gone: readiness says so, writing is refused whole, and readers get everything once it is back. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { callsBetween, readCalls } from '../support/command-stats.ts';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

describe('a process that only takes headlines in', () => {
  let redis: RedisServer;
  let client: Redis;
  let ingest: NewslineProcess;
  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    ingest = await startNewsline({ store: redis.url, args: ['--roles', 'ingest'] });
  });
  afterEach(async () => {
    client.disconnect();
    await ingest.kill9();
    await redis.stop();
  });
  const ready = async () => (await fetch(`${ingest.url}/readyz`)).json();

  it('is ready only while the store takes changes, which many probes cost it little to say', async () => {
    const before = await readCalls(client);
    const answers = await Promise.all(Array.from({ length: 300 }, ready));
    expect(answers).toEqual(answers.map(() => ({ status: 'ready' })));
    expect(callsBetween(before, await readCalls(client))['evalsha'] ?? 0).toBeLessThan(20);

    // Full: it answers, and lets itself be read.
    await client.config('SET', 'maxmemory', '1');
    await until(async () => 'reason' in ((await ready()) as object));
    expect(await ready()).toEqual({ status: 'not ready', reason: 'the store does not take changes' });
    expect(await (await fetch(`${ingest.url}/metrics`)).text()).toMatch(/^newsline_ready 0$/m);
    await client.config('SET', 'maxmemory', '0');
    await until(async () => !('reason' in ((await ready()) as object)));

    process.kill(redis.pid, 'SIGSTOP');
    await until(async () => 'reason' in ((await ready()) as object));
    process.kill(redis.pid, 'SIGCONT');
    await until(async () => !('reason' in ((await ready()) as object)));
  }, 60_000);
});

describe('a service whose store is gone', () => {
  let redis: RedisServer;
  let service: NewslineProcess;
  beforeEach(async () => {
    redis = await startRedis();
    service = await startNewsline({ store: redis.url });
  });
  afterEach(async () => {
    await service.kill9();
    await redis.stop();
  });

  const statusOf = async (path: string) => (await fetch(`${service.url}${path}`)).status;
  const post = (title: string) =>
    fetch(`${service.url}/v1/channels/main/headlines`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': title,
      },
      body: JSON.stringify({ title }),
    });

  it('is not ready, refuses to publish with 503, still serves readers from memory, and recovers by itself', async () => {
    const reader = readFramed(service.url);
    await reader.ready;
    const newsroom = openNewsroom(service.url);
    await newsroom.post({ title: 'Before' });

    await redis.kill9();
    await until(async () => (await statusOf('/readyz')) === 503);
    expect(await statusOf('/healthz')).toBe(200);
    const refused = await post('Meanwhile');
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('content-type')]).toEqual(
      [503, '1', 'application/problem+json'],
    );
    const list = (await (await fetch(`${service.url}/v1/channels/main/headlines`)).json()) as {
      headlines: object[];
    };
    expect(list.headlines).toMatchObject([{ title: 'Before' }]);

    await redis.restart();
    await until(async () => (await statusOf('/readyz')) === 200);
    // The same request again, with its key: done once, whatever became of the first try.
    expect((await post('Meanwhile')).status).toBe(201);
    expect((await post('Meanwhile')).status).toBe(201);
    await newsroom.post({ title: 'After' });
    const whole = ['published Before', 'published Meanwhile', 'published After'];
    await until(() => reader.seen.length >= whole.length, { state: () => reader.seen });
    expect(reader.seen).toEqual(whole);
    await reader.close();
  }, 60_000);

  it('is not ready while it is deaf, though its connection to the store stands', async () => {
    expect(await statusOf('/readyz')).toBe(200);
    process.kill(redis.pid, 'SIGSTOP');
    await until(async () => (await statusOf('/readyz')) === 503);
    process.kill(redis.pid, 'SIGCONT');
    await until(async () => (await statusOf('/readyz')) === 200);
  }, 60_000);
});
