import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientFrame } from '../../src/protocol/frames.ts';
import { inTime } from '../support/in-time.ts';
import { openRaw, type RawReader } from '../support/raw-reader.ts';
import { until } from '../support/until.ts';
import { type GatewayService, startGatewayService } from './gateway-service.ts';

const say = ({ socket }: RawReader, frame: ClientFrame) => socket.send(JSON.stringify(frame));

describe('gateway', () => {
  let service: GatewayService;
  let open: RawReader[];
  beforeEach(async () => {
    service = await startGatewayService();
    open = [];
  });
  afterEach(async () => {
    for (const { socket } of open) socket.terminate();
    await service.stop();
  });

  async function read(path: string, protocols?: string[]): Promise<RawReader> {
    const reader = await openRaw(service.url, path, protocols);
    open.push(reader);
    return reader;
  }
  const list = async (query = '', headers: Record<string, string> = {}) => {
    const response = await fetch(`${service.url}/v1/channels/main/headlines${query}`, { headers });
    return {
      response,
      body: response.status === 200 ? ((await response.json()) as Record<string, unknown>) : {},
    };
  };
  const at = (cursor: string) => (frame: Record<string, unknown>) => frame['cursor'] === cursor;

  it('shows each reader what passes its filter, and takes away what has left it', async () => {
    const [sport, culture, all] = await Promise.all(
      ['?section=sport', '?section=culture&section=science', ''].map((query) =>
        read(`/v1/channels/main/stream${query}`),
      ),
    );
    const { id } = await service.post({ title: 'Museum hosts chess final', section: 'sport' });
    await service.amend(id, { section: 'culture' });
    await service.post({ title: 'Rain', section: 'weather' });
    const { cursor } = await service.kill(id, 'Not so.');
    await all?.frame(at(cursor));
    await culture?.frame(at(cursor));
    const kinds = (reader?: RawReader) => reader?.frames.slice(1).map(({ type, change }) => change ?? type);
    expect(kinds(all)).toEqual(['published', 'updated', 'published', 'retraction']);
    expect(kinds(culture)).toEqual(['updated', 'retraction']);
    expect(kinds(sport)).toEqual(['published', 'retraction']);
    expect(sport?.frames.at(-1)).not.toHaveProperty('notice');
  });

  it('resumes a filtered reader by its own cursor, over changes it never saw', async () => {
    const first = await service.post({ title: 'Cup final tonight', section: 'sport' });
    for (let count = 0; count < 5; count += 1)
      await service.post({ title: `Weather ${count}`, section: 'weather' });
    await service.post({ title: 'Cup final postponed', section: 'sport' });
    const reader = await read(`/v1/channels/main/stream?section=sport&since=${first.cursor}`);
    await until(() => reader.frames.length === 2, { state: () => reader.frames });
    expect(reader.frames).toMatchObject([
      { type: 'resumed', cursor: first.cursor },
      { type: 'headline', headline: { title: 'Cup final postponed' } },
    ]);
  });

  it('follows several channels on one connection', async () => {
    const reader = await read('/v1/stream');
    for (const channel of ['main', 'sport']) say(reader, { type: 'subscribe', channel, last: 0 });
    await until(() => reader.frames.length === 2);
    await service.post({ title: 'On main' });
    await service.post({ title: 'On sport' }, 'sport');
    await until(() => reader.frames.length === 4, { state: () => reader.frames });
    expect(reader.frames.slice(2)).toMatchObject([
      { channel: 'main', headline: { title: 'On main' } },
      { channel: 'sport', headline: { title: 'On sport' } },
    ]);
    say(reader, { type: 'unsubscribe', channel: 'main' });
    await reader.frame(({ type }) => type === 'unsubscribed');
    await service.post({ title: 'Not heard' });
    const { cursor } = await service.post({ title: 'Heard' }, 'sport');
    await reader.frame(at(cursor));
    expect(JSON.stringify(reader.frames)).not.toContain('Not heard');
  });

  describe('while a subscription waits for its cursor', () => {
    /** Not known here: the gateway waits for the store's word, about a second. */
    const since = 'elsewhere.9.tag';

    it('hears that it is not wanted any more, and that it is wanted anew', async () => {
      const reader = await read('/v1/stream');
      say(reader, { type: 'subscribe', channel: 'main', since });
      say(reader, { type: 'unsubscribe', channel: 'main' });
      say(reader, { type: 'unsubscribe', channel: 'main' });
      await until(() => reader.frames.length === 2, { state: () => reader.frames });
      expect(reader.frames).toMatchObject([
        { type: 'unsubscribed', channel: 'main' },
        { type: 'refusal', code: 'unknown-channel' },
      ]);
      say(reader, { type: 'subscribe', channel: 'main', last: 0 });
      expect(await reader.frame(({ type }) => type === 'snapshot')).toMatchObject({ headlines: [] });
      say(reader, { type: 'subscribe', channel: 'sport', since });
      await reader.frame(({ channel, type }) => channel === 'sport' && type === 'snapshot');
      const { cursor } = await service.post({ title: 'Once' });
      await reader.frame(at(cursor));
      // The one given up was to be answered before that of the other channel.
      expect(reader.frames.slice(2).map(({ type, channel }) => `${type} ${channel}`)).toEqual([
        'snapshot main',
        'snapshot sport',
        'headline main',
      ]);
    });

    it('counts it as one of those that a connection may have, and as that of its channel', async () => {
      const reader = await read('/v1/stream');
      for (const last of [0, 1]) say(reader, { type: 'subscribe', channel: 'main', since, last });
      for (let n = 0; n < 50; n += 1) say(reader, { type: 'subscribe', channel: `c${n}`, since });
      await until(() => reader.frames.length >= 2, { state: () => reader.frames });
      expect(reader.frames.slice(0, 2)).toMatchObject([
        { type: 'refusal', code: 'already-subscribed', channel: 'main' },
        { type: 'refusal', code: 'too-many-subscriptions', channel: 'c49' },
      ]);
      await reader.frame(({ type }) => type === 'snapshot');
      // What was not there after all takes no place any more.
      await until(() => reader.frames.length === 2 + 49 + 1, { state: () => reader.frames.length });
      say(reader, { type: 'subscribe', channel: 'sport', last: 0 });
      await reader.frame(({ channel, type }) => channel === 'sport' && type === 'snapshot');
    });
  });

  it('lets the readers of a deleted channel go, and keeps those who follow others as well', async () => {
    const [one, many] = [await read('/v1/channels/sport/stream'), await read('/v1/stream')];
    for (const channel of ['main', 'sport']) say(many, { type: 'subscribe', channel });
    await until(() => many.frames.length === 2);
    await service.engine.channels.delete('sport');
    service.gateway.refresh();
    expect(await one.closed).toBe(4504);
    expect(await many.frame(({ type }) => type === 'refusal')).toMatchObject({
      code: 'unknown-channel',
      channel: 'sport',
    });
    const { cursor } = await service.post({ title: 'Main goes on' });
    await many.frame(at(cursor));
  });

  describe('while a handshake waits for its cursor and no one else is there', () => {
    const stream = '/v1/channels/main/stream?since=elsewhere.9.tag';

    it('is not done draining: it lets the reader in, and tells it when to return', async () => {
      const coming = read(stream);
      await until(() => service.handshakes === 1);
      const drained = service.gateway.drain(60_000);
      const reader = await coming;
      expect(await reader.closed).toBe(4000);
      expect(reader.frames.map(({ type }) => type)).toEqual(['snapshot', 'goodbye']);
      await drained;
    });

    it('refuses those for whom there is no more time, and cuts none off', async () => {
      const framed = read(stream);
      const bare = read(stream, []);
      const events = fetch(service.url + stream, { headers: { accept: 'text/event-stream' } });
      bare.catch(() => {});
      await until(() => service.handshakes === 2);
      const fromMs = performance.now();
      await service.gateway.drain(0);
      await expect(bare).rejects.toMatchObject({ status: 503 });
      expect(await (await framed).closed).toBe(4003);
      expect(await (await events).text()).toContain('event: goodbye');
      // Of the three seconds that they might have waited a process that ends leaves them one.
      expect(performance.now() - fromMs).toBeLessThan(2_500);
    });
  });

  it('speaks CloudEvents to those who offer that subprotocol', async () => {
    const reader = await read('/v1/channels/main/stream', ['cloudevents.json']);
    const { id, cursor } = await service.post({ title: 'Locks reopen' });
    await service.kill(id, 'They do not.');
    await until(() => reader.frames.length === 2, { state: () => reader.frames });
    expect(reader.frames[0]).toMatchObject({
      specversion: '1.0',
      id: `${id}@1`,
      source: '/v1/channels/main',
      type: 'newsline.headline.published',
      subject: id,
      sequence: '0000000000000001',
      cursor,
      data: { title: 'Locks reopen' },
    });
    expect(reader.frames[1]).toMatchObject({
      type: 'newsline.headline.retracted',
      data: { id, notice: 'They do not.' },
    });
    expect(JSON.stringify(reader.frames[1])).not.toContain('Locks');
  });

  it('gives flat readers nothing at first unless asked, then the oldest first', async () => {
    for (const title of ['First', 'Second', 'Third']) await service.post({ title });
    const asked = await read('/v1/channels/main/stream?last=2', []);
    await until(() => asked.frames.length === 2);
    expect(asked.frames.map(({ title }) => title)).toEqual(['Second', 'Third']);
    const unasked = await read('/v1/channels/main/stream', []);
    await service.post({ title: 'Fourth' });
    await until(() => unasked.frames.length === 1 && asked.frames.length === 3);
    expect(unasked.frames[0]).toMatchObject({ change: 'published', title: 'Fourth' });
  });

  it('refuses a flat reader a cursor it cannot resume before the handshake', async () => {
    await expect(
      openRaw(service.url, '/v1/channels/main/stream?since=other.3.tag', []),
    ).rejects.toMatchObject({ status: 410 });
  });

  it('answers JSON with the list, or with what changed after a cursor, killed ones by id only', async () => {
    const first = await service.post({ title: 'Stays' });
    const { id } = await service.post({ title: 'Goes' });
    const since = (await list()).body['cursor'];
    await service.kill(id, 'Withdrawn.');
    await service.amend(first.id, { title: 'Stays, changed' });
    const { body } = await list(`?since=${since}`);
    expect(body).toMatchObject({
      resumed: true,
      timeZone: 'Asia/Baku',
      headlines: [{ title: 'Stays, changed', version: 2 }],
      retractions: [{ id, notice: 'Withdrawn.' }],
    });
    expect((await list()).body).toMatchObject({
      resumed: false,
      headlines: [{ title: 'Stays, changed' }],
      retractions: [],
    });
    expect((await list('?since=other.1.tag')).body).toMatchObject({ resumed: false });
  });

  it('lets a cache ask whether anything changed', async () => {
    await service.post({ title: 'Once' });
    const etag = (await list()).response.headers.get('etag') ?? '';
    // Said outright, because fetch else says no-cache beside a condition of one's own.
    const ifChanged = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await list('', ifChanged)).response.status).toBe(304);
    const { cursor } = await service.post({ title: 'Twice' });
    await until(async () => (await list()).body['cursor'] === cursor);
    expect((await list('', ifChanged)).response.status).toBe(200);
  });

  it('names the allowed website in its answer, and varies by it', async () => {
    const { response } = await list('', { origin: 'https://site.example' });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://site.example');
    expect(response.headers.get('vary')).toMatch(/origin/i);
    expect((await list('', { origin: 'https://other.example' })).response.status).toBe(403);
  });

  it('tells a cache that the list changed when a headline expires, which moves no cursor', async () => {
    await service.post({ title: 'Older' });
    const shown = async () => ((await list('?last=1')).body['headlines'] as { title: string }[])[0]?.title;
    const { outcome: etag } = await inTime({
      attempt: async (dueMs) => {
        await service.post({ title: 'Short-lived', expiresAt: new Date(dueMs).toISOString() });
        await until(async () => (await shown()) === 'Short-lived', { withinMs: dueMs - Date.now() });
        return (await list('?last=1')).response.headers.get('etag') ?? '';
      },
    });
    await until(async () => (await shown()) === 'Older');
    const ifChanged = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await list('?last=1', ifChanged)).response.status).toBe(200);
  });

  it('gives who missed very much the list instead of the changes', async () => {
    const first = await service.post({ title: 'First' });
    for (let count = 0; count < 201; count += 1) await service.post({ title: `Another ${count}` });
    expect((await list(`?since=${first.cursor}`)).body).toMatchObject({ resumed: false });
  });

  it('answers HEAD of a stream with its header fields, and ends', async () => {
    const response = await fetch(`${service.url}/v1/channels/main/stream`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(service.gateway.state.connections).toBe(0);
  });

  it('counts no reader who left before it was seated', async () => {
    const leaving = Array.from({ length: 20 }, () => new AbortController());
    const asked = leaving.map(({ signal }) =>
      fetch(`${service.url}/v1/channels/nowhere-yet/stream`, { signal }).catch(() => undefined),
    );
    await service.engine.channels.create({
      name: 'nowhere-yet',
      language: 'en',
      timeZone: 'UTC',
      origins: [],
    });
    for (const controller of leaving) controller.abort();
    await Promise.all(asked);
    const reader = await read('/v1/channels/nowhere-yet/stream');
    await reader.frame(({ type }) => type === 'snapshot');
    await until(() => service.gateway.state.connections === 1, { state: () => service.gateway.state });
  });

  it('shows nothing that has expired', async () => {
    const shown = async () => ((await list()).body['headlines'] as unknown[]).length;
    await inTime({
      attempt: async (dueMs) => {
        await service.post({ title: 'Short-lived', expiresAt: new Date(dueMs).toISOString() });
        await until(async () => (await shown()) === 1, { withinMs: dueMs - Date.now() });
      },
    });
    await until(async () => (await shown()) === 0);
  });

  it('finds a channel that was made a moment ago', async () => {
    await service.engine.channels.create({ name: 'new', language: 'en', timeZone: 'UTC', origins: [] });
    const reader = await read('/v1/channels/new/stream');
    await reader.frame(({ type }) => type === 'snapshot');
  });
});
