import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ConnectOptions, connect, type WebSocketLike } from '../../client-sdk/src/index.ts';
import type { ServerFrame } from '../../src/protocol/frames.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';

const NOW = Date.UTC(2024, 3, 24, 12);

class FakeSocket implements WebSocketLike {
  static made: FakeSocket[] = [];
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly #listeners = new Map<string, (event: never) => void>();
  isClosed = false;

  constructor(url: string, protocols: readonly string[]) {
    this.url = new URL(url);
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  #tell(type: string, event: object): void {
    this.#listeners.get(type)?.(event as never);
  }

  receive(frame: ServerFrame | string): void {
    this.#tell('message', { data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  receiveSnapshot(headlines: readonly Headline[], sequence = 1): void {
    this.receive({
      type: 'snapshot',
      channel: 'en',
      cursor: `e1.${sequence}.t`,
      resumed: false,
      serverTime: new Date(NOW).toISOString(),
      timeZone: 'Asia/Baku',
      headlines,
    });
  }

  receiveHeadline(sequence: number, headline: Headline): void {
    this.receive({
      type: 'headline',
      channel: 'en',
      cursor: `e1.${sequence}.t`,
      change: 'published',
      headline,
    });
  }

  fail(code = 1006, reason = ''): void {
    this.#tell('error', {});
    this.#tell('close', { code, reason });
  }
}

const sockets = () => FakeSocket.made;
const latest = (): FakeSocket => {
  const socket = FakeSocket.made.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
};
const start = (more: Partial<ConnectOptions> = {}) =>
  connect({
    url: 'https://news.example',
    channel: 'en',
    WebSocket: FakeSocket,
    fallback: false,
    random: () => 0.5,
    ...more,
  });

