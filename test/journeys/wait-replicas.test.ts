/** What the newsroom is told when fewer replicas than wanted have its headline: it is out all the same. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCommand } from '../support/newsline-command.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

let redis: RedisServer;
let service: NewslineProcess;
beforeEach(async () => {
  redis = await startRedis();
  const args = ['--wait-replicas', '1', '--wait-replicas-ms', '100'];
  service = await startNewsline({ store: redis.url, args });
});
afterEach(async () => {
  await service.kill9();
  await redis.stop();
});

it('a headline that no replica has is published, and the answer, the metrics and every later answer say so', async () => {
  const reader = readFramed(service.url);
  await reader.ready;
  const newsroom = openNewsroom(service.url);
  const replication = { wanted: 1, had: 0 };
  const posted = await newsroom.post({ id: 'ferry', title: 'Ferry cancelled' });
  expect(posted).toMatchObject({ status: 201, body: { replication } });
  expect(await newsroom.put('bridge', 1, { title: 'Bridge closed' })).toMatchObject({
    status: 201,
    body: { applied: true, replication },
  });
  expect(await newsroom.put('bridge', 1, { title: 'Bridge closed' })).toMatchObject({
    status: 200,
    body: { applied: false, replication },
  });
  expect(await newsroom.correct('ferry', { title: 'Ferry late' })).toMatchObject({ body: { replication } });
  expect(await newsroom.kill('ferry')).toMatchObject({ status: 200, body: { applied: true, replication } });
  await until(() => reader.seen.length === 4);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toMatch(/^newsline_under_replicated_commits_total 5$/m);
  await reader.close();
});

it('a newsroom that writes by the command is told so as well, and that it is done', async () => {
  const ended = await runCommand(['post', 'main', 'Ferry cancelled'], { url: service.url });
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^posted /) });
  expect(ended.stderr).toContain('it is done, do not send it again; but only 0 of 1 replicas');
});
