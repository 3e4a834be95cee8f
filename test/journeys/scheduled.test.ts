/** Nothing leaks early: a scheduled headline before its time, at its time, and never. [design 3, promise 3] */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { inTime } from '../support/in-time.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed } from '../support/readers.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 180_000;
const DIALECTS = ['newsline.v1', 'cloudevents.json', 'flat', 'event-stream'] as const;

interface Heard {
  readonly atMs: number;
  readonly text: string;
}

/** All that a reader of one dialect is sent, as it comes, with the time at which it came. */
interface Eavesdropper {
  readonly heard: readonly Heard[];
  close(): void;
}

const isAmong = (heard: readonly Heard[], words: string) => heard.some(({ text }) => text.includes(words));

async function eavesdrop(url: string, dialect: (typeof DIALECTS)[number]): Promise<Eavesdropper> {
  const heard: Heard[] = [];
  const hear = (text: string) => heard.push({ atMs: Date.now(), text });
  const address = `${url}/v1/channels/main/stream?last=20`;
  if (dialect === 'event-stream') {
    const ending = new AbortController();
    const { body } = await fetch(address, {
      headers: { accept: 'text/event-stream' },
      signal: ending.signal,
    });
    const listen = async () => {
      // A title may fall into two chunks: what was heard is joined.
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const whole = text.lastIndexOf('\n\n') + 2;
        if (whole > 1) hear(text.slice(0, whole));
        if (whole > 1) text = text.slice(whole);
      }
    };
    listen().catch(() => {});
    return { heard, close: () => ending.abort() };
  }
  const socket = new WebSocket(address.replace('http', 'ws'), dialect === 'flat' ? [] : [dialect]);
  socket.on('message', (data) => hear(String(data)));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return { heard, close: () => socket.terminate() };
}

/** All that Redis says to anyone who subscribes, and all that it keeps where gateways read. */
async function tapRedis(url: string) {
  const [client, subscriber] = [new Redis(url), new Redis(url)];
  const messages: Heard[] = [];
  subscriber.on('pmessage', (_pattern, _topic, text: string) => messages.push({ atMs: Date.now(), text }));
  await subscriber.psubscribe('*');
  const readers = {
    hash: (key: string) => client.hgetall(key),
    zset: (key: string) => client.zrange(key, '0', '-1'),
    set: (key: string) => client.smembers(key),
    stream: (key: string) => client.xrange(key, '-', '+'),
    string: (key: string) => client.get(key),
    list: (key: string) => client.lrange(key, 0, -1),
    none: async () => null,
  };
  return {
    messages,
    async readable(): Promise<string> {
      const parts: string[] = [];
      for (const key of await client.keys('*')) {
        // Of these a gateway reads nothing, and its user may be denied them.
        if (/:(held|due|receipts|expiry|kept)$/.test(key)) continue;
        const type = (await client.type(key)) as keyof typeof readers;
        parts.push(`${key} ${JSON.stringify(await readers[type](key))}`);
      }
      return parts.join('\n');
    },
    close() {
      client.disconnect();
      subscriber.disconnect();
    },
  };
}

