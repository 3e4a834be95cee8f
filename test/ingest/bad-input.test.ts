import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import {
  ADMIN_KEY,
  type IngestService,
  type OpenedEngine,
  openIngest,
  openTestEngine,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;
let ask: IngestService['ask'];
const EN = '/v1/channels/en/headlines';

beforeAll(async () => {
  ({ opened, service, ask } = await openIngest([{ name: 'en' }]));
});
const alongside: IngestService[] = [];
const engines: OpenedEngine[] = [];
const startAlongside = async (...options: Parameters<typeof startIngestService>) => {
  const started = await startIngestService(...options);
  alongside.push(started);
  return started;
};
afterEach(async () => {
  for (const started of alongside.splice(0)) await started.close();
  for (const engine of engines.splice(0)) await engine.dispose();
});
afterAll(async () => {
  await service?.close();
  await opened?.dispose();
});

describe('a field that is not valid', () => {
  const image = { url: 'https://site.example/a.jpg', width: 1, height: 1 };
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['an unknown field', { title: 'x', colour: 'red' }, 'colour'],
    ['an unknown field in a picture', { title: 'x', image: { ...image, size: 1 } }, 'image.size'],
    ['a title that is missing', {}, 'title'],
    ['a title that is empty', { title: '' }, 'title'],
    ['a title of spaces', { title: '   ' }, 'title'],
    ['a title that is too long', { title: 'x'.repeat(301) }, 'title'],
    ['a title that is a number', { title: 7 }, 'title'],
    ['a title with a line break', { title: 'a\nb' }, 'title'],
    ['a title with a null character', { title: 'a\u0000b' }, 'title'],
    ['a title that turns the text around', { title: 'a\u202eb' }, 'title'],
    ['a title with half a character', { title: 'a\ud800b' }, 'title'],
    ['a script for an address', { title: 'x', url: 'javascript:alert(1)' }, 'url'],
    ['a script for a picture', { title: 'x', image: { ...image, url: 'JavaScript:alert(1)' } }, 'image.url'],
    ['data for an address', { title: 'x', url: 'data:text/html,x' }, 'url'],
    ['a password in an address', { title: 'x', url: 'https://a:b@site.example/' }, 'url'],
    ['a language that is none', { title: 'x', language: 'not a language' }, 'language'],
    ['an urgency out of range', { title: 'x', urgency: 10 }, 'urgency'],
    ['a label that is none of ours', { title: 'x', labels: ['hot'] }, 'labels.0'],
    ['a tag that is empty', { title: 'x', tags: ['a', ''] }, 'tags.1'],
    ['an id with spaces', { title: 'x', id: 'a b' }, 'id'],
    ['a zone that is none', { title: 'x', publishAt: '2026-11-24 10:00', timeZone: 'Baku' }, 'timeZone'],
    ['a local time without a zone', { title: 'x', publishAt: '2026-11-24 10:00' }, 'publishAt'],
    [
      'a local time that does not exist',
      { title: 'x', publishAt: '2027-03-28 02:30', timeZone: 'Europe/Berlin' },
      'publishAt',
    ],
    [
      'a local time that exists twice',
      { title: 'x', publishAt: '2027-10-31 02:30', timeZone: 'Europe/Berlin' },
      'publishAt',
    ],
    ['a day that does not exist', { title: 'x', publishedAt: '2026-02-30T10:00:00Z' }, 'publishedAt'],
    ['a publication in the future', { title: 'x', publishedAt: '2026-12-24T10:00:00Z' }, 'publishedAt'],
    ['a schedule in the past', { title: 'x', publishAt: '2025-12-24T10:00:00Z' }, 'publishAt'],
    ['a prototype', JSON.parse('{"title":"x","__proto__":{"isAdmin":true}}'), '__proto__'],
    [
      'a constructor',
      JSON.parse('{"title":"x","constructor":{"prototype":{"isAdmin":true}}}'),
      'constructor',
    ],
    ['a list', [], 'body'],
    ['a text', 'title', 'body'],
    ['nothing', null, 'body'],
  ];
  it.each(cases)('is 422 and named: %s', async (_, body, field) => {
    const reply = await ask('POST', EN, body);
    expect([reply.status, reply.code, reply.fields]).toEqual([422, 'invalid-field', [field]]);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.body['detail']).toContain(field);
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  it('says which readings a time has that exists twice', async () => {
    const reply = await ask('POST', EN, {
      title: 'x',
      publishAt: '2027-10-31 02:30',
      timeZone: 'Europe/Berlin',
    });
    expect(reply.body['detail']).toMatch(/twice.*\+02:00.*\+01:00/);
  });

  it('is named in an address as well', async () => {
    const reply = await ask('PUT', `${EN}/a%20b`, { title: 'x', version: 1 });
    expect([reply.status, reply.fields]).toEqual([422, ['id']]);
    expect((await ask('PUT', `${EN}/${'x'.repeat(201)}`, { title: 'x', version: 1 })).status).toBe(422);
  });

  it('is named in a version, a change and a patch', async () => {
    expect((await ask('PUT', `${EN}/v`, { title: 'x' })).fields).toEqual(['version']);
    expect((await ask('PUT', `${EN}/v`, { title: 'x', version: 0 })).fields).toEqual(['version']);
    expect((await ask('PUT', `${EN}/v`, { title: 'x', version: 1.5 })).fields).toEqual(['version']);
    expect((await ask('PATCH', `${EN}/v`, { title: 'x' })).fields).toEqual(['change']);
    expect((await ask('PATCH', `${EN}/v`, { change: 'updated' })).fields).toEqual(['body']);
    expect((await ask('PATCH', `${EN}/v`, { change: 'retracted', title: 'x' })).fields).toEqual(['change']);
  });
});

describe('a body that cannot be read', () => {
  const raw = (body: BodyInit, headers: Record<string, string> = {}) =>
    ask('POST', EN, undefined, { raw: body, headers });

  it.each([['{"title":"x"'], ['title=x'], [''], ['{"title":"x"}{"title":"y"}'], ["{'title':'x'}"], ['NaN']])(
    'is 400 where it is not JSON: %p',
    async (body) => {
      const reply = await raw(body);
      expect([reply.status, reply.code]).toEqual([400, 'malformed-json']);
    },
  );

  it('is 400 where it is not UTF-8', async () => {
    const reply = await raw(Buffer.from('{"title":"caf\u00e9"}', 'latin1'));
    expect([reply.status, reply.code]).toEqual([400, 'malformed-json']);
  });

  it('counts the last of two fields of one name, and does no harm', async () => {
    const reply = await raw('{"title":"first","title":"second"}');
    expect(reply.body).toMatchObject({ headline: { title: 'second' } });
  });

  it('is 422 where it is nested without end', async () => {
    const depth = 30_000;
    const reply = await ask('POST', EN, undefined, {
      raw: `${'['.repeat(depth)}${']'.repeat(depth)}`,
      headers: { 'idempotency-key': 'deep' },
    });
    expect([reply.status, reply.fields]).toEqual([422, ['body']]);
  });

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/jsonp'], ['']])(
    'is 415 where it is no application/json: %p',
    async (type) => {
      const reply = await raw('{"title":"x"}', { 'content-type': type });
      expect([reply.status, reply.code]).toEqual([415, 'not-json']);
    },
  );

  it('may name its charset', async () => {
    expect((await raw('{"title":"x"}', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(
      201,
    );
  });

  it('is 415 where it is compressed, however small it is and large it would be', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
    const reply = await raw(bomb, { 'content-encoding': 'gzip' });
    expect([reply.status, reply.code]).toEqual([415, 'not-json']);
  });

  it('is 413 one byte over the limit, and nothing is posted', async () => {
    const body = JSON.stringify({ title: 'Too large', id: 'too-large' });
    const reply = await raw(body + ' '.repeat(65_537 - body.length));
    expect([reply.status, reply.code]).toEqual([413, 'body-too-large']);
    expect((await ask('GET', `${EN}/too-large`)).status).toBe(404);
  });

  it('is 413 as soon as its length or its chunks say so, before it is whole', async () => {
    for (const headers of [{ 'content-length': '10000000' }, { 'transfer-encoding': 'chunked' }]) {
      const sending = httpRequest(`${service.url}${EN}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      });
      sending.on('error', () => {});
      sending.write(' '.repeat(70_000));
      const [response] = await once(sending, 'response');
      expect(response.statusCode).toBe(413);
      sending.destroy();
    }
  });

  it('may break off: nothing is posted, and the service goes on', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const arrived = once(service.server, 'request');
    socket.write(
      `PUT ${EN}/broken HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"title":"Half a',
    );
    const [request] = await arrived;
    const left = new Promise((resolve) => request.on('close', resolve));
    socket.destroy();
    await left;
    expect((await ask('GET', `${EN}/broken`)).status).toBe(404);
    expect(service.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('an address', () => {
  it('is 404 for a channel that is not there, is no name, or is our own', async () => {
    for (const channel of ['xx', 'EN', '_canary', '__proto__', 'a%2Fb', '%00']) {
      const reply = await ask('POST', `/v1/channels/${channel}/headlines`, { title: 'x' });
      expect([channel, reply.status, reply.code]).toEqual([channel, 404, 'unknown-channel']);
    }
  });

  it('is 400 where it has a percent sign that encodes nothing', async () => {
    for (const path of ['/v1/channels/%ff/headlines', `${EN}/%e0%a4%a`, '/v1/channels/%', '/v1/keys/%zz']) {
      const reply = await ask('DELETE', path);
      expect([path, reply.status, reply.code]).toEqual([path, 400, 'malformed-address']);
    }
  });

  it('is 405 for a method that neither ingest nor the gateway has', async () => {
    const wrong = [
      ['PUT', EN, 'GET, HEAD, POST'],
      ['DELETE', EN, 'GET, HEAD, POST'],
      ['POST', `${EN}/a`, 'GET, HEAD, PUT, PATCH, DELETE'],
      ['PUT', '/v1/channels', 'GET, HEAD, POST'],
      ['POST', '/v1/channels/en', 'GET, HEAD, PATCH, DELETE'],
      ['GET', '/v1/keys/abc', 'DELETE'],
    ] as const;
    for (const [method, path, allow] of wrong) {
      const reply = await ask(method, path, undefined, { key: null });
      expect([method, path, reply.status, reply.code]).toEqual([method, path, 405, 'method-not-allowed']);
      expect(reply.headers.get('allow')).toBe(allow);
    }
  });
});

describe('what is not of ingest', () => {
  it('passes on to the gateway, without a key and untouched', async () => {
    const gateway = await startAlongside({ engine: opened.engine }, (request, response) => {
      response.status(200).send(`gateway: ${request.method} ${request.originalUrl}`);
    });
    const passed = [
      ['GET', `${EN}?last=2`],
      ['HEAD', EN],
      ['OPTIONS', EN],
      ['GET', '/v1/channels/en/stream'],
      ['POST', '/v1/channels/en/stream'],
      ['GET', '/v1/channels/%ff/stream'],
      ['GET', '/v1/stream'],
      ['GET', '/'],
      ['GET', '/%ff'],
      ['GET', '/V1/KEYS'],
    ] as const;
    for (const [method, path] of passed) {
      const reply = await gateway.ask(method, path, undefined, { key: null });
      expect([method, path, reply.status]).toEqual([method, path, 200]);
      if (method !== 'HEAD') expect(reply.text).toBe(`gateway: ${method} ${path}`);
    }
  });
});

describe('an engine that is gone', () => {
  const gone = () => Promise.reject(new EngineUnavailable('connection to 10.0.0.7 lost'));

  it('is 503 with Retry-After, and says nothing of its inside', async () => {
    const { engine } = opened;
    const half: Pick<Engine, 'channels' | 'keys' | 'headlines'> = {
      channels: engine.channels,
      keys: { ...engine.keys, list: gone },
      headlines: { ...engine.headlines, commit: gone },
    };
    const lame = await startAlongside({ engine: half, now: () => opened.clock.ms });
    for (const [method, path, body] of [
      ['POST', EN, { title: 'Lost words', id: 'lost' }],
      ['PUT', `${EN}/lost`, { title: 'Lost words', version: 1 }],
      ['DELETE', `${EN}/lost`, undefined],
      ['GET', '/v1/keys', undefined],
    ] as const) {
      const reply = await lame.ask(method, path, body);
      expect([method, reply.status, reply.code]).toEqual([method, 503, 'engine-unavailable']);
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(reply.text).not.toContain('10.0.0.7');
    }
    expect(lame.logged.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'warn']);
    expect((await ask('GET', `${EN}/lost`)).status).toBe(404);
  });

  it('is 503 for the authentication too, once the real one is closed', async () => {
    const other = await openTestEngine();
    engines.push(other);
    const lame = await startAlongside({ engine: other.engine });
    await lame.ask('POST', '/v1/channels', { name: 'en' });
    await other.engine.close();
    const withStoredKey = { key: `nl_${'a'.repeat(12)}_${'b'.repeat(43)}` };
    for (const options of [{}, withStoredKey]) {
      const reply = await lame.ask('POST', EN, { title: 'x' }, options);
      expect([reply.status, reply.code]).toEqual([503, 'engine-unavailable']);
    }
  });

  it('is 500 where it fails as it never should, without a word of why', async () => {
    const broken = {
      ...opened.engine,
      headlines: { ...opened.engine.headlines, read: () => Promise.reject(new TypeError('secret detail')) },
    };
    const lame = await startAlongside({ engine: broken });
    const reply = await lame.ask('GET', `${EN}/a`);
    expect([reply.status, reply.code]).toEqual([500, 'internal-error']);
    expect(reply.text).not.toContain('secret');
    expect(lame.logged).toMatchObject([{ level: 'error', message: 'request failed' }]);
  });
});

describe('the log', () => {
  it('names what was made, where the address does not', async () => {
    await ask('POST', EN, { title: 'Anonymous' });
    const { body } = await ask('POST', EN, { title: 'Another' });
    const made = (body as { headline?: { id: string } }).headline?.id;
    expect(service.logged.at(-1)).toMatchObject({ fields: { channel: 'en', id: made, status: 201 } });
    await ask('POST', '/v1/keys', { name: 'Named', scopes: ['publish'] });
    expect(service.logged.at(-1)).toMatchObject({ fields: { id: expect.stringMatching(/./) } });
  });

  it('has neither keys nor bodies', async () => {
    await ask('POST', EN, { title: 'Words for readers', id: 'logged' });
    await ask('POST', '/v1/keys', { name: 'Named', scopes: ['publish'] });
    const text = JSON.stringify(service.logged);
    expect(text).toContain('request carried out');
    for (const secret of [ADMIN_KEY, 'Words for readers', 'nl_', 'Bearer'])
      expect(text).not.toContain(secret);
  });
});
