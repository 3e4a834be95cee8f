/** /openapi.json and /asyncapi.json against the running service: neither says what is not so, nor leaves out what is. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Router } from 'express';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { openApiDocument } from '../../src/cli/contracts.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import { createIngest } from '../../src/ingest/ingest.ts';
import {
  createSchemas,
  type DocumentedApi,
  type Question,
  readDocumentedApi,
} from '../support/documented-api.ts';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { openFrontDoor } from '../support/front-door.ts';
import { startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const closing: (() => unknown)[] = [];
/** What is opened is closed at the end of the test, last first. */
const later = (close: () => unknown) => void closing.push(close);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const FAR = '2099-01-01T00:00:00Z';
const soon = () => new Date(Date.now() + 3_600_000).toISOString();
const UNKNOWN_CURSOR = 'elsewhere.7.abc';

async function expectStatus(api: DocumentedApi, status: number, operation: string, question: Question = {}) {
  const answer = await api.ask(operation, question);
  expect({ operation, question, ...answer }).toMatchObject({ status });
  return answer;
}

/** A WebSocket's way in: the status and the body where it is refused, 101 and the socket where not. */
function upgrade(address: string, subprotocols: string[] = []) {
  const socket = new WebSocket(address.replace('http', 'ws'), subprotocols);
  later(() => socket.terminate());
  return new Promise<{ status: number; body: unknown; socket: WebSocket }>((resolve, reject) => {
    socket.on('open', () => resolve({ status: 101, body: undefined, socket }));
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), socket });
        socket.terminate();
      });
    });
    socket.on('error', reject);
  });
}

/** What a newsroom and its administrator do when all is well. */
async function doEverything(api: DocumentedApi): Promise<void> {
  const expectOf = expectStatus.bind(undefined, api);
  await expectOf(201, 'createChannel', { body: { name: 'sport', origins: ['https://*.site.example'] } });
  await expectOf(409, 'createChannel', { body: { name: 'sport' } });
  await expectOf(200, 'listChannels');
  await expectOf(200, 'getChannel', { channel: 'sport' });
  await expectOf(200, 'updateChannel', { channel: 'sport', body: { timeZone: 'Asia/Baku' } });
  await expectOf(200, 'updateChannel', { channel: 'sport', body: { keepDays: 30, keepHeadlines: 100 } });
  await expectOf(204, 'deleteChannel', { channel: 'sport' });
  const { body } = await expectOf(201, 'createKey', { body: { name: 'cms', scopes: ['publish'] } });
  await expectOf(200, 'listKeys');
  await expectOf(204, 'revokeKey', { id: (body['key'] as { id: string }).id });

  const whole = {
    title: 'Bridge closed',
    language: 'az',
    urgency: 1,
    url: 'https://site.example/1',
    section: 'city',
    tags: ['bridge'],
    labels: ['live', 'photo', 'video'],
    image: { url: 'https://site.example/1.jpg', width: 300, height: 200 },
    source: 'Gazette',
    byline: 'A. Reporter',
    summary: 'The old one.',
    replaces: 'story-0',
    expiresAt: FAR,
    notice: 'Times are local.',
  };
  await expectOf(201, 'publishHeadline', { body: { ...whole, id: 'story-1' } });
  await expectOf(409, 'publishHeadline', { body: { title: 'Another', id: 'story-1' } });
  await expectOf(202, 'publishHeadline', { body: { title: 'Later', publishAt: soon() } });
  await expectOf(201, 'upsertHeadline', { id: 'story-2', body: { ...whole, version: 1 } });
  await expectOf(200, 'upsertHeadline', { id: 'story-2', body: { title: 'Newer', version: 4 } });
  const stale = await expectOf(200, 'upsertHeadline', { id: 'story-2', body: { title: 'Old', version: 2 } });
  expect(stale.body).toMatchObject({ applied: false });
  await expectOf(202, 'upsertHeadline', {
    id: 'story-3',
    body: { title: 'Later', version: 1, publishAt: soon() },
  });
  await expectOf(200, 'listScheduled', { query: '?limit=1' });
  await expectOf(200, 'amendHeadline', {
    id: 'story-2',
    body: { change: 'corrected', notice: 'A word was wrong.', url: null },
  });
  const patch = { change: 'updated', title: 'Newest' };
  const replay = { id: 'story-1', body: patch, headers: { 'idempotency-key': 'once' } };
  await expectOf(200, 'amendHeadline', replay);
  const repeated = await expectOf(200, 'amendHeadline', replay);
  expect(repeated.headers.get('idempotent-replayed')).toBe('true');
  await expectOf(409, 'amendHeadline', { id: 'story-2', body: patch, headers: { 'if-match': '"1"' } });
  await expectOf(409, 'retractHeadline', { id: 'story-2', headers: { 'if-match': '"1"' } });
  await expectOf(200, 'retractHeadline', { id: 'story-2', body: { notice: 'It was wrong.' } });
  await expectOf(200, 'retractHeadline', { id: 'story-3' });
  await expectOf(410, 'amendHeadline', { id: 'story-2', body: patch });
  await expectOf(410, 'publishHeadline', { body: { title: 'Back', id: 'story-2' } });
  await expectOf(200, 'upsertHeadline', { id: 'story-2', body: { title: 'Back', version: 9 } });
  for (const id of ['story-1', 'story-2', 'story-3']) await expectOf(200, 'lookBackOnHeadline', { id });
}

