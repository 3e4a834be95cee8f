import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import {
  type IngestService,
  makeKey,
  type OpenedEngine,
  openIngest,
  type Reply,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;
let flaky: IngestService | undefined;
const EN = '/v1/channels/en/headlines';
const AZ = '/v1/channels/az/headlines';

beforeAll(async () => {
  ({ opened, service } = await openIngest([{ name: 'en' }, { name: 'az' }]));
});
afterEach(async () => {
  await flaky?.close();
  flaky = undefined;
});
afterAll(async () => {
  await service?.close();
  await opened?.dispose();
});

/** Sends a request under an idempotency key. */
const send = (idempotencyKey: string, method: string, path: string, body?: unknown, key?: string) =>
  service.ask(method, path, body, {
    headers: { 'idempotency-key': idempotencyKey },
    ...(key !== undefined && { key }),
  });

const essence = ({ status, text, headers }: Reply) => ({ status, text, etag: headers.get('etag') });
const isReplayed = ({ headers }: Reply) => headers.get('idempotent-replayed') === 'true';
const idOf = ({ body }: Reply) => (body['headline'] as { id: string }).id;

function expectReplay(first: Reply, second: Reply): void {
  expect(isReplayed(first)).toBe(false);
  expect(isReplayed(second)).toBe(true);
  expect(essence(second)).toEqual(essence(first));
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
}

describe('a request that comes twice under one idempotency key', () => {
  it('is carried out once, and answered twice alike', async () => {
    const body = { title: 'Once', section: 'city' };
    const first = await send('post-1', 'POST', EN, body);
    expect(first.status).toBe(201);
    expectReplay(first, await send('post-1', 'POST', EN, body));
    expectReplay(first, await send('post-1', 'POST', EN, { section: 'city', title: 'Once' }));
  });

  it('is answered alike though the headline has moved on or is gone', async () => {
    const first = await send('post-2', 'POST', EN, { title: 'Before', id: 'moved' });
    await service.ask('PATCH', `${EN}/moved`, { change: 'updated', title: 'After' });
    expectReplay(first, await send('post-2', 'POST', EN, { title: 'Before', id: 'moved' }));
    await service.ask('DELETE', `${EN}/moved`);
    expectReplay(first, await send('post-2', 'POST', EN, { title: 'Before', id: 'moved' }));
    expect((await service.ask('GET', `${EN}/moved`)).body).toMatchObject({ status: 'retracted' });
  });

  it('is carried out once where both come at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => send('race', 'POST', EN, { title: 'Race' })),
    );
    expect(new Set(replies.map(idOf)).size).toBe(1);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(replies.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(replies.filter((reply) => !isReplayed(reply))).toHaveLength(1);
  });

  it('is carried out once where it schedules, and answered alike after its release', async () => {
    const publishAt = new Date(opened.clock.ms + 600_000).toISOString();
    const body = { title: 'Planned', publishAt };
    const first = await send('plan', 'POST', EN, body);
    expect(first.status).toBe(202);
    expectReplay(first, await send('plan', 'POST', EN, body));
    opened.clock.ms += 3_600_000;
    expectReplay(first, await send('plan', 'POST', EN, body));
    expect((await send('plan-2', 'POST', EN, body)).fields).toEqual(['publishAt']);
  });

  it('holds for upserts, amendments and kills', async () => {
    const put = await send('put', 'PUT', `${EN}/all`, { title: 'One', version: 1 });
    expect(put.status).toBe(201);
    expectReplay(put, await send('put', 'PUT', `${EN}/all`, { title: 'One', version: 1 }));
    const amendment = { change: 'updated', title: 'Two' };
    const patch = await send('patch', 'PATCH', `${EN}/all`, amendment);
    expectReplay(patch, await send('patch', 'PATCH', `${EN}/all`, amendment));
    const kill = await send('kill', 'DELETE', `${EN}/all`, { notice: 'Withdrawn' });
    expect(kill.body).toMatchObject({ applied: true, version: 3 });
    expectReplay(kill, await send('kill', 'DELETE', `${EN}/all`, { notice: 'Withdrawn' }));
    expect((await service.ask('GET', `${EN}/all`)).body['history']).toHaveLength(3);
  });

  it('is carried out once though the first answer never came', async () => {
    let isCut = true;
    const { engine } = opened;
    const cutting: Pick<Engine, 'channels' | 'keys' | 'headlines'> = {
      ...engine,
      headlines: {
        ...engine.headlines,
        async commit(commit) {
          const result = await engine.headlines.commit(commit);
          if (isCut) throw new EngineUnavailable('lost after the commit');
          return result;
        },
      },
    };
    const started = await startIngestService({ engine: cutting, now: () => opened.clock.ms });
    flaky = started;
    const post = () =>
      started.ask('POST', EN, { title: 'Cut off' }, { headers: { 'idempotency-key': 'cut' } });
    expect((await post()).status).toBe(503);
    isCut = false;
    const second = await post();
    const third = await post();
    expect([second.status, isReplayed(second)]).toEqual([201, true]);
    expect(idOf(third)).toBe(idOf(second));
  });
});

