import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ADMIN_KEY,
  type IngestService,
  makeKey,
  type OpenedEngine,
  openTestEngine,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;
let ask: IngestService['ask'];
let changes = 0;
const EN = '/v1/channels/en/headlines';
const AZ = '/v1/channels/az/headlines';

beforeAll(async () => {
  opened = await openTestEngine();
  service = await startIngestService({
    engine: opened.engine,
    now: () => opened.clock.ms,
    timeZone: 'Asia/Baku',
    limits: { requestsPerMinute: 10_000, failuresPerMinute: 10_000 },
    onChannelsChanged: () => {
      changes += 1;
    },
  });
  ask = service.ask;
  for (const name of ['en', 'az']) await ask('POST', '/v1/channels', { name });
});
const alongside: IngestService[] = [];
const startAlongside = async (...options: Parameters<typeof startIngestService>) => {
  const started = await startIngestService(...options);
  alongside.push(started);
  return started;
};
afterEach(async () => {
  for (const started of alongside.splice(0)) await started.close();
});
afterAll(async () => {
  await service?.close();
  await opened?.dispose();
});

describe('without a valid key', () => {
  it('is 401 and says how to send one', async () => {
    const wrong = [undefined, 'Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', ADMIN_KEY];
    for (const authorization of wrong) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const reply = await ask('POST', EN, { title: 'x' }, { key: null, headers });
      expect([authorization, reply.status, reply.code]).toEqual([authorization, 401, 'key-missing']);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('is 401 for what is no key of ours, and does not repeat it', async () => {
    const { id } = await makeKey(service, { scopes: ['publish'] });
    for (const key of [
      'wrong',
      `${ADMIN_KEY}x`,
      ADMIN_KEY.slice(0, -1),
      `nl_${'a'.repeat(12)}_${'b'.repeat(43)}`,
      `nl_${id}_${'b'.repeat(43)}`,
      'x'.repeat(5_000),
    ]) {
      const reply = await ask('POST', EN, { title: 'x' }, { key });
      expect([reply.status, reply.code]).toEqual([401, 'key-unknown']);
      expect(reply.text).not.toContain(key);
    }
  });

  it('is 401 whatever else is wrong', async () => {
    for (const [method, path] of [
      ['POST', '/v1/channels/xx/headlines'],
      ['GET', `${EN}/a`],
      ['GET', '/v1/keys'],
      ['POST', '/v1/channels'],
    ] as const) {
      const body = method === 'GET' ? {} : { raw: '{' };
      expect((await ask(method, path, undefined, { key: null, ...body })).status).toBe(401);
    }
  });

  it('is any key where no bootstrap key is set', async () => {
    const bare = await startAlongside({ engine: opened.engine, bootstrapKeyHash: undefined });
    expect((await bare.ask('GET', '/v1/keys')).status).toBe(401);
  });
});

describe('a key that publishes in one channel', () => {
  it('publishes there and nowhere else', async () => {
    const en = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    const az = await makeKey(service, { scopes: ['publish'], channels: ['az'] });
    const post = async (path: string, key: string) =>
      (await ask('POST', path, { title: 'x' }, { key })).status;
    expect(await post(EN, en.secret)).toBe(201);
    expect(await post(AZ, en.secret)).toBe(403);
    expect(await post(AZ, az.secret)).toBe(201);
    expect(await post(EN, az.secret)).toBe(403);
  });

  it('is told the same of a channel that is there and of one that is not', async () => {
    const { secret: key } = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    for (const channel of ['az', 'xx', '*', '_canary']) {
      const reply = await ask('POST', `/v1/channels/${channel}/headlines`, undefined, { key, raw: '{' });
      expect([channel, reply.status, reply.code]).toEqual([channel, 403, 'scope-missing']);
    }
  });

  it('neither looks back, amends nor kills in another', async () => {
    const { secret: key } = await makeKey(service, { scopes: ['publish'], channels: ['az'] });
    await ask('PUT', `${EN}/theirs`, { title: 'Theirs', version: 1 });
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { title: 'x', version: 2 }],
      ['PATCH', { change: 'updated', title: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await ask(method, `${EN}/theirs`, body, { key })).status).toBe(403);
    }
    expect((await ask('GET', `${EN}/theirs`)).body).toMatchObject({
      status: 'live',
      headline: { version: 1 },
    });
  });

  it('administers nothing', async () => {
    const { secret: key } = await makeKey(service, { scopes: ['publish'], channels: ['*'] });
    for (const [method, path, body] of [
      ['GET', '/v1/channels', undefined],
      ['POST', '/v1/channels', { name: 'own' }],
      ['GET', '/v1/channels/en', undefined],
      ['PATCH', '/v1/channels/en', { origins: ['*'] }],
      ['DELETE', '/v1/channels/en', undefined],
      ['GET', '/v1/keys', undefined],
      ['POST', '/v1/keys', { name: 'own', scopes: ['admin'] }],
      ['DELETE', '/v1/keys/abcdefabcdef', undefined],
    ] as const) {
      const reply = await ask(method, path, body, { key });
      expect([method, path, reply.status, reply.code]).toEqual([method, path, 403, 'scope-missing']);
    }
  });
});

