/** Event stream outlet: an HTTP response that stays open. [HTML Living Standard 9.2, server-sent events] */
import type { ServerResponse } from 'node:http';
import type { Outlet } from './connection.ts';

/** A comment: keeps proxies from closing what seems idle. */
const COMMENT = Buffer.from(':\n\n');

export class EventStreamOutlet implements Outlet {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  write(bytes: Buffer): boolean {
    if (this.#response.writableEnded || this.#response.destroyed) return true;
    return this.#response.write(bytes);
  }

  close(): void {
    this.#response.end();
  }

  terminate(): void {
    this.#response.destroy();
  }

  /** There is no pong here: a socket that takes the comment is alive, one that does not has until it drains. */
  ping(): boolean {
    return this.#response.destroyed || !this.write(COMMENT);
  }
}
