/** The Redis Cluster of our tests does what tests ask of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { askRedis } from './redis-admin.ts';
import { type RedisCluster, startCluster } from './redis-cluster.ts';
import { isAlive } from './redis-process.ts';
import type { RedisServer } from './redis-server.ts';

const read = (node: RedisServer, key: string) => askRedis(node.url, (client) => client.get(key));

describe('a Redis Cluster with replicas', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
    client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    client.on('error', () => {});
  }, 90_000);
  afterAll(async () => {
    client.disconnect();
    await cluster.stop();
  });

  it('spreads keys over three primaries', async () => {
    const keys = Array.from({ length: 30 }, (_, at) => `{${at}}:word`);
    for (const key of keys) await client.set(key, key);
    const owners = await Promise.all(keys.map((key) => cluster.nodeOf(key)));
    expect(new Set(owners).size).toBe(3);
    for (const [at, key] of keys.entries()) expect(await read(owners[at] as RedisServer, key)).toBe(key);
  });

  it('moves a slot with its keys, which are found by those who ask in the middle of it', async () => {
    const keys = ['{moved}:a', '{moved}:b', '{moved}:c', '{moved}:d'];
    for (const key of keys) await client.set(key, key);
    const from = await cluster.nodeOf('{moved}:a');
    const slot = await cluster.slotOf('{moved}:a');
    const found: (string | null)[] = [];
    let left = 0;
    const to = await cluster.moveSlot(slot, async () => {
      left = await askRedis(from.url, async (node) => Number(await node.cluster('COUNTKEYSINSLOT', slot)));
      for (const key of keys) found.push(await client.get(key));
    });
    expect(left).toBe(2);
    expect(found).toEqual(keys);
    expect(to).not.toBe(from);
    expect(await cluster.nodeOf('{moved}:a')).toBe(to);
    await expect(read(from, '{moved}:a')).rejects.toThrow('MOVED');
    for (const key of keys) expect(await read(to, key)).toBe(key);
  });

  it('changes to a replica in an orderly way, and by itself after a crash', async () => {
    await client.set('{kept}', 'kept');
    const first = await cluster.nodeOf('{kept}');
    const second = await cluster.failover(await cluster.replicaOf(first));
    expect(await cluster.nodeOf('{kept}')).toBe(second);
    expect(await cluster.replicaOf(second)).toBe(first);
    expect(await read(second, '{kept}')).toBe('kept');

    await cluster.kill9(second);
    await cluster.untilOk();
    expect(await cluster.nodeOf('{kept}')).toBe(first);
    expect(await read(first, '{kept}')).toBe('kept');
    await cluster.restart(second);
    expect(await cluster.replicaOf(first)).toBe(second);
  }, 120_000);

  it('leaves no process behind', async () => {
    const pids = cluster.nodes.map(({ pid }) => pid);
    expect(pids.filter(isAlive)).toHaveLength(6);
    await cluster.stop();
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('a Redis Cluster without replicas', () => {
  it('takes a password, and serves what a killed node has once it is back', async () => {
    const cluster = await startCluster({ password: 'secret' });
    expect(cluster.url).toMatch(
      /^redis\+cluster:\/\/:secret@127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+$/,
    );
    const node = await cluster.nodeOf('{kept}');
    await askRedis(node.url, (client) => client.set('{kept}', 'kept'));
    await cluster.moveSlot(await cluster.slotOf('{kept}'));
    const owner = await cluster.nodeOf('{kept}');
    expect(owner).not.toBe(node);
    await cluster.kill9(owner);
    await cluster.restart(owner);
    expect(await read(owner, '{kept}')).toBe('kept');
    await cluster.stop();
  }, 90_000);
});
