/**
 * Channel mirror: a channel as this gateway holds it in memory: its newest headlines and the end of its log.
 *
 * Snapshots and resumes are served from here, so readers cost the store nothing. [design 3, promise 7]
 */
import type { Channel } from '../domain/channel.ts';
import type { Baseline } from '../domain/engine.ts';
import type { LogEntry } from '../domain/log-entry.ts';
import { type Cursor, NO_TAG } from '../protocol/cursor.ts';
import { type Filter, filterKey, passes } from '../protocol/filter.ts';
import type { Headline } from '../protocol/headline.ts';
import {
  type HeadlineList,
  listOf,
  withHeadline,
  withoutExpired,
  withoutHeadline,
} from '../protocol/headline-list.ts';
import { Audience, type AudienceOptions, type ChannelView } from './audience.ts';
import type { Encoding } from './encoding.ts';

export interface MirrorOptions extends AudienceOptions {
  /** Headlines held, from which filtered lists are taken. @default 500 */
  readonly limitHeadlines?: number;
  /** Changes held, from which a new audience's ring is filled. @default 1000 */
  readonly limitTail?: number;
  /** Different filters and encodings at one time. @default 200 */
  readonly limitAudiences?: number;
}

/** An audience without readers is kept this long, for those who are about to come back. */
const IDLE_AUDIENCE_MS = 60_000;
/** A reader who was told more elsewhere waits this long for us to hear of it: longer than a lost announcement takes. */
const CATCH_UP_MS = 1_500;
/** More than this many at a time do not wait. */
const WAITING_LIMIT = 10_000;

export class ChannelMirror implements ChannelView {
  /** Settings, as last seen. */
  channel: Channel;
  head: Cursor;
  /** The entry before the first of the tail. */
  floor: Pick<Cursor, 'sequence' | 'tag'>;
  tail: LogEntry[];
  #list: HeadlineList;
  readonly #audiences = new Map<string, Audience>();
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
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Resolves at once, unless another gateway has told of more than this one has heard of yet: then once it has, or after
   * a while. What is only late must not be answered as if it were lost.
   */
  async reach(cursor: Cursor | undefined): Promise<void> {
    const isAhead = () => cursor?.epoch === this.head.epoch && cursor.sequence > this.head.sequence;
    if (!isAhead() || this.#waiting.size >= WAITING_LIMIT) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => isAhead() || end();
      const timer = setTimeout(end, CATCH_UP_MS);
      this.#waiting.add(look);
    });
  }

  /** Newest first, at most `last`, of those that pass; none that has expired. */
  newest(filter: Filter, last: number, nowMs: number): readonly Headline[] {
    this.#list = withoutExpired(this.#list, new Date(nowMs).toISOString());
    const found: Headline[] = [];
    for (const headline of this.#list.headlines) {
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

  /** @returns undefined when there are too many different ones with readers. */
  audience(filter: Filter, encoding: Encoding): Audience | undefined {
    const key = `${encoding.name} ${filterKey(filter)}`;
    const known = this.#audiences.get(key);
    if (known) return known;
    if (this.#audiences.size >= this.#options.limitAudiences && !this.#makeRoom()) return undefined;
    const audience = new Audience(this, filter, encoding, this.#options);
    this.#audiences.set(key, audience);
    return audience;
  }

  get audiences(): Iterable<Audience> {
    return this.#audiences.values();
  }

  /** Lets go of what no one has used for a while. */
  sweep(nowMs: number): void {
    for (const [key, audience] of this.#audiences) {
      audience.sweep(nowMs);
      if (audience.readers.length === 0 && audience.usedAtMs < nowMs - IDLE_AUDIENCE_MS)
        this.#audiences.delete(key);
    }
  }

  #makeRoom(): boolean {
    for (const [key, audience] of this.#audiences) {
      if (audience.readers.length === 0) return this.#audiences.delete(key);
    }
    return false;
  }
}

function floorOf({ head, tail }: Baseline): Pick<Cursor, 'sequence' | 'tag'> {
  const [oldest] = tail;
  if (oldest) return { sequence: oldest.sequence - 1, tag: oldest.previous };
  return head.sequence === 0 ? { sequence: 0, tag: NO_TAG } : { sequence: head.sequence, tag: head.tag };
}
