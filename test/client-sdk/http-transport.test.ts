import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openHttp } from '../../client-sdk/src/transports/http.ts';
import { isServerFrame } from '../../src/protocol/frames.ts';
import { toProblemResponse } from '../../src/protocol/refusal.ts';
import { until } from '../support/until.ts';
import { inventHeadline } from './invented-headlines.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ends: (() => unknown)[] = [];
let answer: Answer;
let url: string;
const asked: IncomingMessage[] = [];

beforeEach(async () => {
  asked.length = 0;
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
});
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const list = {
  channel: 'en',
  cursor: 'e1.4.t',
  timeZone: 'Asia/Baku',
  resumed: false,
  headlines: [inventHeadline(1)],
  retractions: [],
};
const sendJson = (response: ServerResponse, body: object, headers: Record<string, string> = {}) =>
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));

/** Opens it, and writes down what it tells. */
function open({
  isStreamBlocked = true,
  since,
}: {
  isStreamBlocked?: boolean;
  since?: string;
} = {}): unknown[] {
  const told: unknown[] = [];
  const close = openHttp(
    { address: `${url}/v1/channels/en`, channel: 'en', query: new URLSearchParams('last=20'), since },
    { isServerFrame, random: () => 0.5, isStreamBlocked, pollMs: 10 },
    {
      frame: (frame) => told.push(frame),
      ready: (name) => told.push(name),
      goodbye: (ms) => told.push(['goodbye', ms]),
      lost: (code, reason) => told.push(['lost', code, reason]),
    },
  );
  ends.push(close);
  return told;
}

describe('reading by HTTP', () => {
  it('tells the list, then what came and went since, and asks with the ETag while nothing does', async () => {
    const since = {
      ...list,
      resumed: true,
      cursor: 'e1.7.t',
      headlines: [inventHeadline(3), inventHeadline(2)],
    };
    answer = (request, response) => {
      const asksSince = new URL(request.url ?? '/', url).searchParams.get('since');
      if (asksSince === null)
        sendJson(response, list, { etag: '"a"', date: 'Wed, 24 Apr 2024 12:00:00 GMT' });
      else if (asksSince === 'e1.4.t') {
        sendJson(
          response,
          { ...since, retractions: [{ id: 'story-1', notice: 'Withdrawn' }] },
          { etag: '"b"' },
        );
      } else if (request.headers['if-none-match'] === '"c"') response.writeHead(304, { etag: '"c"' }).end();
      else sendJson(response, { ...since, headlines: [] }, { etag: '"c"' });
    };
    const told = open();
    await until(() => asked.filter(({ headers }) => headers['if-none-match'] === '"c"').length > 2);
    expect(told).toEqual([
      { ...list, type: 'snapshot', serverTime: 'Wed, 24 Apr 2024 12:00:00 GMT' },
      'poll',
      expect.objectContaining({
        type: 'headline',
        change: 'published',
        isPart: true,
        headline: inventHeadline(2),
      }),
      expect.objectContaining({
        type: 'headline',
        change: 'published',
        isPart: true,
        headline: inventHeadline(3),
      }),
      { type: 'retraction', channel: 'en', cursor: 'e1.7.t', id: 'story-1', notice: 'Withdrawn' },
    ]);
  });

  it('follows events where they come through, cut into whatever pieces', async () => {
    const frame = {
      type: 'headline',
      channel: 'en',
      cursor: 'e1.5.t',
      change: 'published',
      headline: inventHeadline(2),
    };
    answer = (request, response) => {
      if (!request.url?.includes('/stream')) return void sendJson(response, list);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const text = [
        'retry: 700\n\n:\n\n',
        `event: resumed\nid: e1.4.t\ndata: {"type":"resumed","channel":"en","cursor":"e1.4.t"}\n\n`,
        `event: headline\nid: e1.5.t\ndata: ${JSON.stringify(frame)}\n\nevent: presence\ndata: {"type":"presence"}\n\n`,
        'event: goodbye\ndata: {"type":"goodbye","retryAfterMs":70}\n\n',
      ].join('');
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
    };
    const told = open({ isStreamBlocked: false });
    await until(() => told.some((event) => Array.isArray(event)));
    expect(told.slice(1)).toEqual([
      { type: 'resumed', channel: 'en', cursor: 'e1.4.t' },
      'stream',
      frame,
      ['goodbye', 70],
    ]);
    expect(asked[1]?.url).toBe('/v1/channels/en/stream?last=20&since=e1.4.t');
  });

  it.each([
    ['too-many-connections', 30_000, ['goodbye', 45_000]],
    ['draining', undefined, ['goodbye', 1_500]],
    ['unknown-channel', undefined, ['lost', 4504, 'unknown-channel']],
    ['origin-denied', undefined, ['lost', 4513, 'origin-denied']],
    ['bad-cursor', undefined, ['lost', 4502, 'bad-cursor']],
  ] as const)('obeys the refusal %s', async (code, retryAfterMs, event) => {
    const { error } = console;
    console.error = () => {};
    ends.push(() => {
      console.error = error;
    });
    answer = (_request, response) => {
      const { status, headers, body } = toProblemResponse({
        code,
        message: 'no',
        ...(retryAfterMs && { retryAfterMs }),
      });
      response.writeHead(status, headers).end(body);
    };
    const told = open();
    await until(() => told.length > 0);
    expect(told).toEqual([event]);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<form>')],
    [
      'a page that is not found',
      (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('no'),
    ],
    [
      'a refusal by someone else',
      (_, response) =>
        response.writeHead(403, { 'content-type': 'application/problem+json' }).end('{"type":"about:blank"}'),
    ],
    ['null', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('null')],
    [
      'half an answer',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"chan'),
    ],
    ['another channel', (_, response) => void sendJson(response, { ...list, channel: 'az' })],
    [
      'headlines that are none',
      (_, response) => void sendJson(response, { ...list, headlines: [{ id: 1 }] }),
    ],
    [
      'changes without their end',
      (_, response) => void sendJson(response, { ...list, resumed: true, retractions: 7 }),
    ],
    ['a connection that breaks', (request) => void request.socket.destroy()],
    [
      'the list, by another website',
      (request, response) => {
        if (request.url?.startsWith('/elsewhere')) return void sendJson(response, list);
        const other = url.replace('127.0.0.1', 'localhost');
        response.writeHead(302, { location: `${other}/elsewhere` }).end();
      },
    ],
  ])('takes %s for no news', async (_name, given) => {
    answer = given;
    const told = open();
    await until(() => told.length > 0);
    expect(told).toEqual([['lost', 1006, '']]);
  });

  it('tells nothing after it was closed', async () => {
    let isAsked = () => {};
    const wasAsked = new Promise<void>((resolve) => (isAsked = resolve));
    let left = () => {};
    const hasLeft = new Promise<void>((resolve) => (left = resolve));
    answer = (_request, response) => {
      response.on('close', left);
      isAsked();
    };
    const told = open();
    await wasAsked;
    (ends.pop() as () => void)();
    await hasLeft;
    expect(told).toEqual([]);
  });
});
