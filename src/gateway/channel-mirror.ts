/**
 * Channel mirror: a channel as this gateway holds it in memory: its newest headlines and the end of its log.
 *
 * Snapshots and resumes are served from here, so readers cost the store nothing. [design 3, promise 7]
 */
import { agedSince, type Channel } from '../domain/channel.ts';
import type { Baseline } from '../domain/engine.ts';
import type { LogEntry } from '../domain/log-entry.ts';
import { type Cursor, NO_TAG } from '../protocol/cursor.ts';
import { type Filter, filterKey, passes } from '../protocol/filter.ts';
import type { Headline } from '../protocol/headline.ts';
import {
  type HeadlineList,
  listOf,
  withHeadline,
  withoutAged,
  withoutExpired,
  withoutHeadline,
} from '../protocol/headline-list.ts';
import type { Result } from '../protocol/refusal.ts';
import { accepted } from '../protocol/refusal.ts';
import { Audience, type AudienceOptions, type ChannelView } from './audience.ts';
import type { Encoding } from './encoding.ts';
import { tooManyFilters } from './filter-places.ts';

export interface MirrorOptions extends AudienceOptions {
  /** Headlines held, from which filtered lists are taken. @default 500 */
  readonly limitHeadlines?: number;
  /** Changes held, from which a new audience's ring is filled. @default 1000 */
  readonly limitTail?: number;
  /** Different filters, in each encoding, at one time. @default 200 */
  readonly limitAudiences?: number;
}

/** An audience without readers is kept this long, for those who are about to come back. */
const IDLE_AUDIENCE_MS = 60_000;
const NO_FILTER = filterKey({});

export class ChannelMirror implements ChannelView {
  /** Settings, as last seen. */
  channel: Channel;
  head: Cursor;
  /** The entry before the first of the tail. */
  floor: Pick<Cursor, 'sequence' | 'tag'>;
  tail: LogEntry[];
  #list: HeadlineList;
  readonly #audiences = new Map<string, Audience>();
  /** Gives the place of a filter back, by the audience's key. */
  readonly #places = new Map<string, () => void>();
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  /** Those who wait for what they saw elsewhere. */
  readonly #waiting = new Set<() => void>();
  readonly #options: Required<Pick<MirrorOptions, 'limitHeadlines' | 'limitTail' | 'limitAudiences'>> &
    AudienceOptions;

  constructor(channel: Channel, baseline: Baseline, options: MirrorOptions) {
    this.#options = { limitHeadlines: 500, limitTail: 1_000, limitAudiences: 200, ...options };
    this.channel = channel;
    this.head = baseline.head;
    this.tail = [...baseline.tail];
    this.floor = floorOf(baseline);
    this.#list = listOf(baseline.headlines, this.#options.limitHeadlines);
  }

  onBaseline(baseline: Baseline): void {
    this.head = baseline.head;
    this.tail = [...baseline.tail];
    this.floor = floorOf(baseline);
    this.#list = listOf(baseline.headlines, this.#options.limitHeadlines);
    for (const audience of this.#audiences.values()) audience.onBaseline();
    this.#tellWaiting();
  }

  /** When the store was last asked and had nothing that is not here, by `performance.now()`. */
  get confirmedAtMs(): number {
    return this.#confirmedAtMs;
  }

  onConfirmed(askedAtMs: number): void {
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, askedAtMs);
    this.#tellWaiting();
  }

