/**
 * Rejects a WebSocket handshake over HTTP: the problem document, written to the bare socket.
 *
 * HTTP sockets stay half open after their end: this one is destroyed, or a peer that never ends its half would keep it.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, toProblemResponse } from '../protocol/refusal.ts';

/** For a peer that does not even read its answer. */
const LONGEST_MS = 5_000;

/** @param more header fields. */
export function rejectUpgrade(
  socket: Duplex,
  refusal: Refusal,
  more: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) return;
  const { status, headers, body } = toProblemResponse(refusal);
  const fields = {
    ...headers,
    ...more,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
  const late = setTimeout(() => socket.destroy(), LONGEST_MS).unref();
  // Where many are refused, none is held on to for longer than it takes.
  socket.on('close', () => clearTimeout(late));
}
