/**
 * Liveness: finds connections whose other end is gone, by WebSocket ping. [RFC 6455 5.5.2]
 *
 * One timer for all of them: each second one slot's connections are asked, so that the work is spread over the
 * interval and an idle connection costs no timer.
 */
import type { Connection } from './connection.ts';

export interface LivenessOptions {
  /** Milliseconds between two pings of one connection, in whole seconds; without an answer by the next one it is ended. @default 25000 */
  readonly pingIntervalMs?: number;
  /** Told of each one that is ended for not answering. */
  readonly onUnresponsive?: (connection: Connection) => void;
}

export interface Liveness {
  watch(connection: Connection): void;
  forget(connection: Connection): void;
  stop(): void;
}

const TICK_MS = 1_000;

export function startLiveness({
  pingIntervalMs = 25_000,
  onUnresponsive = () => {},
}: LivenessOptions = {}): Liveness {
  const slots = Array.from(
    { length: Math.max(1, Math.round(pingIntervalMs / TICK_MS)) },
    () => new Set<Connection>(),
  );
  let turn = 0;

  const timer = setInterval(() => {
    turn = (turn + 1) % slots.length;
    for (const connection of slots[turn] ?? []) {
      if (!connection.isAlive) {
        if (connection.isOpen) onUnresponsive(connection);
        connection.outlet.terminate();
        connection.closed();
        continue;
      }
      connection.isAlive = !connection.outlet.ping();
    }
  }, TICK_MS);
  timer.unref();

  return {
    watch(connection) {
      // The slot just asked: a new connection has a whole interval before its first ping.
      connection.pingSlot = slots[turn];
      connection.pingSlot?.add(connection);
    },
    forget(connection) {
      connection.pingSlot?.delete(connection);
      connection.pingSlot = undefined;
    },
    stop: () => clearInterval(timer),
  };
}
