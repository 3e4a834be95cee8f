/**
 * Incoming messages: what readers send, which should be little.
 *
 * Who sends too large a message, too many of them, or again and again what is not understood, is let go; everyone
 * else is served meanwhile. Pings and pongs count as messages: answered or not, they are work.
 */
import type { RawData } from 'ws';
import { CLOSE } from '../protocol/close-code.ts';
import { closeCodeOf, type Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';
import type { Tally } from './tally.ts';

/** A message up to this is refused with a reason of ours; ws ends what sends more with 1009. */
export const LARGEST_MESSAGE = 65_536;
/** Fragments of one message, and pieces in which one frame may arrive, before ws ends the connection with 1008. */
export const MOST_FRAGMENTS = 64;
export const MOST_PIECES = 512;
/** Messages, pings and pongs a reader may send within {@link MESSAGE_WINDOW_MS}. */
const MESSAGE_LIMIT = 200;
const MESSAGE_WINDOW_MS = 10_000;
/** Refused messages in a row after which a reader is let go. */
const STRIKES = 20;

export interface IncomingRules {
  /** Bytes of one message. */
  readonly messageBytes: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly tally: Tally;
}

/** What one reader has sent; there is one only for those who send anything. */
export interface MessageCount {
  strikes: number;
  messages: number;
  /** When the window began; milliseconds, any origin. */
  fromMs: number;
  /** Has sent what it may not: nothing more is heard. */
  isOver: boolean;
}

export const countMessages = (): MessageCount => ({
  strikes: 0,
  messages: 0,
  fromMs: performance.now(),
  isOver: false,
});

/** Counts one that came in, and lets go who sends too many. */
export function countOne(connection: Connection, count: MessageCount, bytes: number, tally: Tally): void {
  tally.messages += 1;
  tally.bytes += bytes;
  const nowMs = performance.now();
  if (nowMs - count.fromMs > MESSAGE_WINDOW_MS) {
    count.messages = 0;
    count.fromMs = nowMs;
  }
  count.messages += 1;
  if (count.messages > MESSAGE_LIMIT) letGo(connection, count, CLOSE.misbehaved, tally);
}

/** @param onText what came in; a refusal is told to the reader. */
export function receive(
  connection: Connection,
  count: MessageCount,
  data: RawData,
  isBinary: boolean,
  { messageBytes, onRefused, tally }: IncomingRules,
  onText: (text: string) => Refusal | undefined,
): void {
  const bytes = toBuffer(data);
  countOne(connection, count, bytes.length, tally);
  if (!connection.isOpen) return;
  // Who talks but does not read is not alive.
  if (!connection.isBlocked) connection.isAlive = true;

  const isTooLarge = bytes.length > messageBytes;
  const refusal = isTooLarge ? tooLarge(messageBytes) : isBinary ? NOT_TEXT : onText(bytes.toString());
  count.strikes = refusal ? count.strikes + 1 : 0;
  if (refusal) {
    onRefused(refusal);
    connection.refuse(refusal);
  }
  if (isTooLarge) letGo(connection, count, closeCodeOf('body-too-large'), tally);
  else if (count.strikes >= STRIKES) letGo(connection, count, CLOSE.misbehaved, tally);
}

function letGo(connection: Connection, count: MessageCount, code: number, tally: Tally): void {
  if (count.isOver) return;
  count.isOver = true;
  tally.ended.misbehaved += 1;
  connection.close(code, code === CLOSE.misbehaved ? 'too many messages' : 'body-too-large');
}

const NOT_TEXT: Refusal = { code: 'unknown-frame', message: 'frames are text' };
const tooLarge = (limit: number): Refusal => ({
  code: 'body-too-large',
  message: `a message may have ${limit} bytes at most`,
});

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
