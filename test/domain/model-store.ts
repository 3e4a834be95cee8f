/**
 * Model store: one channel as the simplest store would keep it, and reads of it that come when the test likes.
 *
 * It can be written, trimmed, set back and emptied. No two entries ever share a tag, so that whoever was told of one
 * can be asked what came between.
 */
import type { Baseline } from '../../src/domain/engine.ts';
import type { LogReader } from '../../src/domain/follower.ts';
import type { EntryBody, LogEntry } from '../../src/domain/log-entry.ts';
import { type Cursor, NO_TAG } from '../../src/protocol/cursor.ts';
import type { Headline } from '../../src/protocol/headline.ts';

export const MODEL_AT = '2026-11-23T18:00:00.000Z';

export const modelEntry = (
  sequence: number,
  tag: string,
  previous: string,
  body: EntryBody = { change: 'retracted', id: tag, version: 1 },
): LogEntry => ({ sequence, tag, previous, at: MODEL_AT, body });

export interface Announcement {
  readonly entry: LogEntry;
  readonly epoch: string;
}

export type ModelStore = ReturnType<typeof createModelStore>;

export function createModelStore() {
  let epochs = 1;
  let tags = 0;
  let epoch = 'e1';
  /** All entries of the present chain, and how many of them the log has lost. */
  let chain: LogEntry[] = [];
  let trimmed = 0;
  const ever = new Map<string, LogEntry>();

  /** Live headlines, newest first, as all entries of the chain come to. */
  const headlines = (): Headline[] => {
    const live = new Map<string, Headline>();
    for (const { body } of chain) {
      if (body.change === 'retracted') live.delete(body.id);
      else live.set(body.headline.id, body.headline);
    }
    return [...live.values()].sort((a, b) =>
      a.publishedAt === b.publishedAt ? b.sequence - a.sequence : a.publishedAt < b.publishedAt ? 1 : -1,
    );
  };

  const store = {
    get head(): Cursor {
      const last = chain.at(-1);
      return last ? { epoch, sequence: last.sequence, tag: last.tag } : { epoch, sequence: 0, tag: NO_TAG };
    },
    /** What the store can still be asked for. */
    get log(): readonly LogEntry[] {
      return chain.slice(trimmed);
    },
    /** Every entry there ever was, by tag: also those that the store has lost. */
    ever: ever as ReadonlyMap<string, LogEntry>,
    headlines,
    commit(bodyOf?: (sequence: number) => EntryBody): Announcement {
      tags += 1;
      const { sequence, tag } = store.head;
      const entry = modelEntry(sequence + 1, `t${tags}`, tag, bodyOf?.(sequence + 1));
      chain.push(entry);
      ever.set(entry.tag, entry);
      return { entry, epoch };
    },
    trim(count: number): void {
      trimmed = Math.min(chain.length, trimmed + count);
    },
    /** As a replica that had not heard the last entries and took over. */
    rewind(count: number): void {
      chain = chain.slice(0, Math.max(0, chain.length - count));
      trimmed = Math.min(trimmed, chain.length);
    },
    flush(): void {
      chain = [];
      trimmed = 0;
      store.beginEpoch();
    },
    beginEpoch(): void {
      epochs += 1;
      epoch = `e${epochs}`;
    },
    endEpoch(ended: string): void {
      if (ended === epoch) store.beginEpoch();
    },
    baseline: (limits: { headlines: number; tail: number }): Baseline => ({
      head: store.head,
      headlines: headlines().slice(0, limits.headlines),
      tail: limits.tail > 0 ? store.log.slice(-limits.tail) : [],
    }),
    since: (sequence: number, limit: number) => ({
      head: store.head,
      entries: store.log.filter((entry) => entry.sequence > sequence).slice(0, limit),
    }),
  };
  return store;
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export type SlowReader = ReturnType<typeof createSlowReader>;

/** Reads that the test answers when it likes: first it looks into the store, later it delivers what it saw. */
export function createSlowReader(store: ModelStore) {
  interface Read {
    look(): void;
    deliver(): void;
    fail(): void;
    isSeen: boolean;
  }
  const reads: Read[] = [];
  let count = 0;
  const slowly = <Answer>(ask: () => Answer) =>
    new Promise<Answer>((resolve, reject) => {
      count += 1;
      let answer: Answer;
      const read: Read = {
        isSeen: false,
        look() {
          answer = ask();
          read.isSeen = true;
        },
        deliver: () => resolve(answer),
        fail: () => reject(new Error('the store is away')),
      };
      reads.push(read);
    });
  const take = (isSeen: boolean) => reads.find((read) => read.isSeen === isSeen);
  const remove = (read: Read | undefined) => {
    if (read) reads.splice(reads.indexOf(read), 1);
    return read;
  };
  const reader: LogReader = {
    baseline: (limits) => slowly(() => store.baseline(limits)),
    since: (sequence, limit) => slowly(() => store.since(sequence, limit)),
    endEpoch: (epoch) => slowly(() => store.endEpoch(epoch)),
  };
  return {
    reader,
    /** Questions asked so far. */
    get count() {
      return count;
    },
    /** Questions not yet answered. */
    get waiting() {
      return reads.length;
    },
    look: () => take(false)?.look(),
    deliver: () => remove(take(true))?.deliver(),
    fail: () => remove(reads[0])?.fail(),
    /** Answers until no more is asked. */
    async settle() {
      for (await turn(); reads.length > 0; await turn()) {
        take(false)?.look();
        remove(take(true))?.deliver();
      }
    },
  };
}
