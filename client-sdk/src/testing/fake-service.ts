/**
 * Fake service: channels in memory, and a WebSocket class that leads to them: for `connect({ WebSocket })`, or in the
 * place of the platform's where the page holds the element. No network, no time of its own, nothing random.
 *
 * It speaks `newsline.v1` over WebSockets and nothing else: filters, cursors, resuming, goodbyes, refusals.
 */
import { CLOSE } from '../../../src/protocol/close-code.ts';
import { parseCursor } from '../../../src/protocol/cursor.ts';
import {
  createFakeChannel,
  type FakeChannel,
  type FakeChannelOptions,
  type FollowedChannel,
} from './fake-channel.ts';
import { type FakeReception, FakeSocket, type FakeWebSocket } from './fake-socket.ts';

export interface FakeServiceOptions extends FakeChannelOptions {
  /** Name of the first channel. @default 'main' */
  readonly channel?: string;
  /** Milliseconds since 1970 UTC. @default Date.now */
  readonly now?: () => number;
}

/** The service is its first channel too, as most tests need no other. */
export interface FakeService extends FakeChannel {
  readonly WebSocket: new (url: string | URL, protocols?: string | string[]) => FakeWebSocket;
  /** Base to connect to; nothing is ever asked of it. */
  readonly url: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Resolves once as many connections are open. @default 1 */
  connected(count?: number): Promise<void>;
  /** Makes another channel. Those that nobody made are refused. */
  addChannel(name: string, options?: FakeChannelOptions): FakeChannel;
  /** Asks everyone to come back, as a service does that is about to stop. @default 0 */
  goodbye(retryAfterMs?: number): void;
  /** Breaks every connection off, without a goodbye. */
  cut(): void;
  /** Whether connections are taken; while not, each fails as if nothing were there. @default true */
  isReachable: boolean;
}

/** Close code of a connection that broke. [RFC 6455 7.1.5] */
const BROKEN = 1006;
const BAD_CURSOR = 4502;

export function createFakeService({
  channel = 'main',
  now = Date.now,
  ...options
}: FakeServiceOptions = {}): FakeService {
  const first = createFakeChannel(channel, { ...options, now });
  const channels = new Map<string, FollowedChannel>([[channel, first]]);
  const open = new Map<FakeSocket, () => void>();
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  let isReachable = true;

  function refuse(socket: FakeSocket, code: string, close: number): void {
    socket.accept();
    socket.tell({ type: 'refusal', code, message: code });
    socket.end(close, code);
  }

  const reception: FakeReception = {
    open(socket) {
      if (!isReachable) return socket.end(BROKEN, '');
      const { pathname, searchParams: query } = new URL(socket.url);
      const name = /\/v1\/channels\/([^/]+)\/stream$/.exec(pathname)?.[1];
      const asked = name === undefined ? undefined : channels.get(decodeURIComponent(name));
      if (!asked) return refuse(socket, 'unknown-channel', CLOSE.channelGone);
      const since = query.get('since') ?? undefined;
      if (since !== undefined && !parseCursor(since)) return refuse(socket, 'bad-cursor', BAD_CURSOR);
      const subscription = { filter: filterOf(query), last: Number(query.get('last') ?? 20), since };
      socket.accept();
      for (const frame of asked.begin(subscription)) socket.tell(frame);
      // A listener may have closed it on the way.
      if (socket.readyState !== 1) return;
      open.set(socket, asked.follow({ filter: subscription.filter, send: (frame) => socket.tell(frame) }));
      for (const waiter of waiting) {
        if (open.size < waiter.count) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    closed(socket) {
      open.get(socket)?.();
      open.delete(socket);
    },
  };

  return {
    name: channel,
    get headlines() {
      return first.headlines;
    },
    publish: first.publish,
    update: first.update,
    correct: first.correct,
    retract: first.retract,
    WebSocket: class extends FakeSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(reception, url, protocols);
      }
    },
    url: 'https://newsline.test',
    get connections() {
      return open.size;
    },
    connected: (count = 1) =>
      new Promise((resolve) => {
        if (open.size >= count) resolve();
        else waiting.add({ count, resolve });
      }),
    addChannel(name, more = {}) {
      if (channels.has(name)) throw new Error(`there is a channel ${name} already`);
      const added = createFakeChannel(name, { ...more, now });
      channels.set(name, added);
      return added;
    },
    goodbye(retryAfterMs = 0) {
      for (const socket of [...open.keys()]) {
        socket.tell({ type: 'goodbye', retryAfterMs });
        socket.end(CLOSE.draining, '');
      }
    },
    cut() {
      for (const socket of [...open.keys()]) socket.end(BROKEN, '');
    },
    get isReachable() {
      return isReachable;
    },
    set isReachable(value) {
      isReachable = value;
    },
  };
}

function filterOf(query: URLSearchParams) {
  const given = Object.fromEntries(
    ['section', 'language', 'tag'].flatMap((field) =>
      query.has(field) ? [[field, query.getAll(field)] satisfies [string, string[]]] : [],
    ),
  );
  const maxUrgency = query.get('maxUrgency');
  return { ...given, ...(maxUrgency !== null && { maxUrgency: Number(maxUrgency) }) };
}
