/**
 * Liveness: finds connections whose other end is gone, by WebSocket ping [RFC 6455 5.5.2], and those that have stood
 * so long that they are to be made anew.
 *
 * One timer for all of them: each second one slot's connections are looked at, so that the work is spread over the
 * interval and an idle connection costs no timer.
 */
import type { Connection } from './connection.ts';

export interface LivenessOptions {
  /** Milliseconds between two pings of one connection, in whole seconds; without an answer by the next one it is ended. @default 25000 */
  readonly pingIntervalMs?: number;
  /**
   * Milliseconds after which a connection has aged; each by its own measure, at random between half of this and all,
   * so that those who came together do not leave together. 0: never. @default 43200000
   */
  readonly maxConnectionAgeMs?: number;
  /** 0 up to 1. */
  readonly random?: () => number;
  /** Told of one that has aged, at each turn for as long as it is open. */
  readonly onAged?: (connection: Connection) => void;
  /** Told of each one that is ended for not answering. */
  readonly onUnresponsive?: (connection: Connection) => void;
}

export interface Liveness {
  watch(connection: Connection): void;
  forget(connection: Connection): void;
  stop(): void;
}

const TICK_MS = 1_000;
const TWELVE_HOURS_MS = 43_200_000;

export function startLiveness({
  pingIntervalMs = 25_000,
  maxConnectionAgeMs = TWELVE_HOURS_MS,
  random = Math.random,
  onAged = () => {},
  onUnresponsive = () => {},
}: LivenessOptions = {}): Liveness {
  const slots = Array.from(
    { length: Math.max(1, Math.round(pingIntervalMs / TICK_MS)) },
    () => new Set<Connection>(),
  );
  /** Ticks so far; its remainder is the slot whose turn it is. */
  let ticks = 0;
  const slotNow = () => slots[ticks % slots.length];

  const timer = setInterval(() => {
    ticks += 1;
    for (const connection of slotNow() ?? []) {
      if (!connection.isAlive) {
        if (connection.isOpen) onUnresponsive(connection);
        connection.outlet.terminate();
        connection.closed();
        continue;
      }
      if (connection.isOpen && ticks >= connection.agedAtTick) onAged(connection);
      // Who was said goodbye to has one turn to leave.
      connection.isAlive = connection.isOpen && !connection.outlet.ping();
    }
  }, TICK_MS);
  timer.unref();

  return {
    watch(connection) {
      // The slot just asked: a new connection has a whole interval before its first ping.
      connection.pingSlot = slotNow();
      connection.pingSlot?.add(connection);
      if (maxConnectionAgeMs === 0) return;
      const ageMs = (maxConnectionAgeMs * (1 + random())) / 2;
      connection.agedAtTick = ticks + Math.max(1, Math.round(ageMs / TICK_MS));
    },
    forget(connection) {
      connection.pingSlot?.delete(connection);
      connection.pingSlot = undefined;
    },
    stop: () => clearInterval(timer),
  };
}
