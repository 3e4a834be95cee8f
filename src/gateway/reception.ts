/**
 * Reception: lets connections in, counts them, watches over them, and sees them out.
 *
 * A draining gateway spreads its goodbyes and tells each reader when to return, and connections that have stood for
 * long are made anew one by one, so that nobody comes back in a herd. [design 3, promise 8]
 */
import { CLOSE } from '../protocol/close-code.ts';
import { type Result, refused } from '../protocol/refusal.ts';
import { type ArrivalsOptions, createArrivals } from './arrivals.ts';
import { Connection, type Outlet } from './connection.ts';
import { type ConnectionLimitsOptions, createConnectionLimits } from './connection-limits.ts';
import type { Encoding } from './encoding.ts';
import { type LivenessOptions, startLiveness } from './liveness.ts';

export interface ReceptionOptions
  extends ConnectionLimitsOptions,
    ArrivalsOptions,
    Omit<LivenessOptions, 'onAged'> {
  /** 0 up to 1. */
  readonly random?: () => number;
  /** Milliseconds within which readers of a draining gateway are asked to return. @default 5000 */
  readonly returnSpreadMs?: number;
}

export type GoodbyeReason = 'drain' | 'rotation';

export interface Reception {
  readonly isDraining: boolean;
  readonly connections: ReadonlySet<Connection>;
  /** Connections let in so far. */
  readonly accepted: number;
  /** Goodbyes said so far. */
  readonly goodbyes: Readonly<Record<GoodbyeReason, number>>;
  /** Before anything is done for a connection. @returns gives its place free again. */
  admit(address: string): Result<() => void>;
  open(outlet: Outlet, encoding: Encoding): Connection;
  /** The socket is gone. */
  left(connection: Connection): void;
  /** Says goodbye to everyone within the time, those under way to us too, and ends who is left after it. */
  drain(graceMs: number): Promise<void>;
  stop(): void;
}

/** Goodbyes are said in steps, so that a hundred thousand of them need one timer. */
const STEP_MS = 20;
/** Part of the grace period for goodbyes; the rest is for the peers to answer. */
const GOODBYE_SHARE = 0.7;
const SOONEST_RETURN_MS = 250;
/** Those who rotate leave one by one as it is: no need to keep them from their headlines for longer. */
const ROTATION_SPREAD_MS = 500;

export function createReception({
  random = Math.random,
  returnSpreadMs = 5_000,
  ...options
}: ReceptionOptions = {}): Reception {
  const limits = createConnectionLimits(options);
  const arrivals = createArrivals({ ...options, random });
  const liveness = startLiveness({ ...options, random, onAged: rotate });
  const connections = new Set<Connection>();
  const goodbyes = { drain: 0, rotation: 0 };
  /** While draining: who is still to be said goodbye to, the next one last. */
  const waiting: { readonly connection: Connection; readonly atMs: number }[] = [];
  let accepted = 0;
  let isDraining = false;
  let onEmpty = () => {};

  /** A place is taken before there is a connection, and given back with its socket. */
  const isEmpty = () => connections.size === 0 && limits.count === 0;
  const checkEmpty = () => {
    if (isEmpty()) onEmpty();
  };

  function dismiss(connection: Connection, reason: GoodbyeReason, retryAfterMs: number): void {
    if (!connection.isOpen) return;
    goodbyes[reason] += 1;
    connection.tell({ type: 'goodbye', retryAfterMs });
    connection.close(CLOSE.draining, `come back in ${retryAfterMs} ms`);
  }

  /** Who cannot be told when to return may not return at all: `wscat` would just end. */
  function rotate(connection: Connection): void {
    if (isDraining || !connection.encoding.control) return;
    dismiss(connection, 'rotation', Math.round(random() * ROTATION_SPREAD_MS));
  }

  function dismissDue(elapsedMs: number): void {
    while ((waiting.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) <= elapsedMs) {
      const next = waiting.pop();
      if (next) dismiss(next.connection, 'drain', Math.round(SOONEST_RETURN_MS + random() * returnSpreadMs));
    }
  }

  return {
    get isDraining() {
      return isDraining;
    },
    connections,
    get accepted() {
      return accepted;
    },
    goodbyes,
    admit(address) {
      if (isDraining) {
        return refused({ code: 'draining', message: 'this server is about to stop', retryAfterMs: 1_000 });
      }
      const place = limits.admit(address);
      if (!place.ok) return place;
      // After the limits: who is refused by them takes no one's turn.
      const turn = arrivals.admit();
      const leave = () => {
        place.value();
        checkEmpty();
      };
      if (turn.ok) return { ok: true, value: leave };
      leave();
      return turn;
    },
    open(outlet, encoding) {
      const connection = new Connection(outlet, encoding);
      accepted += 1;
      liveness.watch(connection);
      connections.add(connection);
      // It was let in before, and its handshake took until now.
      if (isDraining) waiting.push({ connection, atMs: 0 });
      return connection;
    },
    left(connection) {
      liveness.forget(connection);
      connections.delete(connection);
      connection.closed();
      checkEmpty();
    },
    async drain(graceMs) {
      isDraining = true;
      for (const connection of connections)
        waiting.push({ connection, atMs: random() * graceMs * GOODBYE_SHARE });
      waiting.sort((a, b) => b.atMs - a.atMs);
      if (isEmpty()) return;
      const fromMs = performance.now();
      await new Promise<void>((resolve) => {
        // By the clock: on a busy machine steps take longer, and the time is no longer for that.
        const timer = setInterval(() => {
          const elapsedMs = performance.now() - fromMs;
          dismissDue(elapsedMs);
          if (elapsedMs >= graceMs) onEmpty();
        }, STEP_MS);
        onEmpty = () => {
          clearInterval(timer);
          resolve();
        };
      });
      for (const connection of connections) connection.outlet.terminate();
    },
    stop() {
      liveness.stop();
      for (const connection of connections) connection.outlet.terminate();
    },
  };
}
