/** The map that we hold of a real cluster, while only some of its servers answer. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { slotOf } from '../../src/engines/redis/cluster-map.ts';
import { openClusterServers } from '../../src/engines/redis/cluster-servers.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const SLOT = slotOf('{en}');
const silent = { info() {}, warn() {} };
let redis: RedisCluster;

beforeAll(async () => {
  redis = await startCluster({ replicas: 1, nodeTimeoutMs: 1_000 });
}, 60_000);
afterAll(() => redis.stop());

const signal = (nodes: readonly RedisServer[], name: 'SIGSTOP' | 'SIGCONT') => {
  for (const { pid } of nodes) process.kill(pid, name);
};

it('does not go back to a primary that was voted out, though it alone answers', async () => {
  const servers = await openClusterServers({
    seeds: redis.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    settings: { login: {}, timeoutMs: 1_000, log: silent, random: Math.random },
    areCommitsApart: false,
  });
  const old = await redis.nodeOf('{en}');
  const successor = await redis.replicaOf(old);
  const others = redis.nodes.filter((node) => node !== old);
  try {
    expect(servers.map.ownerOf(SLOT)?.port).toBe(old.port);
    await redis.kill9(old);
    await until(() => servers.map.ownerOf(SLOT)?.port === successor.port, { withinMs: 30_000 });
    signal(others, 'SIGSTOP');
    // Its own file knows nothing of the election, and it hears from no one.
    await old.restart();
    let readings = 0;
    servers.onMap(() => {
      readings += 1;
    });
    await until(() => readings > 0, { withinMs: 30_000 });
    expect(servers.map.ownerOf(SLOT)?.port).toBe(successor.port);
  } finally {
    signal(others, 'SIGCONT');
    await servers.end();
  }
}, 90_000);
