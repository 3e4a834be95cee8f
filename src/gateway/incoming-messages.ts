/**
 * Incoming messages: what readers send, which should be little.
 *
 * Who sends too large a message, too many of them, or again and again what is not understood, is let go; everyone
 * else is served meanwhile.
 */
import type { RawData } from 'ws';
import { CLOSE } from '../protocol/close-code.ts';
import { closeCodeOf, type Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';

/** A message up to this is refused with a reason of ours; ws ends what sends more with 1009. */
export const LARGEST_MESSAGE = 65_536;
/** Messages a reader may send within {@link MESSAGE_WINDOW_MS}. */
const MESSAGE_LIMIT = 200;
const MESSAGE_WINDOW_MS = 10_000;
/** Refused messages in a row after which a reader is let go. */
const STRIKES = 20;

export interface IncomingRules {
  /** Bytes of one message. */
  readonly messageBytes: number;
  readonly onRefused: (refusal: Refusal) => void;
}

/** What one reader has sent; there is one only for those who send anything. */
export interface MessageCount {
  strikes: number;
  messages: number;
  /** When the window began; milliseconds, any origin. */
  fromMs: number;
}

export const countMessages = (): MessageCount => ({ strikes: 0, messages: 0, fromMs: performance.now() });

/** @param onText what came in; a refusal is told to the reader. */
export function receive(
  connection: Connection,
  count: MessageCount,
  data: RawData,
  isBinary: boolean,
  { messageBytes, onRefused }: IncomingRules,
  onText: (text: string) => Refusal | undefined,
): void {
  if (!connection.isOpen) return;
  // Who talks but does not read is not alive: else its answers would pile up for ever.
  if (!connection.isBlocked) connection.isAlive = true;
  const nowMs = performance.now();
  if (nowMs - count.fromMs > MESSAGE_WINDOW_MS) {
    count.messages = 0;
    count.fromMs = nowMs;
  }
  count.messages += 1;

  const bytes = toBuffer(data);
  const isTooLarge = bytes.length > messageBytes;
  const refusal = isTooLarge ? tooLarge(messageBytes) : isBinary ? NOT_TEXT : onText(bytes.toString());
  count.strikes = refusal ? count.strikes + 1 : 0;
  if (refusal) {
    onRefused(refusal);
    connection.refuse(refusal);
  }
  if (isTooLarge) connection.close(closeCodeOf('body-too-large'), 'body-too-large');
  else if (count.strikes >= STRIKES || count.messages > MESSAGE_LIMIT) {
    connection.close(CLOSE.misbehaved, 'too many messages');
  }
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
