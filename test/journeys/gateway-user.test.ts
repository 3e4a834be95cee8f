/** A gateway whose Redis user may read nothing of what is to come: it works, and an embargo is safe from it. [design 3, promise 3] */
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { asUser, documentedUser, loadUsers } from '../support/documented-users.ts';
import { inTime } from '../support/in-time.ts';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed, type TestReader } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const SECRET = ['held', 'due', 'receipts', 'expiry', 'kept'];
const HOUR_MS = 3_600_000;
const LIMIT_MS = 180_000;

let redis: RedisServer;
let services: NewslineProcess[];
let reader: TestReader;
const clients: Redis[] = [];
const openClient = (url: string): Redis => {
  const client = new Redis(url);
  clients.push(client);
  return client;
};

const begin = async () => {
  redis = await startRedis();
  const users = ['newsline-ingest', 'newsline-gateway'].map((name) =>
    documentedUser('One Redis, or sentinels', name),
  );
  await loadUsers([redis.url], users);
  const start = (role: string) =>
    startNewsline({ store: asUser(redis.url, `newsline-${role}`), args: ['--roles', role] });
  services = [await start('ingest')];
  services.push(await start('gateway'));
  reader = readFramed(services[1]?.url ?? '');
  await reader.ready;
};
const putAway = async () => {
  await reader.close();
  for (const client of clients.splice(0)) client.disconnect();
  await Promise.all(services.map((service) => service.kill9()));
  await redis.stop();
};
afterEach(putAway);

/** @returns all that a gateway, and whoever listens in Redis, could find before this moment. */
async function eavesdrop(dueMs: number): Promise<string> {
  const [ingest] = services;
  const newsroom = openNewsroom(ingest?.url ?? '');
  const user = openClient(asUser(redis.url, 'newsline-gateway'));
  const heard: string[] = [];
  const listener = openClient(redis.url);
  listener.on('pmessage', (_pattern, topic: string, text: string) => heard.push(`${topic} ${text}`));
  // Of the store's own events as well, which tell which keys are written.
  await openClient(redis.url).config('SET', 'notify-keyspace-events', 'AKE');
  await listener.psubscribe('*');

  const begunMs = Date.now();
  const at = (ms: number) => new Date(begunMs + ms).toISOString();
  await newsroom.post({ id: 'budget', title: 'Embargoed budget', publishAt: new Date(dueMs).toISOString() });
  await newsroom.correct('budget', { summary: 'Embargoed summary' });
  await newsroom.post({ id: 'budget-far', title: 'Embargoed for long', publishAt: at(HOUR_MS) });
  await newsroom.post({ id: 'budget-killed', title: 'Embargoed and killed', publishAt: at(HOUR_MS) });
  await newsroom.kill('budget-killed');
  const idempotent = await fetch(`${ingest?.url}/v1/channels/main/headlines`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': 'budget-once',
    },
    body: JSON.stringify({ id: 'budget-once', title: 'Embargoed once', publishAt: at(HOUR_MS) }),
  });
  expect(idempotent.status).toBe(202);
  await newsroom.post({ title: 'In the meantime' });
  await until(() => reader.seen.length > 0);

  for (const part of SECRET) {
    const key = `newsline:{main}:${part}`;
    await expect(user.call('HGETALL', key)).rejects.toThrow(/NOPERM/);
    await expect(user.call('ZRANGE', key, '0', '-1')).rejects.toThrow(/NOPERM/);
    await expect(user.eval(`return redis.call('TYPE', KEYS[1])`, 1, key)).rejects.toThrow(/NOPERM/);
    await expect(user.eval(`return redis.call('HGETALL', '${key}')`, 0)).rejects.toThrow(
      /can't (access|run)|NOPERM/,
    );
  }
  const readable = await Promise.all([
    user.hgetall('newsline:{main}:settings'),
    user.hgetall('newsline:{main}:meta'),
    user.hgetall('newsline:{main}:records'),
    user.xrange('newsline:{main}:log', '-', '+'),
    user.zrevrange('newsline:{main}:line', '0', '-1'),
    ...services.flatMap(({ url }) =>
      ['/metrics', '/readyz', '/healthz'].map(async (path) => (await fetch(url + path)).text()),
    ),
  ]);
  return JSON.stringify([readable, heard]);
}

it(
  'is ready, shows what is released, and finds nothing of it before in any key, message, metric or health page',
  async () => {
    const { outcome: found } = await inTime({ begin, putAway, attempt: eavesdrop });
    expect(found).toContain('In the meantime');
    expect(found).not.toMatch(/Embargoed|budget/);

    await until(() => reader.seen.length > 1);
    expect(reader.seen).toEqual(['published In the meantime', 'published Embargoed budget']);
    expect((await fetch(`${services[1]?.url}/readyz`)).status).toBe(200);
  },
  LIMIT_MS,
);
