/**
 * WebSocket session: a connection from the end of its handshake to its own.
 *
 * Nothing of the handshake is reachable from here: an idle reader keeps neither its request nor its headers. What it
 * sends is not heard while it does not read, or its answers would pile up; nor after it was let go.
 */
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket } from 'ws';
import type { Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';
import type { Encoding } from './encoding.ts';
import {
  countMessages,
  countOne,
  type IncomingRules,
  type MessageCount,
  receive,
} from './incoming-messages.ts';
import type { Reception } from './reception.ts';
import { WebSocketOutlet } from './websocket-outlet.ts';

export interface SessionOptions extends IncomingRules {
  readonly reception: Reception;
  /** What the reader said; a refusal is told to it. Shared by many sessions. */
  readonly onText: (connection: Connection, text: string) => Refusal | undefined;
}

/** A WebSocket that knows its session, so that all share the same few listeners. */
export class ReaderSocket extends WebSocket {
  session: Session | undefined;
}

/** For the close frame to reach a reader that was let go; its own is not waited for. */
const LAST_WORD_MS = 1_000;

class Session {
  readonly connection: Connection;
  readonly #webSocket: WebSocket;
  readonly #options: SessionOptions;
  /** Of those who send anything but the pongs they owe. */
  #count: MessageCount | undefined;
  #isLeaving = false;

  constructor(webSocket: WebSocket, connection: Connection, options: SessionOptions) {
    this.connection = connection;
    this.#webSocket = webSocket;
    this.#options = options;
  }

  onMessage(data: RawData, isBinary: boolean): void {
    const { connection } = this;
    const onText = (text: string) => this.#options.onText(connection, text);
    receive(connection, this.#counted(), data, isBinary, this.#options, onText);
    this.#hearOnlyReaders();
  }

  onPing(data: Buffer): void {
    countOne(this.connection, this.#counted(), data.length, this.#options.tally);
    this.#hearOnlyReaders();
  }

  onPong(data: Buffer): void {
    if (this.connection.isAlive) return this.onPing(data);
    this.connection.isAlive = true;
    this.#hearOnlyReaders();
  }

  onDrain(): void {
    const { connection } = this;
    connection.drained();
    if (this.#webSocket.isPaused && !connection.isBlocked && !this.#isLeaving) this.#webSocket.resume();
  }

  /** What breaks the protocol is closed by ws; 'close' follows. */
  onError(): void {
    if (!this.connection.isOpen) return;
    this.#options.tally.ended['protocol-error'] += 1;
    this.connection.closed();
  }

  onClose(): void {
    this.#options.reception.left(this.connection);
  }

  #counted(): MessageCount {
    this.#count ??= countMessages();
    return this.#count;
  }

  /** What others send stays where it is: their own machines are to hold it. */
  #hearOnlyReaders(): void {
    const isOver = this.#count?.isOver === true;
    if (this.#isLeaving || (!isOver && !this.connection.isBlocked)) return;
    this.#webSocket.pause();
    this.#isLeaving = isOver;
    if (isOver) setTimeout(() => this.#webSocket.terminate(), LAST_WORD_MS).unref();
  }
}

const sessionOf = (webSocket: WebSocket) =>
  webSocket instanceof ReaderSocket ? webSocket.session : undefined;

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  sessionOf(this)?.onMessage(data, isBinary);
}
function onPing(this: WebSocket, data: Buffer): void {
  sessionOf(this)?.onPing(data);
}
function onPong(this: WebSocket, data: Buffer): void {
  sessionOf(this)?.onPong(data);
}
function onError(this: WebSocket): void {
  sessionOf(this)?.onError();
}
function onClose(this: WebSocket): void {
  sessionOf(this)?.onClose();
}

export function openSession(
  webSocket: ReaderSocket,
  socket: Duplex,
  encoding: Encoding,
  options: SessionOptions,
): Connection {
  const connection = options.reception.open(new WebSocketOutlet(webSocket, socket), encoding);
  const session = new Session(webSocket, connection, options);
  webSocket.session = session;
  socket.on('drain', () => session.onDrain());
  webSocket
    .on('message', onMessage)
    .on('ping', onPing)
    .on('pong', onPong)
    .on('error', onError)
    .on('close', onClose);
  return connection;
}

/** For errors that another event tells as well. */
export const ignore = (): void => {};
