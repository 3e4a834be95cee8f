/**
 * Fake socket: a WebSocket without a network. It is open one turn of the promise queue after it was made, which no
 * fake timer holds up; what the service sends then is heard before the sending call returns.
 */
import type { ServerFrame } from '../../../src/protocol/frames.ts';

/** What a page may ask of it; a class of these is given to `connect`, or put in the place of the platform's. */
export interface FakeWebSocket {
  readonly url: string;
  readonly protocol: string;
  /** As of the platform's: 0 connecting, 1 open, 3 closed. */
  readonly readyState: number;
  addEventListener<Type extends keyof FakeSocketEvents>(
    type: Type,
    listener: (event: FakeSocketEvents[Type]) => void,
  ): void;
  removeEventListener<Type extends keyof FakeSocketEvents>(
    type: Type,
    listener: (event: FakeSocketEvents[Type]) => void,
  ): void;
  /** Readers of one channel have nothing to say: it is not heard. */
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export interface FakeSocketEvents {
  readonly open: { readonly type: 'open' };
  readonly error: { readonly type: 'error' };
  readonly message: { readonly type: 'message'; readonly data: string };
  readonly close: { readonly type: 'close'; readonly code: number; readonly reason: string };
}

/** Where sockets arrive. */
export interface FakeReception {
  open(socket: FakeSocket): void;
  closed(socket: FakeSocket): void;
}

export class FakeSocket implements FakeWebSocket {
  readonly url: string;
  readonly protocol: string;
  readyState: 0 | 1 | 3 = 0;
  readonly #reception: FakeReception;
  readonly #listeners = new Set<{ readonly type: string; readonly listener: (event: never) => void }>();

  constructor(reception: FakeReception, url: string | URL, protocols: string | readonly string[] = []) {
    this.#reception = reception;
    this.url = String(url);
    this.protocol = [protocols].flat()[0] ?? '';
    Promise.resolve().then(() => {
      if (this.readyState === 0) reception.open(this);
    });
  }

  addEventListener<Type extends keyof FakeSocketEvents>(
    type: Type,
    listener: (event: FakeSocketEvents[Type]) => void,
  ): void {
    this.#listeners.add({ type, listener });
  }

  removeEventListener<Type extends keyof FakeSocketEvents>(
    type: Type,
    listener: (event: FakeSocketEvents[Type]) => void,
  ): void {
    for (const entry of this.#listeners) {
      if (entry.type === type && entry.listener === listener) this.#listeners.delete(entry);
    }
  }

  send(_data: string): void {
    if (this.readyState === 0) throw new Error('the socket is not open yet');
  }

  close(code = 1005, reason = ''): void {
    this.end(code, reason);
  }

  /** The service took the connection. */
  accept(): void {
    this.readyState = 1;
    this.#tell('open', { type: 'open' });
  }

  tell(frame: ServerFrame): void {
    if (this.readyState === 1) this.#tell('message', { type: 'message', data: JSON.stringify(frame) });
  }

  end(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#reception.closed(this);
    if (code === 1006) this.#tell('error', { type: 'error' });
    this.#tell('close', { type: 'close', code, reason });
  }

  #tell<Type extends keyof FakeSocketEvents>(type: Type, event: FakeSocketEvents[Type]): void {
    for (const entry of [...this.#listeners]) {
      if (entry.type === type) entry.listener(event as never);
    }
  }
}
