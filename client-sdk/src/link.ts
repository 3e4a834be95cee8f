/**
 * Link: the one connection to a channel, by the transport that gets through. It carries out what the table of
 * `connection-state.ts` says, and chooses between a WebSocket and HTTP by itself.
 *
 * A WebSocket that has not spoken here yet is given a second; one that has is given up only after two failures. While
 * HTTP serves, a WebSocket is tried again now and then. [design 3, promise 8]
 */
import { backoffMs } from '../../src/protocol/backoff.ts';
import { isServerFrame } from '../../src/protocol/frames.ts';
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  firstStep,
  nextStep,
  open as openStep,
  type Step,
} from './connection-state.ts';
import type { ListFrame } from './ticker-list.ts';
import { rememberedTransport, rememberTransport } from './transports/remembered-transport.ts';
import type { Approach, TransportEvents, TransportName } from './transports/transport.ts';
import { openWebSocket, type WebSocketClass } from './transports/websocket.ts';

export interface LinkOptions {
  readonly approach: Omit<Approach, 'since'>;
  readonly cursor: () => string | undefined;
  readonly onCursorLost: () => void;
  readonly onFrame: (frame: ListFrame) => void;
  /** After every step: it may be the same as before. */
  readonly onState: (state: ConnectionState) => void;
  /** Undefined: there are no WebSockets here. */
  readonly WebSocket: WebSocketClass | undefined;
  readonly isFallbackAllowed: boolean;
  readonly pollMs: number;
  readonly random: () => number;
  readonly now: () => number;
}

export interface Link {
  readonly state: ConnectionState;
  /** Connects, whatever was before. */
  start(): void;
  dispatch(event: ConnectionEvent): void;
  /** The connection is another's from now on, and its state is ours. */
  mirror(state: ConnectionState): void;
}

const ATTEMPT_LIMIT_MS = 10_000;
/** Of a WebSocket that nothing is known of: headlines are to be there within two seconds. */
const FIRST_ATTEMPT_LIMIT_MS = 1_000;
/** A page that was busy for long must not take its own lateness for the network's: time is counted in slices. */
const SLICE_MS = 250;
const BETTER_AFTER_MS = 300_000;
const BETTER_AFTER_LIMIT_MS = 3_600_000;
/** Doublings to begin with where WebSockets have worked on this page: half a minute or so. */
const SOONER = -3;
/** Failures in a row that end the trust in WebSockets. */
const TRUST = 2;