/** A conditional request as a cache sends it; else fetch would say that it wants no answer from a cache. */
const ifChanged = (etag: string | null) => ({ 'if-none-match': etag ?? '', 'cache-control': 'max-age=0' });

async function embedEverything(api: DocumentedApi, url: string): Promise<void> {
  const expectOf = expectStatus.bind(undefined, api);
  const query = '?layout=list&limit=5&section=city&accent=b4131f&timeZone=Asia/Baku';
  const { headers } = await expectOf(200, 'showEmbedPage', { query });
  await expectOf(304, 'showEmbedPage', { query, headers: ifChanged(headers.get('etag')) });
  await expectOf(200, 'readEmbedStyle', { query: '?accent=b4131f' });
  const page = encodeURIComponent(`${url}/embed/main?limit=5`);
  await expectOf(200, 'readOEmbed', { query: `?url=${page}&maxwidth=400&maxheight=300&format=json` });
  await expectOf(501, 'readOEmbed', { query: `?url=${page}&format=yaml` });
  await expectOf(404, 'readOEmbed', { query: `?url=${page.replace('main', 'nowhere')}` });
}

async function readEverything(api: DocumentedApi, url: string): Promise<void> {
  const expectOf = expectStatus.bind(undefined, api);
  const begin = await expectOf(200, 'readHeadlines', { key: null, query: '?last=0' });
  const newsroom = openNewsroom(url);
  const { id } = await newsroom.post({ title: 'First' });
  await newsroom.post({ title: 'Second' });
  const { cursor } = await newsroom.kill(id, 'It was wrong.');
  const since = `?since=${begin.body['cursor']}`;
  await until(async () => (await api.ask('readHeadlines')).body['cursor'] === cursor);
  const resumed = await expectOf(200, 'readHeadlines', { query: since });
  expect(resumed.body).toMatchObject({ resumed: true, retractions: [{ id, notice: 'It was wrong.' }] });
  const { headers } = await expectOf(200, 'readHeadlines', {
    query: '?last=5&section=city&language=az&tag=bridge&tag=x&maxUrgency=3',
  });
  await expectOf(304, 'readHeadlines', {
    query: '?last=5&section=city&language=az&tag=bridge&tag=x&maxUrgency=3',
    headers: ifChanged(headers.get('etag')),
  });
  await expectOf(200, 'streamHeadlines', { key: null, headers: { accept: 'text/event-stream' } });

  const stream = `${url}/v1/channels/main/stream`;
  api.hold('streamHeadlines', (await upgrade(stream)).status);
  const lost = await upgrade(`${stream}?since=${UNKNOWN_CURSOR}`);
  expect(lost.status).toBe(410);
  api.hold('streamHeadlines', lost.status, lost.body);
}

