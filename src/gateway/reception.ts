/**
 * Reception: lets connections in, counts them, watches over them, and sees them out.
 *
 * A draining gateway spreads its goodbyes and tells each reader when to return, so that nobody comes back in a herd.
 * [design 3, promise 8]
 */
import { CLOSE } from '../protocol/close-code.ts';
import { type Result, refused } from '../protocol/refusal.ts';
import { Connection, type Outlet } from './connection.ts';
import { type ConnectionLimitsOptions, createConnectionLimits } from './connection-limits.ts';
import type { Encoding } from './encoding.ts';
import { type LivenessOptions, startLiveness } from './liveness.ts';

export interface ReceptionOptions extends ConnectionLimitsOptions, LivenessOptions {
  /** 0 up to 1. */
  readonly random?: () => number;
  /** Milliseconds within which readers of a draining gateway are asked to return. @default 5000 */
  readonly returnSpreadMs?: number;
}

export interface Reception {
  readonly isDraining: boolean;
  readonly connections: ReadonlySet<Connection>;
  /** Before anything is done for a connection. @returns gives its place free again. */
  admit(address: string): Result<() => void>;
  open(outlet: Outlet, encoding: Encoding): Connection;
  /** The socket is gone. */
  left(connection: Connection): void;
  /** Says goodbye to everyone within the time, and ends who is left after it. */
  drain(graceMs: number): Promise<void>;
  stop(): void;
}

/** Goodbyes are said in steps, so that a hundred thousand of them need one timer. */
const STEP_MS = 20;
/** Part of the grace period for goodbyes; the rest is for the peers to answer. */
const GOODBYE_SHARE = 0.7;
const SOONEST_RETURN_MS = 250;

export function createReception({
  random = Math.random,
  returnSpreadMs = 5_000,
  ...options
}: ReceptionOptions = {}): Reception {
  const limits = createConnectionLimits(options);
  const liveness = startLiveness(options);
  const connections = new Set<Connection>();
  let isDraining = false;
  let onEmpty = () => {};

  function dismiss(connection: Connection): void {
    const retryAfterMs = Math.round(SOONEST_RETURN_MS + random() * returnSpreadMs);
    connection.tell({ type: 'goodbye', retryAfterMs });
    connection.close(CLOSE.draining, `come back in ${retryAfterMs} ms`);
  }

  return {
    get isDraining() {
      return isDraining;
    },
    connections,
    admit(address) {
      if (!isDraining) return limits.admit(address);
      return refused({ code: 'draining', message: 'this server is about to stop', retryAfterMs: 1_000 });
    },
    open(outlet, encoding) {
      const connection = new Connection(outlet, encoding);
      liveness.watch(connection);
      connections.add(connection);
      return connection;
    },
    left(connection) {
      liveness.forget(connection);
      connections.delete(connection);
      connection.closed();
      if (connections.size === 0) onEmpty();
    },
    async drain(graceMs) {
      isDraining = true;
      const waiting = [...connections].map((connection) => ({
        connection,
        atMs: random() * graceMs * GOODBYE_SHARE,
      }));
      waiting.sort((a, b) => b.atMs - a.atMs);
      if (connections.size === 0) return;
      let elapsedMs = 0;
      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          elapsedMs += STEP_MS;
          while ((waiting.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) <= elapsedMs) {
            const next = waiting.pop();
            if (next) dismiss(next.connection);
          }
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
