/**
 * WebSocket outlet: ws does the handshake, control frames and everything that comes in; frames for readers are written
 * straight to the socket that the HTTP server handed over, because they are built already.
 *
 * Safe beside ws's own writes as long as nobody sends fragmented or compressed messages: each write is whole frames.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Outlet } from './connection.ts';

export class WebSocketOutlet implements Outlet {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  write(bytes: Buffer): boolean {
    // After a close frame nothing may follow. [RFC 6455 5.5.1]
    if (this.#webSocket.readyState !== this.#webSocket.OPEN || !this.#socket.writable) return true;
    return this.#socket.write(bytes);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  ping(): boolean {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
    return true;
  }
}
