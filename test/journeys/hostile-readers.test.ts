/** Readers that break rules are refused or let go, and everyone else is served meanwhile. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { type Newsroom, openNewsroom } from '../support/newsroom.ts';
import { openRaw, type RawReader } from '../support/raw-reader.ts';
import { until } from '../support/until.ts';

const STREAM = '/v1/channels/main/stream';

describe('a gateway with hostile readers', () => {
  let deployment: Deployment;
  let url: string;
  let newsroom: Newsroom;
  let witness: RawReader;
  let posted = 0;

  beforeAll(async () => {
    deployment = await deployEmbedded([
      '--max-connections-per-address',
      '12',
      '--max-subscriptions-per-connection',
      '2',
    ]);
    url = deployment.gateways[0].url;
    newsroom = openNewsroom(url);
    for (const name of ['second', 'third']) {
      await fetch(`${url}/v1/channels`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
    }
  });
  afterAll(() => deployment.stop());
  beforeEach(async () => {
    witness = await openRaw(url, STREAM);
  });
  // Whatever a test did, the one reader who did nothing wrong is served.
  afterEach(async () => {
    posted += 1;
    const { cursor } = await newsroom.post({ title: `Still on air ${posted}` });
    await witness.frame((frame) => frame['cursor'] === cursor);
    witness.socket.terminate();
    await until(async () => /^newsline_connections 0$/m.test(await (await fetch(`${url}/metrics`)).text()));
  });

  const refusal = (code: string) => (frame: Record<string, unknown>) =>
    frame['type'] === 'refusal' && frame['code'] === code;

  it('refuses what is no frame, and goes on serving that reader', async () => {
    const reader = await openRaw(url, '/v1/stream');
    for (const text of ['', 'hello', '[]', '{"type":"publish","title":"Mine"}']) reader.socket.send(text);
    await until(() => reader.frames.length === 4, { state: () => reader.frames });
    expect(reader.frames.every(refusal('unknown-frame'))).toBe(true);
    reader.socket.send('{"type":"subscribe","channel":"main","last":0}');
    await reader.frame(({ type, channel }) => type === 'snapshot' && channel === 'main');
    reader.socket.terminate();
  });

  it('refuses an unknown channel, a second subscription to one, and more than the limit', async () => {
    const reader = await openRaw(url, '/v1/stream');
    const subscribe = (channel: string) => reader.socket.send(JSON.stringify({ type: 'subscribe', channel }));
    subscribe('nowhere');
    expect(await reader.frame(refusal('unknown-channel'))).toMatchObject({ channel: 'nowhere' });
    subscribe('main');
    subscribe('main');
    expect(await reader.frame(refusal('already-subscribed'))).toMatchObject({ channel: 'main' });
    subscribe('second');
    subscribe('third');
    expect(await reader.frame(refusal('too-many-subscriptions'))).toMatchObject({ channel: 'third' });
    reader.socket.send('{"type":"unsubscribe","channel":"second"}');
    await reader.frame(({ type }) => type === 'unsubscribed');
    subscribe('third');
    await reader.frame(({ type, channel }) => type === 'snapshot' && channel === 'third');
    reader.socket.terminate();
  });

  it.each([
    ['a cursor that is none of ours', `${STREAM}?since=yesterday`, 'bad-cursor', 4502, 400],
    ['a channel that is not there', '/v1/channels/nowhere/stream', 'unknown-channel', 4504, 404],
    ['a channel of ours', '/v1/channels/_canary/stream', 'unknown-channel', 4504, 404],
    ['a parameter we do not know', `${STREAM}?secret=1`, 'invalid-field', 4500, 422],
  ])(
    'refuses %s in a frame and a close code, and over HTTP where there are no such frames',
    async (_name, path, code, closeCode, status) => {
      const reader = await openRaw(url, path);
      expect(await reader.closed).toBe(closeCode);
      expect(reader.frames).toEqual([expect.objectContaining({ type: 'refusal', code })]);
      await expect(openRaw(url, path, [])).rejects.toMatchObject({ status });
      expect((await fetch(`${url}${path}`)).status).toBe(status);
    },
  );

  it.each([
    ['a message over the limit', (reader: RawReader) => reader.socket.send('x'.repeat(5_000)), 4509],
    ['a message over all limits', (reader: RawReader) => reader.socket.send('x'.repeat(100_000)), 1009],
    ['a flood of messages', flood, 4507],
    ['frames where none are taken, again and again', (reader: RawReader) => flood(reader, 20), 4507],
    [
      'text that is no UTF-8',
      (reader: RawReader) => rawBytes(reader, [0x81, 0x82, 1, 2, 3, 4, 0xff ^ 1, 0xff ^ 2]),
      1007,
    ],
    ['an unmasked frame', (reader: RawReader) => rawBytes(reader, [0x81, 0x02, 0x68, 0x69]), 1002],
    ['a fragment without end over the limit', fragments, 1009],
  ])('lets go who sends %s', async (_name, misbehave, closeCode) => {
    const reader = await openRaw(url, STREAM);
    misbehave(reader);
    expect(await reader.closed).toBe(closeCode);
  });

  it('denies a website that is not allowed before the handshake', async () => {
    const from = (origin: string) => openRaw(url, STREAM, ['newsline.v1'], { origin });
    await expect(from('https://elsewhere.example')).rejects.toMatchObject({ status: 403 });
    await expect(from('null')).rejects.toMatchObject({ status: 403 });
    const own = await from(url);
    own.socket.terminate();
  });

  it('lets a website that is not allowed read that it is not, and nothing else', async () => {
    const origin = 'https://elsewhere.example';
    for (const channel of ['main', 'secret']) {
      const response = await fetch(`${url}/v1/channels/${channel}/headlines`, { headers: { origin } });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, origin]);
      expect(await response.json()).toEqual({
        type: 'urn:newsline:problem:origin-denied',
        title: 'This website is not allowed to read here',
        status: 403,
        detail: `Origin: ${origin} is not among the allowed origins`,
      });
    }
  });

  it('refuses too many connections from one address, and says when to come back', async () => {
    const readers = await Promise.all(Array.from({ length: 11 }, () => openRaw(url, STREAM)));
    await expect(openRaw(url, STREAM)).rejects.toMatchObject({ status: 429, retryAfter: '30' });
    expect((await fetch(`${url}${STREAM}`)).status).toBe(429);
    for (const { socket } of readers) socket.terminate();
  });

  it('answers what is no handshake, and shrugs off what is no HTTP', async () => {
    await expect(openRaw(url, '/v1/nothing')).rejects.toMatchObject({ status: 404 });
    await expect(openRaw(url, STREAM, ['unheard-of.v9'])).rejects.toMatchObject({ status: 400 });
    const { hostname, port } = new URL(url);
    for (const bytes of [
      '\0\0\0\0',
      'GET /v1/channels/main/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'POST',
    ]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes);
      if (bytes !== 'POST') {
        socket.resume();
        await once(socket, 'close');
      } else socket.destroy();
    }
  });
});

function flood({ socket }: RawReader, messages = 300): void {
  for (let count = 0; count < messages; count += 1) socket.send(`{"count":${count}}`);
}

/** Past the library, which would not send it. */
function rawBytes({ socket }: RawReader, bytes: number[]): void {
  (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(Buffer.from(bytes));
}

function fragments({ socket }: RawReader): void {
  for (let count = 0; count < 40; count += 1) socket.send('x'.repeat(4_000), { fin: false });
}
