/**
 * WebSocket session: a connection from the end of its handshake to its own.
 *
 * Nothing of the handshake is reachable from here: an idle reader keeps neither its request nor its headers.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';
import type { Encoding } from './encoding.ts';
import { countMessages, type IncomingRules, type MessageCount, receive } from './incoming-messages.ts';
import type { Reception } from './reception.ts';
import { WebSocketOutlet } from './websocket-outlet.ts';

export interface SessionOptions extends IncomingRules {
  readonly reception: Reception;
  /** What the reader said; a refusal is told to it. Shared by many sessions. */
  readonly onText: (connection: Connection, text: string) => Refusal | undefined;
}

export function openSession(
  webSocket: WebSocket,
  socket: Duplex,
  encoding: Encoding,
  options: SessionOptions,
): Connection {
  const connection = options.reception.open(new WebSocketOutlet(webSocket, socket), encoding);
  let count: MessageCount | undefined;
  const onText = (text: string) => options.onText(connection, text);
  socket.on('drain', () => connection.drained());
  webSocket.on('pong', () => {
    connection.isAlive = true;
  });
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    count ??= countMessages();
    receive(connection, count, data, isBinary, options, onText);
  });
  webSocket.on('close', () => options.reception.left(connection));
  // What breaks the protocol is closed by ws; 'close' follows.
  webSocket.on('error', ignore);
  return connection;
}

/** For errors that another event tells as well. */
export const ignore = (): void => {};