  /**
   * Another gateway may have told of what this one has not heard of yet: a later change, another one of the same
   * number, or a new epoch. One from before what is held here says nothing new.
   */
  mayBeBehind(cursor: Cursor | undefined): boolean {
    if (!cursor) return false;
    const { epoch, sequence, tag } = cursor;
    if (epoch !== this.head.epoch || sequence > this.head.sequence) return true;
    return sequence >= this.floor.sequence && this.tagAt(sequence) !== tag;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many wait for it to move. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @returns stops it. @param look called whenever the head moved or was confirmed, or it closed */
  onMove(look: () => void): () => void {
    this.#waiting.add(look);
    return () => this.#waiting.delete(look);
  }

  #tellWaiting(): void {
    for (const look of [...this.#waiting]) look();
  }

  onEntries(entries: readonly LogEntry[], epoch: string): void {
    for (const entry of entries) {
      this.tail.push(entry);
      this.#list =
        entry.body.change === 'retracted'
          ? withoutHeadline(this.#list, entry.body.id)
          : withHeadline(this.#list, entry.body.headline);
      this.head = { epoch, sequence: entry.sequence, tag: entry.tag };
    }
    // Trimmed in lumps: moving a thousand entries for each new one would be wasted work.
    if (this.tail.length > this.#options.limitTail * 1.25) {
      const removed = this.tail.splice(0, this.tail.length - this.#options.limitTail);
      this.floor = removed.at(-1) ?? this.floor;
    }
    for (const audience of this.#audiences.values()) audience.onEntries(entries);
    this.#tellWaiting();
  }

  /** Newest first, at most `last`, of those that pass; none that has expired, or that the channel keeps no longer. */
  newest(filter: Filter, last: number, nowMs: number): readonly Headline[] {
    this.#list = withoutExpired(this.#list, new Date(nowMs).toISOString());
    // Left out here, not let go: where the channel is set to keep more, a cold gateway would have it as well.
    const since = agedSince(this.channel, nowMs);
    const { headlines } = since === undefined ? this.#list : withoutAged(this.#list, since);
    const found: Headline[] = [];
    for (const headline of headlines.slice(0, this.channel.keepHeadlines)) {
      if (found.length >= last) break;
      if (passes(filter, headline)) found.push(headline);
    }
    return found;
  }

  /** Tag of the entry with this number, where the tail reaches it. */
  tagAt(sequence: number): string | undefined {
    if (sequence === this.head.sequence) return this.head.tag;
    if (sequence === this.floor.sequence) return this.floor.tag;
    return this.tail[sequence - this.floor.sequence - 1]?.tag;
  }

  /** Entries after a cursor; undefined where not all are held, or the cursor is of another past. */
  entriesAfter({ epoch, sequence, tag }: Cursor): readonly LogEntry[] | undefined {
    if (epoch !== this.head.epoch || sequence < this.floor.sequence || sequence > this.head.sequence)
      return undefined;
    return this.tagAt(sequence) === tag ? this.tail.slice(sequence - this.floor.sequence) : undefined;
  }

  /**
   * Without a filter there always is one. With one there may be too many already.
   *
   * @param takeFilter takes a place for a filter that no one uses yet, and gives it back.
   */
  audience(filter: Filter, encoding: Encoding, takeFilter: () => Result<() => void>): Result<Audience> {
    const wanted = filterKey(filter);
    const key = `${encoding.name} ${wanted}`;
    const known = this.#audiences.get(key);
    if (known) return accepted(known);
    if (wanted !== NO_FILTER) {
      if (this.#places.size >= this.#options.limitAudiences && !this.#makeRoom()) {
        return tooManyFilters('too many different filters of this channel are in use');
      }
      const place = takeFilter();
      if (!place.ok) return place;
      this.#places.set(key, place.value);
    }
    const audience = new Audience(this, filter, encoding, this.#options);
    this.#audiences.set(key, audience);
    return accepted(audience);
  }

  get audiences(): Iterable<Audience> {
    return this.#audiences.values();
  }

  /** Lets go of what no one has used for a while. */
  sweep(nowMs: number): void {
    for (const [key, audience] of this.#audiences) {
      audience.sweep(nowMs);
      if (audience.readers.length === 0 && audience.usedAtMs < nowMs - IDLE_AUDIENCE_MS) this.#letGo(key);
    }
  }

  /** Nothing more comes: the channel is gone, or this gateway ends. */
  close(): void {
    this.#isClosed = true;
    this.#tellWaiting();
    for (const key of [...this.#audiences.keys()]) this.#letGo(key);
  }

  #makeRoom(): boolean {
    for (const key of this.#places.keys()) {
      if (this.#audiences.get(key)?.readers.length !== 0) continue;
      this.#letGo(key);
      return true;
    }
    return false;
  }

  #letGo(key: string): void {
    this.#audiences.delete(key);
    this.#places.get(key)?.();
    this.#places.delete(key);
  }
}

function floorOf({ head, tail }: Baseline): Pick<Cursor, 'sequence' | 'tag'> {
  const [oldest] = tail;
  if (oldest) return { sequence: oldest.sequence - 1, tag: oldest.previous };
  return head.sequence === 0 ? { sequence: 0, tag: NO_TAG } : { sequence: head.sequence, tag: head.tag };
}