export function createLink({
  approach,
  cursor,
  onCursorLost,
  onFrame,
  onState,
  WebSocket: Socket,
  isFallbackAllowed,
  pollMs,
  random,
  now,
}: LinkOptions): Link {
  let { state }: Step = firstStep;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let betterTimer: ReturnType<typeof setTimeout> | undefined;
  let drop: (() => void) | undefined;
  /** Counts what was opened and dropped: a part may load too late. */
  let turn = 0;
  let isReady = false;

  const remembered = isFallbackAllowed ? rememberedTransport() : undefined;
  let triedAt = remembered?.triedAt ?? 0;
  let transport: TransportName = 'websocket';
  if (!Socket) transport = 'stream';
  else if (remembered && now() - triedAt < BETTER_AFTER_MS) transport = remembered.name;
  /** Failures after which WebSockets are given up; 0: nothing is known of them on this network. */
  let trust = 0;
  /** Doublings of the time after which a WebSocket is tried again. */
  let doublings = 0;
  let isHurried = false;
  let isTold = false;

  function open(): void {
    turn += 1;
    const mine = turn;
    isReady = false;
    const isWebSocket = transport === 'websocket';
    waitForAttempt(isWebSocket && isFallbackAllowed && !trust ? FIRST_ATTEMPT_LIMIT_MS : ATTEMPT_LIMIT_MS);
    const asked = { ...approach, since: cursor() };
    if (Socket && isWebSocket) {
      triedAt = now();
      drop = openWebSocket(asked, Socket, events);
      return;
    }
    const options = { isServerFrame, random, pollMs, isStreamBlocked: transport === 'poll' };
    import('./transports/http.ts').then(
      ({ openHttp }) => {
        if (mine === turn) drop = openHttp(asked, options, events);
      },
      (error: unknown) => {
        if (mine !== turn) return;
        if (!isTold) console.warn('newsline: the part for other transports did not load', error);
        isTold = true;
        lose(1006, '');
      },
    );
  }

  function waitForAttempt(ms: number): void {
    timer = setTimeout(() => {
      if (ms > SLICE_MS) return waitForAttempt(ms - SLICE_MS);
      miss();
      dispatch({ type: 'due' });
    }, SLICE_MS);
  }

  /** Nothing got through: which way next? */
  function miss(): void {
    if (transport !== 'websocket') {
      if (Socket) transport = 'websocket';
      return;
    }
    isHurried = !trust;
    trust -= trust && 1;
    if (isFallbackAllowed && !trust) transport = 'stream';
    else isHurried = false;
  }

  function lose(code: number, reason: string): void {
    // Closed by a code of ours, it was not the network that kept us out.
    if (!isReady && code < 4000) miss();
    dispatch({ type: 'lost', code, reason });
  }

  function settle(name: TransportName): void {
    // A listener may have closed it while it was told of the list.
    if (!drop) return;
    isReady = true;
    transport = name;
    if (name === 'websocket') {
      trust = TRUST;
      doublings = SOONER;
    } else if (Socket) {
      const waitMs = Math.min(BETTER_AFTER_MS * 2 ** doublings, BETTER_AFTER_LIMIT_MS);
      // A stream may tell of a whole list more than once: the timer of before would drop what came after this connection.
      clearTimeout(betterTimer);
      betterTimer = setTimeout(tryBetter, waitMs * (0.5 + random() / 2));
    }
    if (Socket && isFallbackAllowed) rememberTransport({ name, triedAt });
    dispatch({ type: name === 'poll' ? 'delayed' : 'ready' });
  }

  function tryBetter(): void {
    doublings += 1;
    transport = 'websocket';
    trust = 0;
    dispatch({ type: 'better' });
  }

  /** What is dropped tells nothing more. */
  function release(): void {
    turn += 1;
    clearTimeout(betterTimer);
    drop?.();
    drop = undefined;
  }

  const events: TransportEvents = {
    frame: onFrame,
    ready: settle,
    goodbye: (retryAfterMs) => dispatch({ type: 'goodbye', retryAfterMs }),
    lost: lose,
  };

  function carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'open-socket':
        open();
        break;
      case 'drop-socket':
        release();
        break;
      case 'forget-cursor':
        onCursorLost();
        break;
      case 'set-timer':
        timer = setTimeout(dispatch, effect.ms, { type: 'due' });
        break;
      case 'back-off': {
        const isSoon = isHurried && effect.failures === 0;
        isHurried = false;
        // Where both ways are tried in turn, it takes two failures to know what one tells otherwise.
        const failures = isFallbackAllowed && !trust ? effect.failures >> 1 : effect.failures;
        const waitMs = isSoon ? random() * SLICE_MS : backoffMs(failures, random());
        timer = setTimeout(dispatch, waitMs, { type: 'due' });
      }
    }
  }

  function take(step: Step): void {
    clearTimeout(timer);
    state = step.state;
    for (const effect of step.effects) carryOut(effect);
    onState(state);
  }

  function dispatch(event: ConnectionEvent): void {
    // It may be another network.
    if (event.type === 'online') trust = 0;
    const step = nextStep(state, event);
    if (step) take(step);
  }

  return {
    get state() {
      return state;
    },
    start() {
      release();
      take(openStep(cursor() === undefined ? 'connecting' : 'reconnecting', 0));
    },
    dispatch,
    mirror(next) {
      release();
      take({ state: next, effects: [] });
    },
  };
}
