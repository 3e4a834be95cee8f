/**
 * Connection: one open socket, whatever it speaks, and the readers that share it.
 *
 * The slow harm no one: while its socket is not drained a connection is skipped, and nothing is queued for it but
 * what its last write left. [design 3, promise 5]
 */
import type { Refusal } from '../protocol/refusal.ts';
import { type ControlFrame, controlFrame, type Encoding } from './encoding.ts';

/** The way out of a connection: a WebSocket's raw socket, or an HTTP response. */
export interface Outlet {
  /** @returns false when the socket wants to drain before more is written. */
  write(bytes: Buffer): boolean;
  /** Ends it in the manner of its protocol. */
  close(code: number, reason: string): void;
  /** Ends it at once. */
  terminate(): void;
  /** Asks the peer for a sign of life. @returns whether an answer is still to come. */
  ping(): boolean;
}

/** One subscription of a connection. */
export interface Subscriber {
  readonly channel: string;
  /** Writes what is due. */
  catchUp(): void;
  /** Leaves its audience. */
  leave(): void;
}

const NONE: readonly Subscriber[] = [];
/** The largest small integer of V8: a tick a second does not come to it in thirty years. */
const NEVER = 2 ** 30 - 1;

export class Connection {
  readonly outlet: Outlet;
  readonly encoding: Encoding;
  /** Limited by the subscriptions a connection may have. Replaced, not grown: a growing array reserves room for more. */
  subscribers: readonly Subscriber[] = NONE;
  isOpen = true;
  isBlocked = false;
  /** Cleared by a ping that waits for an answer, set by each sign of life. */
  isAlive = true;
  /** Those that are pinged together with it. */
  pingSlot: Set<Connection> | undefined;
  /** Tick of the liveness from which on it is to be made anew: a small number, which needs no memory of its own. */
  agedAtTick = NEVER;

  constructor(outlet: Outlet, encoding: Encoding) {
    this.outlet = outlet;
    this.encoding = encoding;
  }

  /** @returns false when no more can be written now. */
  write(bytes: Buffer): boolean {
    if (!this.isOpen || bytes.length === 0) return this.isOpen && !this.isBlocked;
    if (!this.outlet.write(bytes)) this.isBlocked = true;
    return !this.isBlocked;
  }

  /** Nothing where the dialect has no such frames. */
  tell(frame: ControlFrame): void {
    this.write(controlFrame(this.encoding, frame));
  }

  /** @param channel the one it concerns, where the connection may follow several. */
  refuse({ code, message }: Refusal, channel?: string): void {
    this.tell({ type: 'refusal', code, message, ...(channel !== undefined && { channel }) });
  }

  /** The socket has drained: each reader is written what it missed. */
  drained(): void {
    this.isBlocked = false;
    this.isAlive = true;
    for (const subscriber of this.subscribers) subscriber.catchUp();
  }

  add(subscriber: Subscriber): void {
    this.subscribers = [...this.subscribers, subscriber];
  }

  drop(subscriber: Subscriber): void {
    this.subscribers = this.subscribers.filter((other) => other !== subscriber);
    subscriber.leave();
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.outlet.close(code, reason);
    this.closed();
  }

  /** The socket is gone, or on its way: whoever read on it leaves. */
  closed(): void {
    this.isOpen = false;
    const leaving = this.subscribers;
    this.subscribers = NONE;
    for (const subscriber of leaving) subscriber.leave();
  }
}
