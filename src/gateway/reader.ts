/** Reader: a cursor into its audience's ring, and little else: there may be a hundred thousand of them. */
import { CLOSE } from '../protocol/close-code.ts';
import type { Connection, Subscriber } from './connection.ts';
import type { Encoding } from './encoding.ts';
import type { Ring } from './ring.ts';

/** What a reader needs of the audience it belongs to. */
export interface ReaderHome {
  readonly channel: string;
  readonly encoding: Encoding;
  readonly ring: Ring;
  snapshot(last: number): Buffer;
  /** Counts a reader whose position has left the ring. */
  overtaken(by: 'snapshot' | 'close'): void;
  leave(reader: Reader): void;
}

export class Reader implements Subscriber {
  readonly home: ReaderHome;
  readonly connection: Connection;
  /** Position in the ring of the next frame to write. */
  position: number;
  /** Headlines in a snapshot. */
  readonly last: number;
  /** Where it stands among its audience's readers; -1 when it has left. */
  index = -1;

  constructor(home: ReaderHome, connection: Connection, position: number, last: number) {
    this.home = home;
    this.connection = connection;
    this.position = position;
    this.last = last;
  }

  get channel(): string {
    return this.home.channel;
  }

  /** Writes all that is due, in as few writes as there are joins. */
  catchUp(): void {
    const { ring } = this.home;
    const { connection } = this;
    while (this.position !== ring.head && connection.isOpen && !connection.isBlocked) {
      if (this.position < ring.base) return this.beginAnew();
      const { bytes, next } = ring.read(this.position);
      this.position = next;
      connection.write(bytes);
    }
  }

  leave(): void {
    this.home.leave(this);
  }

  /** What it missed is gone: it is told so, and given the list as it stands. */
  private beginAnew(): void {
    if (!this.home.encoding.control) {
      this.home.overtaken('close');
      return this.connection.close(CLOSE.fellBehind, 'fell behind; resume by cursor');
    }
    this.home.overtaken('snapshot');
    this.position = this.home.ring.head;
    this.connection.write(this.home.snapshot(this.last));
  }
}
