/**
 * Follower: turns wake-ups that may be lost, repeated or late into an ordered stream without a hole.
 *
 * The engine offers entries as they are announced, and asks for reconciliation when something may have been
 * missed. What is next is passed on at once; a hole is repaired by one read of the log; what cannot be repaired
 * (trimmed, rewound, forked) begins anew with a baseline. [design 3, promise 2]
 */
import { type Cursor, NO_TAG } from '../protocol/cursor.ts';
import { type Baseline, type FeedObserver, type FollowOptions, NOWHERE } from './engine.ts';
import type { LogEntry } from './log-entry.ts';

/** What a follower asks of an engine. Rejections are taken for an outage, and tried again at the next wake-up. */
export interface LogReader {
  baseline(options: FollowOptions): Promise<Baseline>;
  /** Entries after a sequence number, oldest first, at most `limit`, and the head at the same instant. */
  since(
    sequence: number,
    limit: number,
  ): Promise<{ readonly head: Cursor; readonly entries: readonly LogEntry[] }>;
  /** Declares that cursors of this epoch lead nowhere, unless someone did so already. */
  endEpoch(epoch: string): Promise<void>;
}

export interface Follower {
  /** An entry was announced. */
  offer(entry: LogEntry, epoch: string): void;
  /** Something may have been missed: compare with the store, and repair. */
  reconcile(): void;
  /**
   * The store's head as seen by a cheap check; differs from ours only when something was missed.
   *
   * @param askedAtMs when the check was sent, by `performance.now()`
   */
  compare(head: Cursor, askedAtMs: number): void;
  stop(): void;
}

export interface FollowerOptions extends FollowOptions {
  /** Told of each failed read, and of each repair. */
  readonly onTrouble?: (trouble: {
    readonly kind: Reading['kind'] | 'unreadable';
    readonly error?: unknown;
  }) => void;
}

/** Entries asked for in one read; a longer hole takes several. */
const READ_LIMIT = 1_000;

type Reading =
  | { readonly kind: 'current' }
  | { readonly kind: 'next'; readonly entries: readonly LogEntry[]; readonly isWhole: boolean }
  /** The log no longer has what comes next. */
  | { readonly kind: 'trimmed' }
  /** There was no such channel when it was looked for: nothing is lost. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'new-epoch' }
  /** The store lost entries that we have, within one epoch. */
  | { readonly kind: 'rewound' }
  /** The store has other entries than we at the same numbers, within one epoch. */
  | { readonly kind: 'forked' };

/** What a reading of the log means to a follower at a position. Pure. */
export function interpret(position: Cursor, head: Cursor, entries: readonly LogEntry[]): Reading {
  if (head.epoch !== position.epoch)
    return { kind: position.epoch === NOWHERE.epoch ? 'begun' : 'new-epoch' };
  if (head.sequence < position.sequence) return { kind: 'rewound' };
  if (head.sequence === position.sequence) {
    return head.tag === position.tag ? { kind: 'current' } : { kind: 'forked' };
  }
  let before: Pick<Cursor, 'sequence' | 'tag'> = position;
  for (const entry of entries) {
    if (entry.sequence !== before.sequence + 1) return { kind: 'trimmed' };
    if (entry.previous !== before.tag) return { kind: 'forked' };
    before = entry;
  }
  if (before === position) return { kind: 'trimmed' };
  return { kind: 'next', entries, isWhole: before.sequence >= head.sequence };
}

export function createFollower(
  reader: LogReader,
  observer: FeedObserver,
  { onTrouble = () => {}, ...wanted }: FollowerOptions,
): Follower {
  let position: Cursor | undefined;
  let isStopped = false;
  let isReading = false;
  let isAsked = false;

  const start = (baseline: Baseline) => {
    position = baseline.head;
    observer.onBaseline(baseline);
  };

  /** @returns false where they do not continue what was passed on: the store went another way since they were read. */
  const advance = (entries: readonly LogEntry[]): boolean => {
    const from = position;
    const next = entries.filter((entry) => from !== undefined && entry.sequence > from.sequence);
    const [first, last] = [next[0], next.at(-1)];
    if (from === undefined || first === undefined || last === undefined) return true;
    if (first.previous !== from.tag) return false;
    position = { epoch: from.epoch, sequence: last.sequence, tag: last.tag };
    observer.onEntries(next, from.epoch);
    return true;
  };

  /** One read; true where there is more to read. */
  async function readOnce(): Promise<boolean> {
    const askedAtMs = performance.now();
    if (position === undefined) {
      const baseline = await reader.baseline(wanted);
      if (isStopped) return false;
      start(baseline);
      observer.onConfirmed?.(askedAtMs);
      return false;
    }
    const asked = position;
    const { head, entries } = await reader.since(asked.sequence, READ_LIMIT);
    if (isStopped) return false;
    // Entries announced meanwhile may have moved us on: what was read is judged from where it was asked.
    const reading = interpret(asked, head, entries);
    if (reading.kind === 'current' || reading.kind === 'next') {
      const isWhole = reading.kind === 'current' || (advance(reading.entries) && reading.isWhole);
      if (isWhole) observer.onConfirmed?.(askedAtMs);
      return !isWhole;
    }
    onTrouble({ kind: reading.kind });
    if (reading.kind === 'rewound' || reading.kind === 'forked') await reader.endEpoch(asked.epoch);
    position = undefined;
    return true;
  }

  async function read(): Promise<void> {
    isReading = true;
    try {
      do {
        isAsked = false;
        while (!isStopped && (await readOnce())) {
          // Read on until what was read reaches the head.
        }
      } while (isAsked && !isStopped);
    } catch (error) {
      onTrouble({ kind: 'unreadable', error });
    } finally {
      isReading = false;
    }
  }

  const reconcile = () => {
    isAsked = true;
    if (!isReading && !isStopped) void read();
  };

  return {
    offer(entry, epoch) {
      if (isStopped) return;
      observer.onAnnounced?.(entry.tag);
      const isNext = epoch === position?.epoch && entry.sequence === position.sequence + 1;
      if (isNext && advance([entry])) return;
      const isKnown = epoch === position?.epoch && entry.sequence < position.sequence;
      const isHead =
        epoch === position?.epoch && entry.sequence === position.sequence && entry.tag === position.tag;
      if (!isKnown && !isHead) reconcile();
    },
    reconcile,
    compare(head, askedAtMs) {
      const { epoch, sequence, tag } = position ?? { epoch: '', sequence: 0, tag: NO_TAG };
      if (head.epoch !== epoch || head.sequence !== sequence || head.tag !== tag) reconcile();
      else observer.onConfirmed?.(askedAtMs);
    },
    stop() {
      isStopped = true;
    },
  };
}
