/** A gateway that has not heard of what a reader saw elsewhere does not take it back in time. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type FaultProxy, startFaultProxy } from '../chaos/fault-proxy.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { type Newsroom, openNewsroom } from '../support/newsroom.ts';
import { openRaw } from '../support/raw-reader.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

interface List {
  readonly cursor: string;
  readonly resumed: boolean;
  readonly headlines: readonly { readonly title: string }[];
}

const LIMIT_MS = 180_000;
const HEADLINES = '/v1/channels/main/headlines';

let redis: RedisServer;
let link: FaultProxy;
let service: NewslineProcess;
let lagging: NewslineProcess;
let newsroom: Newsroom;

beforeEach(async () => {
  redis = await startRedis();
  link = await startFaultProxy(() => redis.port);
  service = await startNewsline({ store: redis.url });
  const args = ['--roles', 'gateway'];
  lagging = await startNewsline({ store: `redis://127.0.0.1:${link.port}`, args });
  newsroom = openNewsroom(service.url);
}, LIMIT_MS);

afterEach(async () => {
  await Promise.all([service.kill9(), lagging.kill9()]);
  await link.stop();
  await redis.stop();
});

const ask = (gateway: NewslineProcess, since = '') =>
  fetch(`${gateway.url}${HEADLINES}${since && `?since=${since}`}`);
const listOf = async (gateway: NewslineProcess, since?: string) =>
  (await (await ask(gateway, since)).json()) as List;

describe('a reader who comes to a gateway that hears nothing of the store', () => {
  it(
    'is sent away for now, and misses nothing once the gateway hears again',
    async () => {
      const { id } = await newsroom.post({ title: 'Withdrawn soon' });
      await until(async () => (await listOf(lagging)).headlines.length === 1);

      link.stall();
      const { cursor } = await newsroom.kill(id);
      await until(async () => (await listOf(service)).cursor === cursor);
      expect((await ask(lagging, cursor)).status).toBe(503);
      const stream = `/v1/channels/main/stream?since=${cursor}`;
      await expect(openRaw(lagging.url, stream, [])).rejects.toMatchObject({ status: 503 });
      const framed = await openRaw(lagging.url, stream);
      expect(await framed.closed).toBe(4003);
      expect(framed.frames).toMatchObject([{ type: 'refusal', code: 'engine-unavailable' }]);
      const events = await fetch(`${lagging.url}${stream}`, { headers: { accept: 'text/event-stream' } });
      expect(await events.text()).toMatch(/^event: goodbye/);

      link.resume();
      await until(async () => (await ask(lagging, cursor)).ok);
      const followUp = await newsroom.post({ title: 'Follow-up' });
      await until(async () => (await listOf(lagging)).cursor === followUp.cursor);
      const { resumed, headlines } = await listOf(lagging, cursor);
      expect({ resumed, titles: headlines.map(({ title }) => title) }).toEqual({
        resumed: true,
        titles: ['Follow-up'],
      });
    },
    LIMIT_MS,
  );

  it(
    'is not shown what was killed before the store began anew elsewhere',
    async () => {
      const killed = await newsroom.post({ title: 'Withdrawn' });
      await until(async () => (await listOf(lagging)).headlines.length === 1);

      link.stall();
      const client = new Redis(redis.url);
      await newsroom.kill(killed.id);
      await client.hset('newsline:{main}:meta', 'epoch', 'anew');
      client.disconnect();
      const { cursor } = await newsroom.post({ title: 'First of the new epoch' });
      expect(cursor).toMatch(/^anew\./);
      await until(async () => (await listOf(service)).cursor === cursor);
      const another = cursor.replace(/[^.]+$/, 'other');
      for (const since of [cursor, another]) {
        expect((await ask(lagging, since)).status).toBe(503);
        const stream = `/v1/channels/main/stream?since=${since}`;
        await expect(openRaw(lagging.url, stream, [])).rejects.toMatchObject({ status: 503 });
        const framed = await openRaw(lagging.url, stream);
        expect(await framed.closed).toBe(4003);
        expect(framed.frames).toMatchObject([{ type: 'refusal', code: 'engine-unavailable' }]);
      }
      link.resume();
      await until(async () => (await ask(lagging, cursor)).ok);
      expect(await listOf(lagging, cursor)).toMatchObject({ resumed: true, headlines: [] });
    },
    LIMIT_MS,
  );

  it(
    'is told that its place is lost where the store says that there is no such change',
    async () => {
      const { cursor } = await newsroom.post({ title: 'The only one' });
      const [epoch, sequence, tag] = cursor.split('.');
      await until(async () => (await listOf(lagging)).cursor === cursor);
      const { resumed, headlines } = await listOf(lagging, `${epoch}.${Number(sequence) + 5}.${tag}`);
      expect({ resumed, count: headlines.length }).toEqual({ resumed: false, count: 1 });
    },
    LIMIT_MS,
  );
});
