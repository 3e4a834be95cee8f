/** Readiness says what is so: red while the gateway does not hear, and green again by itself. [design 3, promise 6] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DeafProxy, startDeafProxy } from '../support/deaf-proxy.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed, type TestReader } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

/** What the issue allows from the moment it stops hearing. */
const RED_WITHIN_MS = 3_000;

interface Readiness {
  readonly status: number;
  readonly reason: string | undefined;
}

describe('a gateway that stops hearing', () => {
  let redis: RedisServer;
  let proxy: DeafProxy;
  let ingest: NewslineProcess;
  let gateway: NewslineProcess;
  let reader: TestReader;
  beforeEach(async () => {
    redis = await startRedis();
    proxy = await startDeafProxy(redis.url);
    ingest = await startNewsline({ store: redis.url, args: ['--roles', 'ingest'] });
    gateway = await startNewsline({ store: proxy.url, args: ['--roles', 'gateway'] });
    reader = readFramed(gateway.url);
    await reader.ready;
  });
  afterEach(async () => {
    await reader.close();
    await Promise.all([ingest.kill9(), gateway.kill9()]);
    await proxy.stop();
    await redis.stop();
  });

  const readiness = async (): Promise<Readiness> => {
    const response = await fetch(`${gateway.url}/readyz`);
    const { reason } = (await response.json()) as { reason?: string };
    return { status: response.status, reason };
  };
  const isReady = async () => (await readiness()).status === 200;
  const readyGauge = async () =>
    /^newsline_ready (\d)$/m.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1];

  it.each([
    ['its listening connection is', 'listening', /announcements/],
    ['all its connections are', 'all', /no probe has come back/],
  ] as const)(
    'is not ready within three seconds when %s blackholed, and ready again by itself once the network heals',
    async (_name, deafness, why) => {
      const newsroom = openNewsroom(ingest.url);
      await newsroom.post({ title: 'Before' });
      await until(() => reader.seen.length === 1);
      expect(await isReady()).toBe(true);
      expect(await readyGauge()).toBe('1');

      const fromMs = performance.now();
      proxy.deafen(deafness);
      await until(async () => !(await isReady()));
      expect(performance.now() - fromMs).toBeLessThan(RED_WITHIN_MS);
      expect(proxy.swallowed).toBeGreaterThan(0);
      expect((await readiness()).reason).toMatch(why);
      expect(await readyGauge()).toBe('0');

      await newsroom.post({ title: 'Meanwhile' });
      // Deaf to announcements it still looks once a second; with nothing coming through it cannot.
      if (deafness === 'listening') await until(() => reader.seen.length === 2);
      expect(await isReady()).toBe(false);

      proxy.heal();
      await until(isReady);
      await newsroom.post({ title: 'After' });
      const whole = ['published Before', 'published Meanwhile', 'published After'];
      await until(() => reader.seen.length >= whole.length, { state: () => reader.seen });
      expect(reader.seen).toEqual(whole);
      expect(await readyGauge()).toBe('1');
    },
    60_000,
  );
});
