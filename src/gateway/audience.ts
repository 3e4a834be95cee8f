/**
 * Audience: all readers of a channel with the same filter and encoding.
 *
 * Filters are evaluated and frames built once an audience and change, never once a reader. [design 6]
 */
import type { Channel } from '../domain/channel.ts';
import type { LogEntry } from '../domain/log-entry.ts';
import type { Cursor } from '../protocol/cursor.ts';
import { formatCursor } from '../protocol/cursor.ts';
import type { Filter } from '../protocol/filter.ts';
import type { Headline } from '../protocol/headline.ts';
import type { Connection } from './connection.ts';
import type { Encoding } from './encoding.ts';
import { Reader, type ReaderHome } from './reader.ts';
import { createRing, type Ring, type RingFrame, type RingOptions } from './ring.ts';
import { visibleChange } from './visible-change.ts';

/** A snapshot tells the server's time, so it may be shared only for a moment. */
const SNAPSHOT_LIFE_MS = 1_000;
/** Snapshots of different lengths kept at one time. */
const SNAPSHOT_LIMIT = 8;
/** Before every position of every ring. */
const LONG_GONE = Number.NEGATIVE_INFINITY;

/** What an audience needs of the mirror of its channel. */
export interface ChannelView {
  readonly channel: Channel;
  readonly head: Cursor;
  /** The entry before the first of the tail. */
  readonly floor: Pick<Cursor, 'sequence' | 'tag'>;
  /** Oldest first. */
  readonly tail: readonly LogEntry[];
  newest(filter: Filter, last: number, nowMs: number): readonly Headline[];
  tagAt(sequence: number): string | undefined;
}

export interface AudienceOptions extends RingOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Told when there is something to write to the readers. */
  readonly onChange: (audience: Audience) => void;
  /** Told when a reader missed what is no longer kept: it gets a snapshot, or is let go. */
  readonly onOvertaken?: (by: 'snapshot' | 'close') => void;
}

export class Audience implements ReaderHome {
  readonly #mirror: ChannelView;
  readonly filter: Filter;
  readonly encoding: Encoding;
  readonly ring: Ring;
  /** In no order: a reader that leaves is replaced by the last one. */
  readonly readers: Reader[] = [];
  /** When it last had a reader or was asked for a snapshot; milliseconds since 1970 UTC. */
  usedAtMs: number;
  #snapshots = new Map<number, Buffer>();
  #snapshotsUntilMs = 0;
  /** The ring took all it can of what was before this audience: trying again for each reader would be wasted work. */
  #isRingFull = false;
  readonly #options: AudienceOptions;

  constructor(mirror: ChannelView, filter: Filter, encoding: Encoding, options: AudienceOptions) {
    this.#mirror = mirror;
    this.filter = filter;
    this.encoding = encoding;
    this.#options = options;
    this.usedAtMs = options.now();
    this.ring = createRing(mirror.head.sequence, options);
  }

  get channel(): string {
    return this.#mirror.channel.name;
  }

  /** The channel moved on. */
  onEntries(entries: readonly LogEntry[]): void {
    this.#snapshotsUntilMs = 0;
    const { head } = this.ring;
    for (const entry of entries) {
      const frame = this.#frame(entry);
      if (frame) this.ring.append(frame);
    }
    if (this.ring.head !== head && this.readers.length > 0) this.#options.onChange(this);
  }

  /** The channel began anew: what readers hold is void. */
  onBaseline(): void {
    this.#snapshotsUntilMs = 0;
    this.ring.clear(this.#mirror.head.sequence);
    this.#isRingFull = false;
    if (this.readers.length > 0) this.#options.onChange(this);
  }

  /**
   * Takes a reader in and writes where it stands: a snapshot, or that it is resumed and what it missed.
   *
   * @param since cursor of the last frame it saw; one that cannot be resumed gives a snapshot.
   */
  join(connection: Connection, last: number, since?: Cursor): Reader {
    const position = since && this.locate(since);
    const reader = new Reader(this, connection, position ?? this.ring.head, last);
    reader.index = this.readers.push(reader) - 1;
    connection.add(reader);
    if (since === undefined || position === undefined) {
      // A socket that is full gets its snapshot when it has drained, and no second one behind the first.
      if (connection.isBlocked) reader.position = LONG_GONE;
      else connection.write(this.snapshot(last));
    } else {
      const resumed = {
        type: 'resumed',
        channel: this.channel,
        cursor: formatCursor(since),
      } as const;
      connection.tell(resumed);
      reader.catchUp();
    }
    return reader;
  }

  leave(reader: Reader): void {
    if (reader.index < 0) return;
    const last = this.readers.pop();
    if (last && last !== reader) {
      this.readers[reader.index] = last;
      last.index = reader.index;
    }
    reader.index = -1;
    this.usedAtMs = this.#options.now();
  }

  /** Position after a cursor; undefined where not everything after it is held, or the cursor is of another past. */
  locate(cursor: Cursor): number | undefined {
    const { head } = this.#mirror;
    if (cursor.epoch !== head.epoch || cursor.sequence > head.sequence) return undefined;
    const tag = this.#mirror.tagAt(cursor.sequence) ?? this.ring.tagAt(cursor.sequence);
    if (tag !== cursor.tag) return undefined;
    this.#reachBack(cursor.sequence);
    return cursor.sequence < this.ring.floor ? undefined : this.ring.positionAfter(cursor.sequence);
  }

  overtaken(by: 'snapshot' | 'close'): void {
    this.#options.onOvertaken?.(by);
  }

  /** Lets go of snapshots that are too old to be shared. */
  sweep(nowMs: number): void {
    if (nowMs >= this.#snapshotsUntilMs) this.#snapshots = new Map();
  }

  /** The list as it stands: one shared buffer. */
  snapshot(last: number): Buffer {
    const nowMs = this.#options.now();
    this.usedAtMs = nowMs;
    if (nowMs >= this.#snapshotsUntilMs) {
      this.#snapshots = new Map();
      this.#snapshotsUntilMs = nowMs + SNAPSHOT_LIFE_MS;
    }
    const shared = this.#snapshots.get(last);
    if (shared) return shared;
    const snapshot = this.encoding.snapshot({
      channel: this.channel,
      cursor: formatCursor(this.#mirror.head),
      serverTime: new Date(nowMs).toISOString(),
      timeZone: this.#mirror.channel.timeZone,
      headlines: this.#mirror.newest(this.filter, last, nowMs),
    });
    if (this.#snapshots.size < SNAPSHOT_LIMIT) this.#snapshots.set(last, snapshot);
    return snapshot;
  }

  /** Frames what the channel's mirror has from before this audience was there, when someone asks for it first. */
  #reachBack(sequence: number): void {
    const { floor, tail } = this.#mirror;
    if (this.#isRingFull || sequence >= this.ring.floor || sequence < floor.sequence) return;
    const older = tail.slice(sequence - floor.sequence, this.ring.floor - floor.sequence);
    this.ring.prepend(
      older.flatMap((entry) => this.#frame(entry) ?? []),
      sequence,
    );
    this.#isRingFull = this.ring.floor > sequence;
  }

  /** @returns undefined where these readers see nothing of it. */
  #frame(entry: LogEntry): RingFrame | undefined {
    const change = visibleChange(this.channel, this.#mirror.head.epoch, entry, this.filter);
    return change && { sequence: entry.sequence, tag: entry.tag, bytes: this.encoding.change(change) };
  }
}