/** Everything that can be wrong with a request, at every address that may be asked so. */
async function doWrong(api: DocumentedApi): Promise<void> {
  const expectOf = expectStatus.bind(undefined, api);
  const other = await expectOf(201, 'createKey', {
    body: { name: 'other', scopes: ['publish'], channels: ['other'] },
  });
  const otherKey = String(other.body['secret']);
  for (const { id: operation, statuses, needsKey, isValidBody } of api.operations) {
    const documents = (status: number) => statuses.includes(status);
    const body = isValidBody ? { body: {} } : {};
    if (needsKey) {
      await expectOf(401, operation, { key: null, ...body });
      await expectOf(401, operation, { key: 'nl_wrong', ...body });
      await expectOf(403, operation, { key: otherKey, ...body });
    } else {
      if (documents(403)) await expectOf(403, operation, { headers: { origin: 'https://stranger.example' } });
      if (documents(400)) await expectOf(400, operation, { query: '?since=nonsense' });
      if (operation !== 'readOEmbed') await expectOf(422, operation, { query: '?token=1' });
      if (api.operation(operation).path.includes('{channel}')) {
        await expectOf(404, operation, { channel: 'nowhere' });
        await expectOf(422, operation, { query: '?last=1000' });
      } else await expectOf(422, operation, { query: '?maxwidth=0&accent=blue' });
    }
    if (isValidBody) {
      await expectOf(400, operation, { body: '{"title"' });
      await expectOf(413, operation, { body: JSON.stringify({ title: 'x'.repeat(70_000) }) });
      await expectOf(415, operation, { body: 'title=x', headers: { 'content-type': 'text/plain' } });
      await expectOf(422, operation, { body: { embargo: true } });
    } else if (needsKey && documents(400)) {
      await expectOf(400, operation, { channel: '%E0%A4%A', id: '%E0%A4%A' });
    }
    if (needsKey && documents(404)) await expectOf(404, operation, { channel: 'nowhere', ...body });
    if (operation === 'listScheduled') await expectOf(422, operation, { query: '?limit=501' });
    if (operation === 'lookBackOnHeadline') {
      await expectOf(404, operation, { id: 'none' });
      await expectOf(422, operation, { id: 'two%20words' });
    }
  }
}

/** A service that has had enough of everyone. */
async function askTooMuch(answered: (name: string) => void): Promise<void> {
  const folder = await createTemporaryFolder();
  later(() => folder.dispose());
  const service = await startNewsline({
    store: `embedded:${join(folder.path, 'data')}`,
    args: [
      ...['--requests-per-minute', '1', '--requests-per-minute-per-address', '60'],
      ...['--max-connections-per-address', '1'],
    ],
  });
  later(() => service.kill9());
  const api = await readDocumentedApi(service.url);
  await api.ask('listChannels');
  for (const { id, statuses, needsKey, isValidBody } of api.operations) {
    if (!needsKey || !statuses.includes(429)) continue;
    const { headers } = await expectStatus(api, 429, id, isValidBody ? { body: {} } : {});
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await upgrade(`${service.url}/v1/channels/main/stream`)).status).toBe(101);
  await expectStatus(api, 429, 'streamHeadlines');
  let answer = await api.ask('readHeadlines');
  for (let times = 0; times < 60 && answer.status === 200; times += 1)
    answer = await api.ask('readHeadlines');
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  for (const id of ['showEmbedPage', 'readEmbedStyle', 'readOEmbed']) await expectStatus(api, 429, id);
  for (const name of api.answered) answered(name);
}

/** As many different filters as are served, each with a reader. */
async function filterTooMuch(api: DocumentedApi, url: string): Promise<void> {
  const stream = `${url}/v1/channels/main/stream`;
  for (let status = 101, number = 0; status === 101; number += 1) {
    const many = Array.from({ length: 20 }, (_, at) => upgrade(`${stream}?section=s${number}-${at}`));
    status = Math.max(...(await Promise.all(many)).map((one) => one.status));
    expect(number).toBeLessThan(100);
  }
  await expectStatus(api, 503, 'streamHeadlines', { query: '?section=one-more' });
}

