/**
 * Incoming messages: what readers send, which should be little.
 *
 * Who sends too large a message, too many of them, or again and again what is not understood, is let go; everyone
 * else is served meanwhile.
 */
import type { RawData, WebSocket } from 'ws';
import { CLOSE } from '../protocol/close-code.ts';
import { closeCodeOf, type Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';

export interface IncomingMessagesOptions {
  /** Bytes of one message. @default 4096 */
  readonly messageBytes?: number;
  /** What came in; a refusal is told to the reader. */
  readonly onText: (text: string) => Refusal | undefined;
  readonly onRefused: (refusal: Refusal) => void;
}

/** A message up to this is refused with a reason of ours; ws ends what sends more with 1009. */
export const LARGEST_MESSAGE = 65_536;
/** Messages a reader may send within {@link MESSAGE_WINDOW_MS}. */
const MESSAGE_LIMIT = 200;
const MESSAGE_WINDOW_MS = 10_000;
/** Refused messages in a row after which a reader is let go. */
const STRIKES = 20;

export function listen(
  webSocket: WebSocket,
  connection: Connection,
  { messageBytes = 4_096, onText, onRefused }: IncomingMessagesOptions,
): void {
  let strikes = 0;
  let messages = 0;
  let windowFromMs = performance.now();

  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (!connection.isOpen) return;
    connection.isAlive = true;
    const nowMs = performance.now();
    if (nowMs - windowFromMs > MESSAGE_WINDOW_MS) [messages, windowFromMs] = [0, nowMs];
    messages += 1;

    const bytes = toBuffer(data);
    if (bytes.length > messageBytes) {
      const refusal: Refusal = {
        code: 'body-too-large',
        message: `a message may have ${messageBytes} bytes at most`,
      };
      onRefused(refusal);
      return connection.close(closeCodeOf(refusal.code), refusal.code);
    }
    const refusal = isBinary ? NOT_TEXT : onText(bytes.toString());
    if (refusal) onRefused(refusal);
    strikes = refusal ? strikes + 1 : 0;
    if (strikes >= STRIKES || messages > MESSAGE_LIMIT)
      connection.close(CLOSE.misbehaved, 'too many messages');
  });
}

const NOT_TEXT: Refusal = { code: 'unknown-frame', message: 'frames are text' };

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
