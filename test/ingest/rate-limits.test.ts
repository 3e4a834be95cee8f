import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createRateLimits } from '../../src/ingest/rate-limits.ts';

let server: Server;
let nowMs: number;

beforeEach(async () => {
  nowMs = 0;
  const limits = createRateLimits({
    requestsPerMinute: 2,
    failuresPerMinute: 2,
    now: () => nowMs,
    capacity: 3,
  });
  // The test speaks for many addresses, as a proxy does.
  const app = express().set('trust proxy', true);
  app.post('/failures', async (request, response) => {
    const counted = await limits.countFailure(request, response);
    response.json(counted.ok ? 'within' : counted.refusal.retryAfterMs);
  });
  app.get('/failures', async (request, response) => {
    response.json((await limits.checkAddress(request)).ok);
  });
  app.post('/requests/:key', async (request, response) => {
    const counted = await limits.countRequest(request, response, request.params.key);
    response.json(counted.ok ? 'within' : counted.refusal.retryAfterMs);
  });
  server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function ask(method: string, path: string, address = '192.0.2.1'): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const headers = { 'x-forwarded-for': address };
  return (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })).json();
}
const fail = (address: string) => ask('POST', '/failures', address);
const isFree = (address: string) => ask('GET', '/failures', address);

describe('rate limits', () => {
  it('refuse what passes them until the minute is over that began with the first', async () => {
    expect(await ask('POST', '/requests/a')).toBe('within');
    nowMs = 20_000;
    expect(await ask('POST', '/requests/a')).toBe('within');
    expect(await ask('POST', '/requests/a')).toBe(40_000);
    expect(await ask('POST', '/requests/b')).toBe('within');
    nowMs = 60_000;
    expect(await ask('POST', '/requests/a')).toBe('within');
  });

  it('shut an address out by its failures only, and looking does not count', async () => {
    for (let time = 0; time < 5; time += 1) expect(await isFree('192.0.2.1')).toBe(true);
    expect([await fail('192.0.2.1'), await fail('192.0.2.1')]).toEqual(['within', 'within']);
    expect(await isFree('192.0.2.1')).toBe(false);
    expect(await fail('192.0.2.1')).toBe(60_000);
    expect(await isFree('192.0.2.2')).toBe(true);
    nowMs = 60_000;
    expect(await isFree('192.0.2.1')).toBe(true);
  });

  it('count the whole network of one IPv6 subscriber as one', async () => {
    await fail('2001:db8:0:1::1');
    await fail('2001:db8:0:2::2');
    expect(await isFree('2001:db8:0:3::3')).toBe(false);
    expect(await isFree('2001:db8:1::1')).toBe(true);
  });

  it('forget the oldest count where there would be too many', async () => {
    await fail('192.0.2.1');
    await fail('192.0.2.1');
    await fail('192.0.2.2');
    await fail('192.0.2.3');
    expect(await isFree('192.0.2.1')).toBe(false);
    await fail('192.0.2.4');
    expect(await isFree('192.0.2.1')).toBe(true);
  });
});