describe.each(FRAGILE_DEPLOYMENTS)('%s', (_name, deploy) => {
  async function open(
    args: readonly string[] = [],
  ): Promise<{ deployment: FragileDeployment; url: string; api: DocumentedApi }> {
    const deployment = await deploy(args);
    later(() => deployment.stop());
    const door = await openFrontDoor(deployment.ingestUrl, deployment.gatewayUrl);
    later(() => door.stop());
    return { deployment, url: door.url, api: await readDocumentedApi(door.url) };
  }

  it('answers as /openapi.json says, and says there no more than it answers', async () => {
    const { deployment, url, api } = await open();
    await doEverything(api);
    await readEverything(api, url);
    await embedEverything(api, url);
    await doWrong(api);
    await filterTooMuch(api, url);
    const answered = new Set(api.answered);
    await askTooMuch((one) => answered.add(one));

    const isOnRedis = deployment.redisUrl !== undefined;
    if (isOnRedis) {
      await deployment.crashStore();
      for (const { id, statuses, needsKey, isValidBody } of api.operations) {
        if (!needsKey || !statuses.includes(503)) continue;
        const body = { title: 'x', version: 1, change: 'updated', name: 'y', scopes: ['publish'] };
        const wanted = isValidBody ? pick(body, id) : undefined;
        const { headers } = await expectStatus(api, 503, id, {
          id: 'abcdef123456',
          ...(wanted && { body: wanted }),
        });
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        answered.add(`${id} 503`);
      }
    }
    const documented = api.operations.flatMap(({ id, statuses }) =>
      statuses.map((status) => `${id} ${status}`),
    );
    const missing = documented.filter((one) => !answered.has(one));
    // Of keys there can be a thousand, and ten thousand scheduled headlines: more than a test makes.
    expect(missing.filter((one) => isOnRedis || !one.endsWith(' 503'))).toEqual([
      'upsertHeadline 409',
      'createKey 409',
    ]);
  });

  it('takes what /openapi.json calls valid, and refuses what it calls invalid', async () => {
    const { api } = await open();
    const { isValidBody } = api.operation('publishHeadline');
    const disagreements: unknown[] = [];
    const field = (good: readonly unknown[], bad: readonly unknown[]) =>
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...good) },
        { weight: 1, arbitrary: fc.constantFrom(...bad) },
      );
    const text = (limit: number) =>
      field(
        ['Bridge', 'x'.repeat(limit), 'Körpü bağlıdır', '✈︎ 1'],
        ['', ' ', 'x'.repeat(limit + 1), 'a\nb', 'a\u202Eb', 'a\u0007', '\u200B', 5, null],
      );
    const web = field(
      ['https://site.example/a?b#c', 'http://site.example:8080', 'https://xn--e1afmkfd.example/ä'],
      [
        'javascript:alert(1)',
        'ftp://site.example',
        'site.example',
        'https:///a',
        'https://a b.example',
        '//x.example',
      ],
    );
    const time = (good: readonly string[]) =>
      field(good, ['yesterday', '2024-02-30T10:00:00Z', '10:00', 7, '24.04.2024 10:00']);
    const body = fc.record(
      {
        title: text(300),
        language: field(['en', 'az-Latn', 'ru'], ['e', 'not a tag', 'en_GB', 'x'.repeat(36), 1]),
        urgency: field([1, 5, 9], [0, 10, 2.5, '2']),
        url: web,
        section: text(64),
        source: text(100),
        byline: text(100),
        summary: text(1000),
        notice: text(500),
        tags: field([[], ['a', 'b'], Array(20).fill('a')], ['a', [''], [1], Array(21).fill('a')]),
        labels: field(
          [[], ['live'], ['photo', 'video']],
          [['gif'], 'live', ['live', 'live', 'live', 'live']],
        ),
        image: fc.record(
          {
            url: web,
            width: field([1, 20_000], [0, 20_001, 1.5]),
            height: field([1], [0]),
            alt: field(['', 'A bridge'], [5]),
          },
          { requiredKeys: ['url', 'width', 'height'] },
        ),
        replaces: field(['h1', 'a/b:c'], ['two words', '..', '', 'ü']),
        expiresAt: time(['2099-01-01T00:00:00Z', '2099-01-01T00:00:00.5+04:00']),
        publishedAt: time(['2024-01-01T10:00:00Z', '2024-01-01T10:00:00-03:00']),
        timeZone: fc.constantFrom('Asia/Baku', 'UTC'),
        embargo: fc.constant(true),
      },
      { requiredKeys: ['title'] },
    );
    const bodies = fc.sample(
      body.map(({ embargo, ...rest }) => (embargo && rest.title === 'Bridge' ? { ...rest, embargo } : rest)),
      { numRuns: 250, seed: 20_261_123 },
    );
    const local = [
      { title: 'Local', publishedAt: '2024-01-01 10:00', timeZone: 'Asia/Baku' },
      { title: 'Local', publishedAt: '2024-01-01T10:00:30', timeZone: 'Asia/Baku' },
      {},
      [],
    ];
    for (const one of [...bodies, ...local]) {
      const isValid = isValidBody?.(one) === true;
      const { status, body: answer } = await api.ask('publishHeadline', { body: one });
      // A local time is of the right shape, and still needs its zone: that no schema says.
      const isZoneMissing =
        isValid && status === 422 && JSON.stringify(answer).includes('a local time needs timeZone');
      if (isValid !== status < 400 && !isZoneMissing)
        disagreements.push({ status, detail: answer['detail'], one, errors: isValidBody?.errors });
    }
    expect(disagreements.slice(0, 5)).toEqual([]);
    expect(bodies.filter((one) => isValidBody?.(one)).length).toBeGreaterThan(50);
    expect(bodies.filter((one) => !isValidBody?.(one)).length).toBeGreaterThan(50);
  });

  it('sends over WebSockets what /asyncapi.json says, and takes what it says is taken', async () => {
    const { deployment, url } = await open(['--drain-ms', '300']);
    const schemas = createSchemas((await (await fetch(`${url}/asyncapi.json`)).json()) as object);
    const isMessage = (message: string, payload: unknown, channel = 'stream') => {
      const check = schemas.compile({ $ref: `doc#/channels/${channel}/messages/${message}/payload` });
      return check(payload) ? [] : [{ message, payload, errors: check.errors }];
    };
    const heard: Record<string, Record<string, unknown>[]> = {};
    const listen = async (name: string, path: string, subprotocols: string[]) => {
      const { status, socket } = await upgradeListening(`${url}${path}`, subprotocols, (frame) => {
        heard[name] = [...(heard[name] ?? []), frame];
      });
      expect(status).toBe(101);
      return socket;
    };
    const stream = '/v1/channels/main/stream';
    const newsroom = openNewsroom(url);
    const before = await newsroom.post({ title: 'Before', urgency: 1, labels: ['live'] });
    await until(async () =>
      (await (await fetch(`${url}/v1/channels/main/headlines`)).text()).includes('Before'),
    );
    await listen('framed', stream, ['newsline.v1']);
    await listen('resuming', `${stream}?since=${before.cursor}`, ['newsline.v1']);
    await listen('refused', `${stream}?since=nonsense`, ['newsline.v1']);
    await listen('flat', `${stream}?last=5`, []);
    await listen('cloudevents', `${stream}?last=5`, ['cloudevents.json']);
    const many = await listen('many', '/v1/stream', ['newsline.v1']);

    const valid = [
      { type: 'subscribe', channel: 'main', last: 1, filter: { section: ['city'], maxUrgency: 3 } },
      { type: 'unsubscribe', channel: 'main' },
      { type: 'subscribe', channel: 'main', since: before.cursor },
    ];
    for (const frame of valid) {
      expect(isMessage('request', frame, 'streams')).toEqual([]);
      const count = heard['many']?.length ?? 0;
      many.send(JSON.stringify(frame));
      await until(() => (heard['many']?.length ?? 0) > count);
    }
    expect(heard['many']?.map(({ type }) => type)).toEqual(['snapshot', 'unsubscribed', 'resumed']);
    for (const frame of [
      { type: 'subscribe' },
      { type: 'subscribe', channel: 'MAIN' },
      { type: 'subscribe', channel: 'other', last: 101 },
      { type: 'unsubscribe', channel: 'main', since: 'x' },
      { type: 'hello' },
    ]) {
      expect(isMessage('request', frame, 'streams')).not.toEqual([]);
      const talker = await listen('talker', '/v1/stream', ['newsline.v1']);
      const count = heard['talker']?.length ?? 0;
      talker.send(JSON.stringify(frame));
      await until(() => (heard['talker']?.length ?? 0) > count, { state: () => frame });
      expect(heard['talker']?.at(-1)).toMatchObject({ type: 'refusal' });
    }

    const { id } = await newsroom.post({ id: 'story-1', title: 'First', summary: 'Words', expiresAt: FAR });
    await newsroom.correct(id, { title: 'Second', notice: 'A word was wrong.' });
    await newsroom.kill(id, 'It was wrong.');
    const listeners = ['framed', 'resuming', 'flat', 'cloudevents', 'many'];
    await until(() => listeners.every((one) => /retract/.test(JSON.stringify(heard[one]?.at(-1)))), {
      state: () => heard,
    });
    await deployment.drainGateway();
    await until(() => heard['framed']?.at(-1)?.['type'] === 'goodbye');

    const wrong: unknown[] = [];
    const types = new Set<string>();
    for (const [reader, frames] of Object.entries(heard)) {
      for (const frame of frames) {
        const { type } = frame as { type: string };
        if (reader === 'flat')
          wrong.push(
            ...isMessage(frame['change'] === 'retracted' ? 'flatRetraction' : 'flatHeadline', frame),
          );
        else if (reader === 'cloudevents') wrong.push(...isMessage('cloudEvent', frame));
        else {
          types.add(type);
          wrong.push(...isMessage(type, frame, ['many', 'talker'].includes(reader) ? 'streams' : 'stream'));
        }
      }
    }
    expect(wrong).toEqual([]);
    expect([...types].toSorted()).toEqual(
      ['snapshot', 'resumed', 'headline', 'retraction', 'unsubscribed', 'goodbye', 'refusal'].toSorted(),
    );
    expect(heard['flat']).toHaveLength(4);
    expect(heard['cloudevents']).toHaveLength(4);
  });
});

