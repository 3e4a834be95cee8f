/**
 * Headline record: one story as the engine keeps it, with what only staff may see.
 */
import type { Headline } from '../protocol/headline.ts';

/** A change staff may look back on. */
export interface HistoryEntry {
  readonly change: 'scheduled' | 'published' | 'updated' | 'corrected' | 'retracted';
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly title: string;
  readonly notice?: string;
}

/** Changes kept of one headline; the first stays, the oldest of the others go. */
export const HISTORY_LIMIT = 50;

export interface HeadlineRecord {
  /** Grows with every commit, by one: an engine writes only over the revision that was decided on. */
  readonly revision: number;
  readonly status: 'scheduled' | 'live' | 'retracted';
  /** As last published; of a scheduled one, as it will be. `sequence` is 0 until it is published. */
  readonly headline: Headline;
  /** RFC 3339, UTC; only while scheduled. */
  readonly releaseAt?: string;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
}

export function withHistory(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const [first, ...rest] = [...history, entry];
  if (first === undefined || rest.length < HISTORY_LIMIT) return [...history, entry];
  return [first, ...rest.slice(rest.length - HISTORY_LIMIT + 1)];
}

/**
 * A record as engines store it: `json` is {@link HeadlineRecord}. A headline's sequence is known only once its first
 * entry is numbered, so it stands beside: 0 until then.
 */
export interface StoredRecord {
  readonly sequence: number;
  readonly json: string;
}

export function reviveRecord({ sequence, json }: StoredRecord): HeadlineRecord {
  const record = JSON.parse(json) as HeadlineRecord;
  return { ...record, headline: { ...record.headline, sequence } };
}
