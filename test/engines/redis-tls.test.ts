/** Redis over TLS: whom we trust, and whom Redis lets in. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/domain/engine.ts';
import { openRedisEngine, type RedisEngineOptions } from '../../src/engines/redis/redis-engine.ts';
import { channelOf, createNewsroom, publish } from '../contracts/newsroom.ts';
import { storyOf, watch } from '../contracts/watch.ts';
import { type Certificates, createCertificates, tlsSettings } from '../support/certificates.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

type RedisTls = NonNullable<RedisEngineOptions['tls']>;
let certificates: Certificates;
/** Lets in who has the password. */
let open: RedisServer;
/** Lets in who shows a certificate. */
let strict: RedisServer;
let trusting: Required<RedisTls>;
const started: RedisServer[] = [];

beforeAll(async () => {
  certificates = await createCertificates();
  open = await startRedis({ tls: tlsSettings(certificates), password: 'hush-hush' });
  strict = await startRedis({ tls: tlsSettings(certificates, { asksForCertificate: true }) });
  started.push(open, strict);
  const [ca, cert, key] = await Promise.all(
    [certificates.ca, certificates.client.cert, certificates.client.key].map(certificates.text),
  );
  trusting = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
});
afterAll(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await certificates.dispose();
});

const refusalOf = async (url: string, tls?: RedisTls): Promise<string> => {
  const engine = openRedisEngine({ url, commandTimeoutMs: 2_000, ...(tls && { tls }) });
  return engine.then(
    async (opened) => {
      await opened.close();
      return 'was let in';
    },
    (error: Error) => error.message,
  );
};

describe('Redis over TLS', () => {
  it('commits and follows, also after Redis was away, on both connections', async () => {
    // Never compared: what is heard came over the connection that listens.
    const options = { url: open.url, tls: { ca: trusting.ca }, reconcileMs: 2 ** 31 - 1 };
    const engine = await openRedisEngine(options);
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const post = createNewsroom(engine, 'en');
    await post('a', publish('over TLS'));
    await watching.reach(1);
    await open.kill9();
    await open.restart();
    await until(async () => (await engine.channels.get('en')) !== undefined);
    await post('b', publish('over TLS again'));
    await watching.reach(2);
    expect(watching.entries.map(storyOf)).toEqual(['a', 'b']);
    watching.stop();
    await engine.close();
  });

  it('trusts no one but the authority it was given, and no server of another name', async () => {
    expect(await refusalOf(open.url, { ca: trusting.ca })).toBe('was let in');
    expect(await refusalOf(open.url)).toMatch(/cannot be reached: .*certificate/);
    const otherCa = await certificates.text(certificates.otherCa);
    expect(await refusalOf(open.url, { ca: otherCa })).toMatch(/cannot be reached: .*certificate/);
    const misnamed = await startRedis({
      tls: tlsSettings({ ca: certificates.ca, server: certificates.elsewhere }),
    });
    started.push(misnamed);
    expect(await refusalOf(misnamed.url, { ca: trusting.ca })).toMatch(/cannot be reached: .*altnames/);
  });

  it('gives up in the middle of a handshake without harm to what else runs', async () => {
    // An error of a socket that no one hears would end this process: it comes in one of a few attempts.
    const ca = await certificates.text(certificates.otherCa);
    const refusals = await Promise.all(Array.from({ length: 30 }, () => refusalOf(open.url, { ca })));
    expect(refusals.filter((words) => !words.includes('cannot be reached'))).toEqual([]);
  });

  it('is let in with its certificate where Redis asks for one, and not without', async () => {
    expect(await refusalOf(strict.url, trusting)).toBe('was let in');
    expect(await refusalOf(strict.url, { ca: trusting.ca })).toMatch(/cannot be reached/);
  });

  it('does not speak in the clear to a Redis that speaks TLS, nor the other way round', async () => {
    const plain = open.url.replace('rediss:', 'redis:');
    expect(await refusalOf(plain, { ca: trusting.ca })).toMatch(/cannot be reached: .*begins with rediss$/);
    const server = await startRedis();
    started.push(server);
    expect(await refusalOf(server.url.replace('redis:', 'rediss:'), { ca: trusting.ca })).toMatch(
      /cannot be reached: .*no TLS handshake .*begins with redis$/,
    );
  });
});

describe('Redis of several servers over TLS', () => {
  const follow = async (engine: Engine, midway: () => Promise<unknown>) => {
    await engine.channels.create(channelOf('en'));
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    const post = createNewsroom(engine, 'en');
    await post('a', publish('before'));
    await midway();
    await until(async () => (await post('b', publish('after'))) !== undefined, { withinMs: 30_000 });
    await watching.until(() => watching.entries.map(storyOf).join() === 'a,b');
    watching.stop();
  };

  it('is reached through sentinels, before and after another server became the primary', async () => {
    const redis = await startSentinel({ tls: tlsSettings(certificates) });
    const { ca } = trusting;
    expect(redis.url).toMatch(/^rediss\+sentinel:/);
    expect(await refusalOf(redis.url)).toMatch(/certificate/);
    const engine = await openRedisEngine({ url: redis.url, tls: { ca }, commandTimeoutMs: 2_000 });
    await follow(engine, () => redis.promote());
    await engine.close();
    await redis.stop();
  }, 90_000);

  it('is reached in a cluster, on every server of it', async () => {
    const redis = await startCluster({ tls: tlsSettings(certificates), password: 'hush-hush' });
    const { ca } = trusting;
    expect(redis.url).toMatch(/^rediss\+cluster:/);
    expect(await refusalOf(redis.url)).toMatch(/certificate/);
    const engine = await openRedisEngine({ url: redis.url, tls: { ca }, commandTimeoutMs: 2_000 });
    await follow(engine, async () => redis.moveSlot(await redis.slotOf('{en}')));
    for (const name of ['az', 'ru', 'tr', 'fr', 'de']) await engine.channels.create(channelOf(name));
    expect((await engine.channels.list()).channels).toHaveLength(6);
    const encrypted = (await engine.examine()).filter(({ subject }) => subject === 'tls');
    expect(encrypted.map(({ detail }) => detail)).toEqual(Array(3).fill(expect.stringContaining('TLSv1.')));
    await engine.close();
    await redis.stop();
  }, 90_000);
});
