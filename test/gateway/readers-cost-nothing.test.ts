/** Readers cost Redis nothing: not one command, whatever they ask and however many they are. [design 3, promise 7] */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { Redis } from 'ioredis';
import type { Engine } from '../../src/domain/engine.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { channelOf, createNewsroom, publish } from '../contracts/newsroom.ts';
import { callsBetween, readCalls } from '../support/command-stats.ts';
import { openRaw } from '../support/raw-reader.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

/** Nothing that a gateway asks by itself comes again within the test: what is asked then, readers caused. */
const NEVER_MS = 3_600_000;
const READERS = 500;

describe('a warm gateway', () => {
  let redis: RedisServer;
  let client: Redis;
  let engine: Engine;
  let gateway: Gateway;
  let server: Server;
  let url: string;
  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    engine = await openRedisEngine({ url: redis.url, reconcileMs: NEVER_MS });
    await engine.channels.create(channelOf('main'));
    gateway = startGateway({
      engine,
      origins: [],
      refreshMs: NEVER_MS,
      probeMs: NEVER_MS,
      limitMs: NEVER_MS + 1,
    });
    server = createServer(express().use(gateway.router));
    server.on('upgrade', (request, socket, head) => void gateway.handleUpgrade(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await until(async () => (await fetch(`${url}/v1/channels/main/headlines`)).ok);
  });
  afterEach(async () => {
    gateway.stop();
    server.closeAllConnections();
    server.close();
    await engine.close();
    client.disconnect();
    await redis.stop();
  });

  it('answers snapshots, resumes, filters, lists and many channels without one command to Redis', async () => {
    const post = createNewsroom(engine, 'main');
    const first = await post('first', publish('First'));
    for (const n of [2, 3, 4]) await post(`h${n}`, publish(`Headline ${n}`));
    const list = `${url}/v1/channels/main/headlines`;
    await until(async () => (await (await fetch(list)).text()).includes('Headline 4'));
    const stream = '/v1/channels/main/stream';
    const since = `since=${first.cursor}`;

    const before = await readCalls(client);
    const kinds = [
      stream,
      `${stream}?${since}`,
      `${stream}?${since}&section=sport`,
      `${stream}?last=3&language=en`,
    ];
    const readers = await Promise.all(
      Array.from({ length: READERS }, (_, n) => openRaw(url, kinds[n % kinds.length] ?? stream)),
    );
    await until(() => readers.every(({ frames }) => frames.length > 0));
    const many = await openRaw(url, '/v1/stream');
    many.socket.send(JSON.stringify({ type: 'subscribe', channel: 'main' }));
    await many.frame(({ type }) => type === 'snapshot');
    await fetch(`${list}?${since}`);
    await fetch(list);
    for (const query of ['', '?section=sport&limit=5', '?theme=dark']) {
      expect((await fetch(`${url}/embed/main${query}`)).status).toBe(200);
      expect((await fetch(`${url}/oembed?url=${url}/embed/main${query}`)).status).toBe(200);
    }
    for (const { socket } of [...readers, many]) socket.terminate();
    expect(callsBetween(before, await readCalls(client))).toEqual({});

    const resumed = readers.filter((_, n) => n % kinds.length === 1);
    expect(resumed.every(({ frames }) => frames[0]?.['type'] === 'resumed' && frames.length === 4)).toBe(
      true,
    );
  });

  it('makes whoever shows a cursor that it does not hold wait, without one command to Redis', async () => {
    await createNewsroom(engine, 'main')('first', publish('First'));
    const list = `${url}/v1/channels/main/headlines`;
    await until(async () => (await (await fetch(list)).text()).includes('First'));
    const { cursor } = (await (await fetch(list)).json()) as { cursor: string };
    const [epoch, sequence, tag] = cursor.split('.');
    const invented = (n: number) =>
      [`x${n}.1.tag`, `${epoch}.${sequence}.x${n}`, `${epoch}.${n + 9}.${tag}`][n % 3];

    const before = await readCalls(client);
    const readers = await Promise.all(
      Array.from({ length: READERS }, (_, n) =>
        openRaw(url, `/v1/channels/main/stream?since=${invented(n)}`),
      ),
    );
    // Here the check that comes every second does not come: they are sent away in the end.
    expect(await Promise.all(readers.map(({ closed }) => closed))).toEqual(readers.map(() => 4003));
    expect((await fetch(`${list}?since=${invented(0)}`)).status).toBe(503);
    expect(callsBetween(before, await readCalls(client))).toEqual({});
  });
});
