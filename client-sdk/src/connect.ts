/**
 * connect: follows a channel, and keeps its list right through whatever happens to the connection.
 *
 * Every change comes once and in order, resumed by cursor after a lost connection; where that cannot be, the list
 * is replaced whole. It never holds two connections, and where asked to, one for all tabs of a browser.
 * [design 3, promises 2 and 8]
 */
import { appendFilter, type Filter } from '../../src/protocol/filter.ts';
import { isServerFrame } from '../../src/protocol/frames.ts';
import type { Change, Headline } from '../../src/protocol/headline.ts';
import { isConnectionState, type Status, statusOf } from './connection-state.ts';
import { createEventHub, reportListenerError } from './event-hub.ts';
import { createLink } from './link.ts';
import { watchPageLife } from './tabs/page-life.ts';
import type { SharedConnection } from './tabs/shared-connection.ts';
import {
  applyFrame,
  emptyTickerList,
  expire,
  expiresInMs,
  type ListFrame,
  stepsAhead,
} from './ticker-list.ts';
import type { WebSocketClass } from './transports/websocket.ts';

export interface ConnectOptions {
  /** Base of the service, as `https://news.example`. @default the page's origin */
  readonly url?: string;
  readonly channel: string;
  readonly filter?: Filter;
  /** Headlines in the list, 0 to 100. @default 20 */
  readonly last?: number;
  /** A cursor kept from before, to begin after it. */
  readonly since?: string;
  /** @default the platform's; Node before 22 has none: give it that of the `ws` package, or it reads by HTTP. */
  readonly WebSocket?: WebSocketClass;
  /**
   * Where WebSockets do not get through: server-sent events, and where these do not, the list asked for again and
   * again. Remembered in `sessionStorage` until the tab is closed. @default true
   */
  readonly fallback?: boolean;
  /** Between two questions where nothing better gets through, in milliseconds; half to one and a half of it. @default 10000 */
  readonly pollMs?: number;
  /**
   * One connection for all tabs of the browser that ask for the same: server, channel, filter and `last`. Needs a
   * page of its own origin on https or localhost; elsewhere, and with `since`, it has its own. @default false
   */
  readonly share?: boolean;
  /** Disconnects when nobody has looked at the page, or at any that shares with it, for so long; milliseconds. @default 300000 */
  readonly sleepAfterMs?: number;
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

/** Timers beyond this wrap around. */
const TIMER_LIMIT_MS = 2_147_483_647;
/** A later expiry is looked at again then. */
const EXPIRY_CHECK_LIMIT_MS = 3_600_000;

/** @throws TypeError where the options cannot work: no address, no channel, `last` out of range, no way to connect. */
export function connect({
  url = globalThis.location?.origin,
  channel,
  filter = {},
  last = 20,
  since,
  WebSocket = globalThis.WebSocket,
  fallback = true,
  pollMs = 10_000,
  share = false,
  sleepAfterMs = 300_000,
  random = Math.random,
  now = Date.now,
  onListenerError = reportListenerError,
}: ConnectOptions): Ticker {
  const address = channelAddress(url, channel);
  if (!Number.isInteger(last) || last < 0 || last > 100) throw new TypeError('last must be 0 to 100');
  if (!WebSocket && !fallback) throw new TypeError('no WebSocket here: pass one, as that of the ws package');

  const query = new URLSearchParams({ last: String(last) });
  appendFilter(query, filter);
  const hub = createEventHub<TickerEvents>(onListenerError);
  const limitMs = Math.min(sleepAfterMs, TIMER_LIMIT_MS);
  let known = emptyTickerList(last, since);
  let told: Status = 'connecting';
  let shared: SharedConnection | undefined;
  /** This tab has the connection. */
  let isLeading = false;
  /** Of this page's being here; undefined while it is frozen, or all is closed. */
  let stay: symbol | undefined;
  let sleepTimer: ReturnType<typeof setTimeout> | undefined;
  let expiryTimer: ReturnType<typeof setTimeout> | undefined;

  const link = createLink({
    approach: { address, channel, query },
    cursor: () => known.cursor,
    onCursorLost() {
      known = { ...known, cursor: undefined };
    },
    onFrame: merge,
    onState(state) {
      if (isLeading) shared?.tellState(state);
      const status = statusOf(state);
      if (status === told) return;
      told = status;
      const { code, reason } = { code: undefined, reason: undefined, ...state };
      hub.emit('status', { status, ...(code !== undefined && { code, reason }) });
    },
    WebSocket,
    isFallbackAllowed: fallback,
    pollMs,
    random,
    now,
  });

  function merge(frame: ListFrame): void {
    const from = known.cursor;
    const { next, isNews } = applyFrame(known, frame, now());
    if (isLeading && frame.type !== 'resumed') shared?.tellFrame(frame, from);
    const before = known.list;
    known = next;
    const cursor = next.cursor ?? frame.cursor;
    if (isNews && frame.type === 'headline') {
      const { change, headline } = frame;
      hub.emit('headline', { change, headline, cursor });
    }
    if (isNews && frame.type === 'retraction') {
      const { id, notice } = frame;
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
    const inMs = told === 'closed' ? undefined : expiresInMs(known, now());
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

  function lead(): void {
    isLeading = true;
    link.start();
    stayAwake();
  }

  /** Somebody looks, or did a moment ago. */
  function stayAwake(): void {
    clearTimeout(sleepTimer);
    if (globalThis.document) sleepTimer = setTimeout(link.dispatch, limitMs, { type: 'sleep' });
    link.dispatch({ type: 'wake' });
  }

  function enter(): void {
    stay = Symbol();
    const mine = stay;
    if (!share || since !== undefined || !globalThis.navigator?.locks) return lead();
    import('./tabs/shared-connection.ts').then(
      ({ shareConnection }) => {
        if (mine !== stay) return;
        shared = shareConnection({
          key: `${address}?${query}`,
          known: () => known,
          state: () => link.state,
          isServerFrame,
          isConnectionState,
          expire,
          stepsAhead,
          onLead: lead,
          onDeposed() {
            isLeading = false;
            clearTimeout(sleepTimer);
            link.mirror({ name: 'reconnecting', failures: 0 });
          },
          onSeen: stayAwake,
          onFrame: merge,
          onKnown(better) {
            known = better;
            tellChange();
          },
          onState: link.mirror,
        });
        if (!shared) lead();
      },
      (error: unknown) => {
        console.warn('newsline: the part for sharing did not load', error);
        if (mine === stay) lead();
      },
    );
  }

  function leave(): void {
    stay = undefined;
    isLeading = false;
    clearTimeout(sleepTimer);
    shared?.leave();
    shared = undefined;
  }

  enter();
  const stopWatching = watchPageLife(limitMs / 4, {
    onSeen() {
      if (isLeading) stayAwake();
      else shared?.seen();
    },
    onAway() {
      if (!stay) return;
      leave();
      link.dispatch({ type: 'sleep' });
    },
    onBack() {
      if (!stay) enter();
    },
    onNetwork(type) {
      if (isLeading) link.dispatch({ type });
    },
  });

  return {
    get headlines() {
      return known.list.headlines;
    },
    get timeZone() {
      return known.timeZone;
    },
    get status() {
      return told;
    },
    get cursor() {
      return known.cursor;
    },
    now: () => now() + known.skewMs,
    on: hub.on,
    close() {
      clearTimeout(expiryTimer);
      stopWatching();
      leave();
      link.dispatch({ type: 'stop' });
      hub.clear();
    },
  };
}

/** @throws TypeError */
function channelAddress(base: string | undefined, channel: string): string {
  if (!channel) throw new TypeError('channel is missing');
  if (!base || !/^https?:\/\//i.test(base)) throw new TypeError('url must be http or https');
  return new URL(`v1/channels/${encodeURIComponent(channel)}`, base.replace(/\/*$/, '/')).href;
}
