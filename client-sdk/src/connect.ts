/**
 * connect: follows a channel over a WebSocket, and keeps its list right through whatever happens to the connection.
 *
 * Every change comes once and in order, resumed by cursor after a lost connection; where that cannot be, the list
 * is replaced whole. It never holds two sockets. [design 3, promises 2 and 8]
 */
import { backoffMs } from '../../src/protocol/backoff.ts';
import { appendFilter, type Filter } from '../../src/protocol/filter.ts';
import { decodeServerFrame, SUBPROTOCOL } from '../../src/protocol/frames.ts';
import type { Change, Headline } from '../../src/protocol/headline.ts';
import {
  type ConnectionEvent,
  type Effect,
  firstStep,
  nextStep,
  type Status,
  type Step,
  statusOf,
} from './connection-state.ts';
import { createEventHub, reportListenerError } from './event-hub.ts';
import { applyFrame, emptyTickerList, expire, expiresInMs, type ListFrame } from './ticker-list.ts';

/** The part of a WebSocket that is used; the platform's own, or the one of the `ws` package. */
export interface WebSocketLike {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  addEventListener(type: 'error', listener: () => void): void;
  close(): void;
}

export interface ConnectOptions {
  /** Base of the service, as `https://news.example`. @default the page's origin */
  readonly url?: string;
  readonly channel: string;
  readonly filter?: Filter;
  /** Headlines in the list, 0 to 100. @default 20 */
  readonly last?: number;
  /** A cursor kept from before, to begin after it. */
  readonly since?: string;
  /** @default the platform's; Node before 22 has none: give it that of the `ws` package. */
  readonly WebSocket?: new (
    url: string,
    protocols: string[],
  ) => WebSocketLike;
  /** @default Math.random */
  readonly random?: () => number;
  /** Milliseconds since 1970 UTC. @default Date.now */
  readonly now?: () => number;
  /** Told what a listener threw. @default as the platform does for errors in listeners of DOM events */
  readonly onListenerError?: (error: unknown) => void;
}

export interface TickerEvents {
  /** The list after a change: also at the first snapshot, and when a headline expired. */
  readonly change: { readonly headlines: readonly Headline[]; readonly timeZone: string | undefined };
  /** A headline came or was altered, whether or not it stands in the list. */
  readonly headline: {
    readonly change: Exclude<Change, 'retracted'>;
    readonly headline: Headline;
    readonly cursor: string;
  };
  readonly retraction: { readonly id: string; readonly notice?: string; readonly cursor: string };
  readonly status: {
    readonly status: Status;
    /** Close code, where refused. */
    readonly code?: number;
    /** Stable code of the refusal, as `unknown-channel`, or what the server gave as its reason. */
    readonly reason?: string;
  };
}

export interface Ticker {
  /** Newest first. */
  readonly headlines: readonly Headline[];
  /** IANA zone of the newsroom, once known. */
  readonly timeZone: string | undefined;
  readonly status: Status;
  /** Place after the last change; opaque. */
  readonly cursor: string | undefined;
  /** Milliseconds since 1970 UTC by the server's clock, as far as it is known. */
  now(): number;
  /** @returns stops listening. */
  on<Type extends keyof TickerEvents>(type: Type, listener: (event: TickerEvents[Type]) => void): () => void;
  /** Ends it for good; no event comes after the status `closed`. */
  close(): void;
}

/** Timers beyond this wrap around; a later expiry is looked at again then. */
const EXPIRY_CHECK_LIMIT_MS = 3_600_000;

