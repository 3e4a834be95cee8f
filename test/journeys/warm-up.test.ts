/** A cold gateway reads each channel once, and says that it is ready when it has. [design 3, promises 6 and 7] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createRedisKeys } from '../../src/engines/redis/redis-keys.ts';
import { callsBetween, readCalls } from '../support/command-stats.ts';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { openRaw } from '../support/raw-reader.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const CHANNELS = Array.from({ length: 40 }, (_, n) => `channel-${n}`);

describe('a gateway that starts on a full store', () => {
  let redis: RedisServer;
  let client: Redis;
  const running: NewslineProcess[] = [];
  const start = async (roles: string, port = 0) => {
    const service = await startNewsline({ store: redis.url, port, args: ['--roles', roles] });
    running.push(service);
    return service;
  };
  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  afterEach(async () => {
    client.disconnect();
    await Promise.all(running.splice(0).map((service) => service.kill9()));
    await redis.stop();
  });

  it('has read every channel, by one read each, when it says that it is ready, and resumes whoever comes', async () => {
    // A gateway as well, so that its probes are there: a channel that begins while it is followed is read twice.
    const ingest = await start('ingest,gateway');
    const cursors = new Map<string, string>();
    for (const name of CHANNELS) {
      await fetch(`${ingest.url}/v1/channels`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      const newsroom = openNewsroom(ingest.url, name);
      cursors.set(name, (await newsroom.post({ title: `First on ${name}` })).cursor);
      await newsroom.post({ title: `Second on ${name}` });
    }
    await ingest.stop();

    const before = await readCalls(client);
    // Resolves at the first green answer of /readyz.
    const gateway = await start('gateway');
    const caused = callsBetween(before, await readCalls(client));
    // The list of a channel is read by its baseline alone, and its log from a number on by a second look alone,
    // which the check of the heads, once a second, may ask for in the middle of all this.
    expect(caused['zrevrange']).toBe(CHANNELS.length + 1);
    expect(caused['xrange'] ?? 0).toBeLessThan(CHANNELS.length / 10);

    const readers = await Promise.all(
      [...cursors].map(([name, cursor]) =>
        openRaw(gateway.url, `/v1/channels/${name}/stream?since=${cursor}`),
      ),
    );
    for (const reader of readers) await reader.frame(({ type }) => type === 'headline');
    expect(readers.every(({ frames }) => frames[0]?.['type'] === 'resumed')).toBe(true);
    for (const { socket } of readers) socket.terminate();
    expect(callsBetween(before, await readCalls(client))['zrevrange']).toBe(CHANNELS.length + 1);
  }, 60_000);

  it('is not ready while there is a channel that it cannot read, and is once it can', async () => {
    const ingest = await start('ingest,gateway');
    await openNewsroom(ingest.url).post({ title: 'Out of reach' });
    await ingest.stop();
    const { line } = createRedisKeys('newsline').of('main');
    await client.rename(line, 'aside');
    await client.set(line, 'not a list of headlines');

    const starting = start('gateway', Number(new URL(ingest.url).port));
    await until(async () => {
      const answer = await fetch(`${ingest.url}/readyz`);
      const { reason } = (await answer.json()) as { reason?: string };
      return answer.status === 503 && reason === 'it has not yet read every channel';
    });
    await client.rename('aside', line);
    const gateway = await starting;
    const list = await fetch(`${gateway.url}/v1/channels/main/headlines`);
    expect(await list.json()).toMatchObject({ headlines: [{ title: 'Out of reach' }] });
  }, 60_000);
});