describe('a key that administers one channel', () => {
  it('changes, sees and deletes its own, and no other', async () => {
    await ask('POST', '/v1/channels', { name: 'own' });
    const { secret: key } = await makeKey(service, { scopes: ['admin'], channels: ['own'] });
    expect((await ask('GET', '/v1/channels', undefined, { key })).body).toMatchObject({
      channels: [{ name: 'own' }],
    });
    const changed = await ask('PATCH', '/v1/channels/own', { language: 'ru' }, { key });
    expect([changed.status, changed.body]).toMatchObject([200, { channel: { name: 'own', language: 'ru' } }]);
    expect((await ask('POST', '/v1/channels/own/headlines', { title: 'x' }, { key })).status).toBe(201);
    expect((await ask('PATCH', '/v1/channels/en', { language: 'ru' }, { key })).status).toBe(403);
    expect((await ask('DELETE', '/v1/channels/en', undefined, { key })).status).toBe(403);
    expect((await ask('DELETE', '/v1/channels/own', undefined, { key })).status).toBe(204);
  });

  it('makes no channel, and no key, neither of all rights nor of its own', async () => {
    const { secret: key } = await makeKey(service, { scopes: ['admin'], channels: ['en'] });
    const before = (await opened.engine.keys.list()).length;
    for (const body of [
      { name: 'x', scopes: ['admin'], channels: ['*'] },
      { name: 'x', scopes: ['admin'] },
      { name: 'x', scopes: ['publish'], channels: ['en'] },
    ]) {
      expect((await ask('POST', '/v1/keys', body, { key })).status).toBe(403);
    }
    expect((await ask('POST', '/v1/channels', { name: 'more' }, { key })).status).toBe(403);
    expect((await ask('GET', '/v1/keys', undefined, { key })).status).toBe(403);
    expect((await opened.engine.keys.list()).length).toBe(before);
  });

  it('does not rename its channel into another', async () => {
    const { secret: key } = await makeKey(service, { scopes: ['admin'], channels: ['en'] });
    const reply = await ask('PATCH', '/v1/channels/en', { name: 'az' }, { key });
    expect([reply.status, reply.fields]).toEqual([422, ['name']]);
  });
});

