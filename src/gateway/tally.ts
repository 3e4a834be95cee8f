/**
 * Tally: what readers sent, and which of them were let go and why, for `/metrics`.
 *
 * Plain numbers, so that counting costs nothing in the middle of an attack.
 */

/** Every way in which a connection is ended by this side because of its other side. */
const END_REASONS = [
  /** Answered no ping. */
  'unresponsive',
  /** Did not take what it was sent. */
  'too-slow',
  /** Missed what is no longer kept, in a dialect that has no word for it. */
  'fell-behind',
  /** Sent too much, too large, or again and again what is not understood. */
  'misbehaved',
  /** Broke RFC 6455. */
  'protocol-error',
  /** Did not bring its request to an end in time, or never began one. */
  'slow-request',
  /** Sent what is no HTTP, or more header fields than are read. */
  'malformed-request',
  /** Did not read the answer it had asked for. */
  'slow-answer',
  /** Sent request upon request without waiting for answers. */
  'pipelined',
  /** One socket too many, from its address or in all. */
  'too-many-sockets',
] as const;

export type EndReason = (typeof END_REASONS)[number];

export interface Tally {
  readonly ended: Record<EndReason, number>;
  /** Snapshots given to readers whose position had left the ring. */
  overtaken: number;
  /** Messages, pings and pongs that WebSocket readers sent. */
  messages: number;
  /** Bytes of these. */
  bytes: number;
}

export const createTally = (): Tally => ({
  ended: Object.fromEntries(END_REASONS.map((reason) => [reason, 0])) as Record<EndReason, number>,
  overtaken: 0,
  messages: 0,
  bytes: 0,
});