beforeEach(() => {
  FakeSocket.made = [];
  jest.useFakeTimers({ now: NOW, doNotFake: ['queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('connect', () => {
  it('asks for the channel with its filter, by the subprotocol', () => {
    const ticker = start({
      url: 'https://news.example/push/',
      channel: 'en',
      last: 5,
      filter: { section: ['harbour', 'sport'], maxUrgency: 3 },
    });
    expect(latest().url.href).toBe(
      'wss://news.example/push/v1/channels/en/stream?last=5&section=harbour&section=sport&maxUrgency=3',
    );
    expect(latest().protocols).toEqual(['newsline.v1']);
    ticker.close();
  });

  it.each<[string, Partial<ConnectOptions>]>([
    ['an address that is none', { url: 'news.example' }],
    ['an address that is not http', { url: 'javascript:alert(1)' }],
    ['no channel', { channel: '' }],
    ['too long a list', { last: 101 }],
    ['half a headline', { last: 1.5 }],
  ])('throws at once for %s', (_, more) => {
    expect(() => start(more)).toThrow(TypeError);
    expect(sockets()).toHaveLength(0);
  });

  it('tells the list, each headline and each retraction, and keeps the list newest first', () => {
    const ticker = start();
    const told: unknown[] = [];
    ticker.on('change', ({ headlines, timeZone }) => told.push([headlines.map(({ id }) => id), timeZone]));
    ticker.on('headline', ({ change, headline }) => told.push([change, headline.id]));
    ticker.on('retraction', ({ id, notice }) => told.push([id, notice]));
    ticker.on('status', ({ status }) => told.push(status));
    latest().receiveSnapshot(inventHeadlines(1));
    latest().receiveHeadline(2, inventHeadline(2));
    latest().receive({
      type: 'retraction',
      channel: 'en',
      cursor: 'e1.3.t',
      id: 'story-1',
      notice: 'Withdrawn',
    });
    expect(told).toEqual([
      [['story-1'], 'Asia/Baku'],
      'live',
      ['published', 'story-2'],
      [['story-2', 'story-1'], 'Asia/Baku'],
      ['story-1', 'Withdrawn'],
      [['story-2'], 'Asia/Baku'],
    ]);
    ticker.close();
  });

  it('resumes after the last change it saw, in a new socket, once the old one is gone', () => {
    const ticker = start();
    latest().receiveSnapshot(inventHeadlines(1));
    latest().receiveHeadline(2, inventHeadline(2));
    const first = latest();
    first.fail();
    expect(ticker.status).toBe('reconnecting');
    expect(sockets()).toHaveLength(1);
    jest.advanceTimersByTime(499);
    expect(sockets()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sockets()).toHaveLength(2);
    expect(latest().url.searchParams.get('since')).toBe('e1.2.t');
    latest().receive({ type: 'resumed', channel: 'en', cursor: 'e1.2.t' });
    latest().receiveHeadline(3, inventHeadline(3));
    expect(ticker.headlines.map(({ id }) => id)).toEqual(['story-3', 'story-2', 'story-1']);
    ticker.close();
  });

  it('does not listen to a socket that it let go', () => {
    const ticker = start();
    const slow = latest();
    jest.advanceTimersByTime(10_000);
    expect(slow.isClosed).toBe(true);
    slow.receiveSnapshot(inventHeadlines(1));
    slow.fail(4504);
    expect(ticker.status).toBe('reconnecting');
    expect(ticker.headlines).toEqual([]);
    ticker.close();
  });

  it('comes back when a goodbye says, and not before', () => {
    const ticker = start();
    latest().receiveSnapshot([]);
    latest().receive({ type: 'goodbye', retryAfterMs: 7_000 });
    expect(latest().isClosed).toBe(true);
    jest.advanceTimersByTime(6_999);
    expect(sockets()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sockets()).toHaveLength(2);
    ticker.close();
  });

  it('stops for good where it is refused, and says why', () => {
    const ticker = start();
    const told = jest.fn();
    ticker.on('status', told);
    latest().receive({ type: 'refusal', code: 'unknown-channel', message: 'there is no channel xx' });
    latest().fail(4504, '');
    expect(told.mock.calls).toEqual([[{ status: 'refused', code: 4504, reason: 'unknown-channel' }]]);
    jest.advanceTimersByTime(3_600_000);
    expect(sockets()).toHaveLength(1);
    ticker.close();
  });

  it('drops a cursor that the server does not take, and begins anew', () => {
    const ticker = start({ since: 'of-another-service' });
    expect(latest().url.searchParams.get('since')).toBe('of-another-service');
    latest().fail(4502, 'bad-cursor');
    jest.advanceTimersByTime(500);
    expect(latest().url.searchParams.has('since')).toBe(false);
    ticker.close();
  });

  it('tries again where a socket cannot even be made', () => {
    let tries = 0;
    const ticker = start({
      WebSocket: class extends FakeSocket {
        constructor(url: string, protocols: readonly string[]) {
          tries += 1;
          if (tries === 1) throw new Error('not allowed now');
          super(url, protocols);
        }
      },
    });
    return Promise.resolve().then(() => {
      expect(ticker.status).toBe('reconnecting');
      jest.advanceTimersByTime(500);
      expect(tries).toBe(2);
      ticker.close();
    });
  });

  it('lets no listener that throws break the others', () => {
    const onListenerError = jest.fn();
    const ticker = start({ onListenerError });
    const heard = jest.fn();
    const broken = new Error('broken');
    ticker.on('change', () => {
      throw broken;
    });
    ticker.on('change', heard);
    latest().receiveSnapshot(inventHeadlines(1));
    expect(heard).toHaveBeenCalledTimes(1);
    expect(onListenerError.mock.calls).toEqual([[broken]]);
    expect(ticker.status).toBe('live');
    ticker.close();
  });

  it('no longer tells a listener that was taken away, also while others are being told', () => {
    const ticker = start();
    const heard = jest.fn();
    ticker.on('change', () => stop());
    const stop = ticker.on('change', heard);
    latest().receiveSnapshot([]);
    expect(heard).not.toHaveBeenCalled();
    ticker.close();
  });

  it('passes over what is no frame, and what only a later version knows', () => {
    const ticker = start();
    for (const text of ['', 'null', '{', '{"type":"presence"}']) latest().receive(text);
    expect(ticker.status).toBe('connecting');
    ticker.close();
  });

  it('takes a headline away when it expires', () => {
    const ticker = start();
    const told = jest.fn();
    latest().receiveSnapshot([
      inventHeadline(2, { expiresAt: new Date(NOW + 5_000).toISOString() }),
      inventHeadline(1),
    ]);
    ticker.on('change', ({ headlines }) => told(headlines.map(({ id }) => id)));
    jest.advanceTimersByTime(4_999);
    expect(told).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(told.mock.calls).toEqual([[['story-1']]]);
    ticker.close();
  });

  it('leaves nothing behind when it is closed', () => {
    const ticker = start();
    const told = jest.fn();
    latest().receiveSnapshot([inventHeadline(1, { expiresAt: new Date(NOW + 5_000).toISOString() })]);
    ticker.on('status', told);
    ticker.on('change', told);
    ticker.close();
    ticker.close();
    latest().receiveHeadline(2, inventHeadline(2));
    expect(told.mock.calls).toEqual([[{ status: 'closed' }]]);
    expect(latest().isClosed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('where HTTP serves in place of a WebSocket', () => {
  it('tries a WebSocket again no sooner than the stream it has now was opened for', async () => {
    const fetched: ReadableStreamDefaultController<Uint8Array>[] = [];
    const place = { channel: 'en', cursor: 'e1.1.t', resumed: false };
    const list = { ...place, headlines: inventHeadlines(1), retractions: [] };
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
      if (!`${address}`.includes('/stream'))
        return new Response(JSON.stringify(list), { headers: { 'content-type': 'application/json' } });
      const body = new ReadableStream<Uint8Array>({ start: (stream) => void fetched.push(stream) });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const streamed = async (count: number) => {
      // A part loads in its own time, which no clock of a test moves.
      while (fetched.length < count) {
        await new Promise((resolve) => setImmediate(resolve));
        await jest.advanceTimersByTimeAsync(50);
      }
    };
    const tell = async (frame: object) => {
      fetched.at(-1)?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(frame)}\n\n`));
      await jest.advanceTimersByTimeAsync(10);
    };
    const snapshot = { ...list, type: 'snapshot', serverTime: new Date(NOW).toISOString() };

    const ticker = start({ fallback: true });
    latest().fail();
    await streamed(1);
    await tell(snapshot);
    expect(ticker.status).toBe('live');
    await jest.advanceTimersByTimeAsync(1_000);
    await tell(snapshot);
    await jest.advanceTimersByTimeAsync(99_000);
    await tell({ type: 'goodbye', retryAfterMs: 0 });
    await streamed(2);
    await tell(snapshot);
    expect(ticker.status).toBe('live');
    // 225 seconds after the first list of the first stream, and 125 after that of the second.
    await jest.advanceTimersByTimeAsync(130_000);
    expect(sockets()).toHaveLength(1);
    expect(ticker.status).toBe('live');
    ticker.close();
  });
});