describe('the life of a key', () => {
  it('shows its secret once, keeps only a hash, and ends with its revocation', async () => {
    const made = await ask('POST', '/v1/keys', {
      name: 'CMS',
      scopes: ['publish', 'publish'],
      channels: ['en', 'en'],
    });
    expect(made.status).toBe(201);
    const { id } = made.body['key'] as { id: string };
    const key = String(made.body['secret']);
    expect(made.body['key']).toMatchObject({ name: 'CMS', scopes: ['publish'], channels: ['en'] });
    expect(made.body['key']).not.toHaveProperty('hash');
    expect(made.headers.get('location')).toBe(`/v1/keys/${id}`);
    expect(JSON.stringify(await opened.engine.keys.list())).not.toContain(key.slice(-43));

    expect((await ask('POST', EN, { title: 'x' }, { key })).status).toBe(201);
    const listed = await ask('GET', '/v1/keys');
    expect(listed.body['keys']).toContainEqual(made.body['key']);
    expect(listed.text).not.toContain(key);
    expect(listed.text).not.toContain('hash');

    expect((await ask('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect((await ask('POST', EN, { title: 'x' }, { key })).code).toBe('key-unknown');
    expect((await ask('DELETE', `/v1/keys/${id}`)).code).toBe('unknown-key');
  });

  it('begins only with scopes and channels that there can be', async () => {
    for (const [body, field] of [
      [{ scopes: ['publish'] }, 'name'],
      [{ name: 'x', scopes: [] }, 'scopes'],
      [{ name: 'x', scopes: ['root'] }, 'scopes.0'],
      [{ name: 'x', scopes: ['publish'], channels: [] }, 'channels'],
      [{ name: 'x', scopes: ['publish'], channels: ['_canary'] }, 'channels.0'],
      [{ name: 'x', scopes: ['publish'], id: 'mine' }, 'id'],
      [{ name: 'x', scopes: ['publish'], hash: 'mine' }, 'hash'],
    ] as const) {
      const reply = await ask('POST', '/v1/keys', body);
      expect([field, reply.status, reply.fields]).toEqual([field, 422, [field]]);
    }
  });

  it('does not take the bootstrap key with it', async () => {
    expect((await ask('DELETE', '/v1/keys/bootstrap')).code).toBe('unknown-key');
    expect((await ask('GET', '/v1/keys')).status).toBe(200);
  });
});

describe('the life of a channel', () => {
  it('is created with defaults, changed, and deleted, and each is told', async () => {
    changes = 0;
    const made = await ask('POST', '/v1/channels', { name: 'sport' });
    const kept = { keepChanges: 10_000, keepHeadlines: 50_000 };
    const channel = { name: 'sport', language: 'en', timeZone: 'Asia/Baku', origins: [], ...kept };
    expect([made.status, made.body]).toEqual([201, { channel }]);
    expect(made.headers.get('location')).toBe('/v1/channels/sport');
    expect((await ask('POST', '/v1/channels', { name: 'sport' })).code).toBe('channel-exists');
    expect(changes).toBe(1);

    const changed = await ask('PATCH', '/v1/channels/sport', { origins: ['https://Site.example'] });
    expect(changed.body).toEqual({ channel: { ...channel, origins: ['https://site.example'] } });
    expect((await ask('GET', '/v1/channels/sport')).body).toEqual(changed.body);
    expect(changes).toBe(2);
    const aged = await ask('PATCH', '/v1/channels/sport', { keepDays: 30, keepChanges: 100 });
    expect(aged.body).toMatchObject({ channel: { keepDays: 30, keepChanges: 100, keepHeadlines: 50_000 } });
    const ageless = await ask('PATCH', '/v1/channels/sport', { keepDays: null, keepChanges: 10_000 });
    expect(ageless.body).toEqual(changed.body);
    expect((await ask('GET', '/v1/channels/sport')).body).toEqual(changed.body);
    expect(changes).toBe(4);

    expect((await ask('DELETE', '/v1/channels/sport')).status).toBe(204);
    expect((await ask('DELETE', '/v1/channels/sport')).code).toBe('unknown-channel');
    expect((await ask('GET', '/v1/channels/sport')).code).toBe('unknown-channel');
    expect(changes).toBe(5);
  });

  it('begins only with settings that there can be', async () => {
    for (const [body, field] of [
      [{}, 'name'],
      [{ name: 'With Space' }, 'name'],
      [{ name: '_own' }, 'name'],
      [{ name: 'x', timeZone: 'Baku' }, 'timeZone'],
      [{ name: 'x', language: '?' }, 'language'],
      [{ name: 'x', origins: ['site.example'] }, 'origins.0'],
      [{ name: 'x', keepChanges: 99 }, 'keepChanges'],
      [{ name: 'x', keepChanges: 100_001 }, 'keepChanges'],
      [{ name: 'x', keepHeadlines: 0 }, 'keepHeadlines'],
      [{ name: 'x', keepDays: 0 }, 'keepDays'],
      [{ name: 'x', keepDays: 36_501 }, 'keepDays'],
      [{ name: 'x', keepDays: null }, 'keepDays'],
      [{ name: 'x', secret: true }, 'secret'],
    ] as const) {
      const reply = await ask('POST', '/v1/channels', body);
      expect([field, reply.status, reply.fields]).toEqual([field, 422, [field]]);
    }
  });

  it('is kept though whoever is told of it fails', async () => {
    const deaf = await startAlongside({
      engine: opened.engine,
      onChannelsChanged: () => {
        throw new Error('deaf');
      },
    });
    expect((await deaf.ask('POST', '/v1/channels', { name: 'kept' })).status).toBe(201);
    expect(deaf.logged.map(({ level }) => level)).toContain('error');
  });
});

describe('what there can be no more of', () => {
  it('is 409 for channels and for keys', async () => {
    const { engine } = opened;
    const many = <Item extends object>(some: readonly Item[]) =>
      Array.from({ length: 1_000 }, (_, at) => ({ ...(some[0] as Item), name: `n${at}` }));
    // Those of a part of the store that does not answer count as well.
    const listChannels = async () => {
      const channels = many((await engine.channels.list()).channels);
      return { channels: channels.slice(1), unknown: ['n0'] };
    };
    const full = await startAlongside({
      engine: {
        headlines: engine.headlines,
        channels: { ...engine.channels, list: listChannels },
        keys: { ...engine.keys, list: async () => many(await engine.keys.list()) },
      },
    });
    for (const [path, body] of [
      ['/v1/channels', { name: 'more' }],
      ['/v1/keys', { name: 'more', scopes: ['publish'] }],
    ] as const) {
      const reply = await full.ask('POST', path, body);
      expect([path, reply.status, reply.code]).toEqual([path, 409, 'limit-reached']);
    }
  });
});

describe('asking too often', () => {
  let limited: IngestService;
  const start = async (limits: { requestsPerMinute?: number; failuresPerMinute?: number }) => {
    limited = await startAlongside({ engine: opened.engine, now: () => opened.clock.ms, limits });
  };

  it('is 429 with Retry-After for the key that does, and passes with its minute', async () => {
    await start({ requestsPerMinute: 3 });
    const { secret: key } = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    const post = () => limited.ask('POST', EN, { title: 'x' }, { key });
    for (let time = 0; time < 3; time += 1) expect((await post()).status).toBe(201);
    const refused = await post();
    expect([refused.status, refused.code]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBe(60);
    expect((await limited.ask('POST', EN, { title: 'x' })).status).toBe(201);
    opened.clock.ms += 60_000;
    expect((await post()).status).toBe(201);
  });

  it('is asked before the channel and the body', async () => {
    await start({ requestsPerMinute: 1 });
    await limited.ask('GET', '/v1/keys');
    const reply = await limited.ask('POST', '/v1/channels/xx/headlines', undefined, { raw: '{' });
    expect(reply.status).toBe(429);
  });

  it('without a valid key is 429 for the address, but not for keys that are known', async () => {
    await start({ failuresPerMinute: 3 });
    const { secret: proven } = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    const { secret: fresh } = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    const post = async (key: string | null) =>
      (await limited.ask('POST', EN, { title: 'x' }, { key })).status;
    expect(await post(proven)).toBe(201);
    expect([await post('wrong'), await post(null), await post('wrong')]).toEqual([401, 401, 401]);
    const refused = await limited.ask('POST', EN, { title: 'x' }, { key: 'wrong' });
    expect([refused.status, refused.code]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBe(60);
    expect([await post(null), await post(fresh)]).toEqual([429, 429]);
    expect([await post(proven), await post(ADMIN_KEY)]).toEqual([201, 201]);
    opened.clock.ms += 60_000;
    expect([await post(fresh), await post('wrong')]).toEqual([201, 401]);
  });
});
