/** A process whose Redis user may not do all that it needs says so at the start, and is not ready until it may. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type Service, startService } from '../../src/cli/service.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { openRedisEngine } from '../../src/engines/redis/redis-engine.ts';
import { accepted } from '../contracts/newsroom.ts';
import { asUser, documentedUser, loadUsers } from '../support/documented-users.ts';
import { askRedis } from '../support/redis-admin.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const WORDS = 'the store does not give this process all rights that it needs';
let redis: RedisServer;
let service: Service | undefined;

beforeEach(async () => {
  redis = await startRedis();
  await loadUsers([redis.url], [documentedUser('One Redis, or sentinels', 'newsline-ingest')]);
});
afterEach(async () => {
  await service?.stop(0);
  await redis.stop();
});

it('names the commands that waiting for replicas needs, and is ready once they are given', async () => {
  const url = asUser(redis.url, 'newsline-ingest');
  const flags = { roles: 'ingest', port: '0', store: url, waitReplicas: '1' };
  const settings = accepted(readSettings(flags, { NEWSLINE_ADMIN_KEY: 'k'.repeat(32) }));
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const engine = await openRedisEngine({ url, waitReplicas: 1, waitReplicasMs: 100 });
  service = await startService({ settings, engine, log, publicFolder: 'dist/public' });
  const { url: address } = service;
  const readiness = async () => {
    const answer = await fetch(`${address}/readyz`);
    return { status: answer.status, body: await answer.text() };
  };

  const told = lines.find(({ msg }) => msg === WORDS);
  expect(told?.['missing']).toEqual(['+wait', '+hincrby on newsline:{CHANNEL}:meta']);
  const red = await readiness();
  expect(red).toMatchObject({ status: 503, body: expect.stringContaining(WORDS) });
  // What Redis calls its keys and commands is nothing for the public.
  expect(red.body).not.toMatch(/hincrby|CHANNEL/);

  await askRedis(redis.url, (admin) => admin.call('ACL', 'SETUSER', 'newsline-ingest', '+wait', '+hincrby'));
  await until(async () => (await readiness()).status === 200);
  expect(lines.filter(({ msg }) => msg === WORDS)).toHaveLength(1);
});