describe.each(FRAGILE_DEPLOYMENTS)('%s', (_name, deploy) => {
  let deployment: FragileDeployment;
  const opened: { close(): unknown }[] = [];
  const opening = <One extends { close(): unknown }>(one: One): One => {
    opened.push(one);
    return one;
  };
  const begin = async () => {
    deployment = await deploy();
  };
  const putAway = async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await deployment.stop();
  };
  afterEach(putAway);

  it(
    'shows a scheduled headline nowhere before its time, then once; and never one that was killed',
    async () => {
      const { dueMs, outcome } = await inTime({
        begin,
        putAway,
        attempt: async (dueMs) => {
          const { ingestUrl, gatewayUrl, redisUrl } = deployment;
          const tap = redisUrl === undefined ? undefined : opening(await tapRedis(redisUrl));
          const readers = await Promise.all(
            DIALECTS.map(async (dialect) => opening(await eavesdrop(gatewayUrl, dialect))),
          );
          const newsroom = openNewsroom(ingestUrl);
          const list = async () => (await fetch(`${gatewayUrl}/v1/channels/main/headlines`)).text();
          const everyoneHeard = (words: string) =>
            until(() => readers.every(({ heard }) => isAmong(heard, words)), {
              state: () => readers.map(({ heard }) => heard),
            });
          const publishAt = new Date(dueMs).toISOString();
          const planned = await newsroom.post({ id: 'budget-1', title: 'Embargoed budget', publishAt });
          await newsroom.post({ id: 'cabinet-1', title: 'Embargoed cabinet', publishAt });
          await newsroom.kill('cabinet-1');
          await newsroom.post({ title: 'In the meantime' });
          await everyoneHeard('In the meantime');
          const early = [await list(), (await tap?.readable()) ?? ''];
          return { planned, early, tap, readers, newsroom, list, everyoneHeard, publishAt };
        },
      });
      const { planned, early, tap, readers, newsroom, list, everyoneHeard, publishAt } = outcome;
      expect(planned.status).toBe(202);
      expect(early.join()).not.toContain('Embargoed');

      await everyoneHeard('Embargoed budget');
      await newsroom.post({ title: 'In the end' });
      await everyoneHeard('In the end');
      for (const { heard } of readers) {
        const tellings = heard.filter(({ text }) => text.includes('Embargoed budget'));
        expect(tellings).toHaveLength(1);
        expect(tellings[0]?.text.split('Embargoed budget')).toHaveLength(2);
        expect(tellings[0]?.text).toContain(`"publishedAt":"${publishAt}"`);
        expect(tellings[0]?.atMs).toBeGreaterThanOrEqual(dueMs);
        expect(isAmong(heard, 'cabinet')).toBe(false);
      }
      for (const { atMs } of tap?.messages.filter(({ text }) => text.includes('Embargoed')) ?? [])
        expect(atMs).toBeGreaterThanOrEqual(dueMs);
      expect(`${await list()}${await tap?.readable()}`).not.toContain('cabinet-1');
      const late = JSON.parse(await list()) as { headlines: { id: string; publishedAt: string }[] };
      expect(late.headlines.filter(({ id }) => id === 'budget-1')).toEqual([
        expect.objectContaining({ publishedAt: publishAt }),
      ]);
    },
    LIMIT_MS,
  );

  it(
    'releases it once after a crash that lasted over its time',
    async () => {
      const { dueMs, outcome: reader } = await inTime({
        begin,
        putAway,
        attempt: async (dueMs) => {
          const reading = opening(readFramed(deployment.gatewayUrl));
          await reading.ready;
          const publishAt = new Date(dueMs).toISOString();
          await openNewsroom(deployment.ingestUrl).post({ title: 'Embargoed budget', publishAt });
          await deployment.crashIngest();
          return reading;
        },
      });
      const { ingestUrl, gatewayUrl } = deployment;
      const publishAt = new Date(dueMs).toISOString();
      expect(reader.seen).toEqual([]);
      await until(() => Date.now() > dueMs);
      expect(reader.seen).toEqual([]);

      await deployment.restartIngest();
      await until(() => reader.seen.length > 0);
      await openNewsroom(ingestUrl).post({ title: 'In the end' });
      await until(() => reader.seen.includes('published In the end'));
      expect(reader.seen).toEqual(['published Embargoed budget', 'published In the end']);
      const response = await fetch(`${gatewayUrl}/v1/channels/main/headlines`);
      const { headlines } = (await response.json()) as {
        headlines: { title: string; publishedAt: string }[];
      };
      expect(headlines.find(({ title }) => title === 'Embargoed budget')?.publishedAt).toBe(publishAt);
    },
    LIMIT_MS,
  );
});
