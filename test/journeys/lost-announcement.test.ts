/** A lone headline whose announcement is destroyed is found by the gateway, once, and no reader notices. [design 3, 2] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import {
  readCloudEvents,
  readEvents,
  readFlat,
  readFramed,
  readWithSdk,
  type TestReader,
} from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type SwallowingProxy, startSwallowingProxy } from '../support/swallowing-proxy.ts';
import { until } from '../support/until.ts';

const KINDS = {
  'newsline.v1': readFramed,
  'bare WebSocket': readFlat,
  'cloudevents.json': readCloudEvents,
  'server-sent events': readEvents,
  SDK: readWithSdk,
};

describe('a lone headline whose Pub/Sub message is destroyed', () => {
  let redis: RedisServer;
  let announcements: SwallowingProxy;
  let ingest: NewslineProcess;
  let gateway: NewslineProcess;
  let front: CuttingProxy;
  let admin: Redis;
  beforeEach(async () => {
    redis = await startRedis();
    announcements = await startSwallowingProxy(redis.port);
    ingest = await startNewsline({ store: redis.url, args: ['--roles', 'ingest'] });
    gateway = await startNewsline({ store: announcements.url, args: ['--roles', 'gateway'] });
    front = await startCuttingProxy(gateway.url);
    admin = new Redis(redis.url);
  });
  afterEach(async () => {
    admin.disconnect();
    await Promise.all([ingest.kill9(), gateway.kill9()]);
    await front.stop();
    await announcements.stop();
    await redis.stop();
  });

  /** Calls of commands that read a log or a whole channel, also those made by scripts. */
  async function reads(): Promise<Record<string, number>> {
    const stats = await admin.info('commandstats');
    const calls = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    return { xrange: calls('xrange'), xrevrange: calls('xrevrange'), zrevrange: calls('zrevrange') };
  }

  it('reaches every reader within two seconds, by one read, and no one comes anew', async () => {
    const readers = new Map<string, TestReader>(
      Object.entries(KINDS).map(([name, open]) => [name, open(front.url)]),
    );
    const seen = () => Object.fromEntries([...readers].map(([name, reader]) => [name, reader.seen]));
    const everyoneSaw = (count: number, withinMs?: number) =>
      until(() => [...readers.values()].every((reader) => reader.seen.length >= count), {
        ...(withinMs !== undefined && { withinMs }),
        state: seen,
      });
    await Promise.all([...readers.values()].map(({ ready }) => ready));
    const newsroom = openNewsroom(ingest.url);
    const list = `${gateway.url}/v1/channels/main/headlines`;
    await newsroom.post({ title: 'Heard' });
    await everyoneSaw(1);

    const { cursor } = (await (await fetch(list)).json()) as { cursor: string };
    const [readsBefore, readersBefore, linksBefore] = [
      await reads(),
      front.connections,
      announcements.connections,
    ];
    expect(readersBefore).toBe(readers.size);
    announcements.swallow('{main}');
    await newsroom.post({ title: 'Never announced', urgency: 1 });
    const acknowledgedMs = performance.now();
    await everyoneSaw(2);
    const tookMs = performance.now() - acknowledgedMs;

    expect(announcements.swallowed).toBe(1);
    expect(tookMs).toBeLessThan(2_000);
    expect(await (await fetch(`${list}?since=${cursor}`)).json()).toMatchObject({
      resumed: true,
      headlines: [{ title: 'Never announced' }],
    });
    expect(await reads()).toEqual({ ...readsBefore, xrange: (readsBefore['xrange'] ?? 0) + 1 });
    expect([front.connections, announcements.connections]).toEqual([readersBefore, linksBefore]);

    announcements.swallow(undefined);
    await newsroom.post({ title: 'Heard again' });
    await everyoneSaw(3);
    const whole = ['published Heard', 'published Never announced', 'published Heard again'];
    expect(seen()).toEqual(Object.fromEntries([...readers.keys()].map((name) => [name, whole])));
    expect(front.connections).toBe(readersBefore);
    await Promise.all([...readers.values()].map((reader) => reader.close()));
  }, 60_000);
});