/** What an operation needs of all that any of them takes. */
function pick(body: Readonly<Record<string, unknown>>, operation: string): object {
  const fields: Readonly<Record<string, readonly string[]>> = {
    publishHeadline: ['title'],
    upsertHeadline: ['title', 'version'],
    amendHeadline: ['title', 'change'],
    createChannel: ['name'],
    createKey: ['name', 'scopes'],
  };
  return Object.fromEntries((fields[operation] ?? []).map((field) => [field, body[field]]));
}

async function upgradeListening(
  address: string,
  subprotocols: string[],
  onFrame: (frame: Record<string, unknown>) => void,
) {
  const socket = new WebSocket(address.replace('http', 'ws'), subprotocols);
  later(() => socket.terminate());
  socket.on('message', (data) => onFrame(JSON.parse(String(data)) as Record<string, unknown>));
  const status = await new Promise<number>((resolve, reject) => {
    socket.on('open', () => resolve(101));
    socket.on('error', reject);
  });
  return { status, socket };
}

describe('/openapi.json', () => {
  it('has every method and address that the servers route below /v1, and no other', async () => {
    const folder = await createTemporaryFolder();
    later(() => folder.dispose());
    const engine = await openEmbeddedEngine({ folder: join(folder.path, 'data') });
    later(() => engine.close());
    const gateway = startGateway({ engine, origins: [] });
    later(() => gateway.stop());
    const { router } = createIngest({ engine });
    const routed = [gateway.router, router].flatMap(routesOf);
    const { paths } = openApiDocument('http://127.0.0.1') as { paths: Record<string, object> };
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((key) => key !== 'parameters')
        .map((method) => `${method} ${path}`),
    );
    expect(routed.toSorted()).toEqual(documented.toSorted());
  });
});

/** What Express keeps of a router: the routes that answer one method, not those that refuse the others. */
function routesOf(router: Router): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle as unknown as Router) : [];
    const methods = [...new Set(route.stack.map(({ method }) => method))].filter(
      (method) => method !== undefined,
    );
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    return methods.map((method) => `${method} ${path}`);
  });
}