/** @throws TypeError where the options cannot work: no address, no channel, `last` out of range, no WebSocket. */
export function connect({
  url = globalThis.location?.origin,
  channel,
  filter = {},
  last = 20,
  since,
  WebSocket: Socket = globalThis.WebSocket,
  random = Math.random,
  now = Date.now,
  onListenerError = reportListenerError,
}: ConnectOptions): Ticker {
  const address = streamAddress(url, channel);
  if (!Number.isInteger(last) || last < 0 || last > 100) throw new TypeError('last must be 0 to 100');
  if (!Socket) throw new TypeError('no WebSocket here: pass one, as that of the ws package');

  const hub = createEventHub<TickerEvents>(onListenerError);
  let known = emptyTickerList(last, since);
  let { state }: Step = firstStep;
  let socket: WebSocketLike | undefined;
  let refusal = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let expiryTimer: ReturnType<typeof setTimeout> | undefined;

  function openSocket(): void {
    const target = new URL(address);
    target.searchParams.set('last', String(last));
    if (known.cursor !== undefined) target.searchParams.set('since', known.cursor);
    appendFilter(target.searchParams, filter);
    refusal = '';
    let opened: WebSocketLike;
    try {
      opened = new Socket(target.href, [SUBPROTOCOL]);
    } catch {
      queueMicrotask(() => dispatch({ type: 'lost', code: 1006, reason: '' }));
      return;
    }
    socket = opened;
    // A socket that was dropped may still speak: it is no longer ours.
    opened.addEventListener('message', ({ data }) => opened === socket && read(data));
    opened.addEventListener('close', ({ code, reason }) => {
      if (opened === socket) dispatch({ type: 'lost', code, reason: refusal || reason });
    });
    // What went wrong is told by the close that follows.
    opened.addEventListener('error', () => {});
  }

  function carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'open-socket':
        openSocket();
        break;
      case 'drop-socket': {
        const dropped = socket;
        socket = undefined;
        dropped?.close();
        break;
      }
      case 'forget-cursor':
        known = { ...known, cursor: undefined };
        break;
      case 'set-timer':
        timer = setTimeout(dispatch, effect.ms, { type: 'due' });
        break;
      case 'back-off':
        timer = setTimeout(dispatch, backoffMs(effect.failures, random()), { type: 'due' });
    }
  }

  function take(step: Step): void {
    clearTimeout(timer);
    state = step.state;
    for (const effect of step.effects) carryOut(effect);
  }

  function dispatch(event: ConnectionEvent): void {
    const before = statusOf(state);
    const step = nextStep(state, event);
    if (!step) return;
    take(step);
    const status = statusOf(step.state);
    if (status === before) return;
    const { code, reason } = { code: undefined, reason: undefined, ...step.state };
    hub.emit('status', { status, ...(code !== undefined && { code, reason }) });
  }

  function read(data: unknown): void {
    const frame = typeof data === 'string' ? decodeServerFrame(data) : undefined;
    if (frame?.type === 'goodbye') dispatch(frame);
    else if (frame?.type === 'refusal') refusal = frame.code;
    else if (frame && frame.type !== 'unsubscribed') merge(frame);
  }

  function merge(frame: ListFrame): void {
    const before = known.list;
    const { next, isNews } = applyFrame(known, frame, now());
    known = next;
    if (frame.type === 'snapshot' || frame.type === 'resumed') dispatch({ type: 'ready' });
    if (isNews && frame.type === 'headline') {
      const { change, headline, cursor } = frame;
      hub.emit('headline', { change, headline, cursor });
    }
    if (isNews && frame.type === 'retraction') {
      const { id, notice, cursor } = frame;
      hub.emit('retraction', { id, ...(notice !== undefined && { notice }), cursor });
    }
    if (known.list !== before) tellChange();
  }

  function tellChange(): void {
    watchExpiry();
    hub.emit('change', { headlines: known.list.headlines, timeZone: known.timeZone });
  }

  function watchExpiry(): void {
    clearTimeout(expiryTimer);
    const inMs = state.name === 'closed' ? undefined : expiresInMs(known, now());
    if (inMs === undefined) return;
    expiryTimer = setTimeout(
      () => {
        const before = known;
        known = expire(known, now());
        if (known === before) watchExpiry();
        else tellChange();
      },
      Math.min(inMs, EXPIRY_CHECK_LIMIT_MS),
    );
  }

  const noticeNetwork = ({ type }: Event) => dispatch({ type: type === 'online' ? 'online' : 'offline' });
  globalThis.addEventListener?.('online', noticeNetwork);
  globalThis.addEventListener?.('offline', noticeNetwork);
  take(firstStep);

  return {
    get headlines() {
      return known.list.headlines;
    },
    get timeZone() {
      return known.timeZone;
    },
    get status() {
      return statusOf(state);
    },
    get cursor() {
      return known.cursor;
    },
    now: () => now() + known.skewMs,
    on: hub.on,
    close() {
      globalThis.removeEventListener?.('online', noticeNetwork);
      globalThis.removeEventListener?.('offline', noticeNetwork);
      clearTimeout(expiryTimer);
      dispatch({ type: 'stop' });
      hub.clear();
    },
  };
}

function streamAddress(base: string | undefined, channel: string): string {
  if (!channel) throw new TypeError('channel is missing');
  if (!base || !/^https?:\/\//i.test(base)) throw new TypeError('url must be http or https');
  const { href } = new URL(`v1/channels/${encodeURIComponent(channel)}/stream`, base.replace(/\/*$/, '/'));
  return href.replace(/^http/, 'ws');
}