describe('an idempotency key', () => {
  it('is refused with another body, another method or another headline', async () => {
    await send('reused', 'PUT', `${EN}/a`, { title: 'One', version: 1 });
    for (const [method, path, body] of [
      ['PUT', `${EN}/a`, { title: 'Two', version: 1 }],
      ['PUT', `${EN}/b`, { title: 'One', version: 1 }],
      ['POST', EN, { title: 'One' }],
      ['DELETE', `${EN}/a`, undefined],
    ] as const) {
      const reply = await send('reused', method, path, body);
      expect([method, path, reply.status, reply.code]).toEqual([method, path, 422, 'key-reused']);
    }
    expect((await service.ask('GET', `${EN}/a`)).body).toMatchObject({ headline: { title: 'One' } });
  });

  it('is refused over another version than the first was made for', async () => {
    await service.ask('PUT', `${EN}/matched`, { title: 'One', version: 4 });
    const amend = (version: string | undefined, key: string, method = 'PATCH') =>
      service.ask(method, `${EN}/matched`, method === 'PATCH' ? { change: 'updated', title: 'Two' } : {}, {
        headers: { 'idempotency-key': key, ...(version !== undefined && { 'if-match': version }) },
      });
    const first = await amend('"4"', 'match-1');
    expect(first.status).toBe(200);
    expectReplay(first, await amend('W/"4"', 'match-1'));
    for (const version of ['"5"', undefined])
      expect((await amend(version, 'match-1')).code).toBe('key-reused');
    const kill = await amend('"5"', 'match-2', 'DELETE');
    expect(kill.body).toMatchObject({ applied: true, version: 6 });
    expectReplay(kill, await amend('"5"', 'match-2', 'DELETE'));
    for (const version of ['"6"', undefined])
      expect((await amend(version, 'match-2', 'DELETE')).code).toBe('key-reused');
  });

  it('belongs to one API key and one channel', async () => {
    const other = await makeKey(service, { scopes: ['publish'] });
    const body = { title: 'Shared' };
    const ids = [
      await send('shared', 'POST', EN, body),
      await send('shared', 'POST', AZ, body),
      await send('shared', 'POST', EN, body, other.secret),
    ].map(idOf);
    expect(new Set(ids).size).toBe(3);
  });

  it('is forgotten with a refusal, so that the request can be mended', async () => {
    expect((await send('mended', 'POST', EN, { title: '' })).status).toBe(422);
    expect((await send('mended', 'POST', EN, { title: 'Mended' })).status).toBe(201);
  });

  it('is forgotten after a day', async () => {
    const first = await send('old', 'POST', EN, { title: 'Old' });
    opened.clock.ms += 25 * 3_600_000;
    expect(idOf(await send('old', 'POST', EN, { title: 'Old' }))).not.toBe(idOf(first));
  });

  it('is 1 to 255 printable characters', async () => {
    expect((await send('x'.repeat(255), 'POST', EN, { title: 'x' })).status).toBe(201);
    for (const wrong of ['', 'x'.repeat(256), 'caf\u00e9', 'a\tb']) {
      const reply = await send(wrong, 'POST', EN, { title: 'x' });
      expect([reply.status, reply.fields]).toEqual([422, ['Idempotency-Key']]);
    }
  });
});
