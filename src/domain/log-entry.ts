/**
 * Log entry: one change, as the engine keeps it and gateways follow it.
 *
 * Entries of a channel are numbered densely, and each names the one before it by tag, so that a fork is seen
 * even where the numbers look right.
 */
import type { Facets } from '../protocol/filter.ts';
import type { Change, Headline } from '../protocol/headline.ts';

interface HeadlineBody {
  readonly change: Exclude<Change, 'retracted'>;
  readonly headline: Headline;
  /** What it was filed under before, where that differs: filtered readers learn that it left them. */
  readonly was?: Facets;
}

interface RetractionBody {
  readonly change: 'retracted';
  readonly id: string;
  readonly version: number;
  readonly notice?: string;
  /** What it was filed under; absent for an id that was never published. Never on the wire. */
  readonly was?: Facets;
}

export type EntryBody = HeadlineBody | RetractionBody;

export interface LogEntry {
  readonly sequence: number;
  readonly tag: string;
  /** Tag of the entry before. */
  readonly previous: string;
  /** When it was committed; RFC 3339, UTC. */
  readonly at: string;
  readonly body: EntryBody;
}

/** An entry as engines store it: `json` is {@link EntryBody}, in which a new headline's sequence is not yet known. */
export interface StoredEntry {
  readonly sequence: number;
  readonly tag: string;
  readonly previous: string;
  readonly at: string;
  readonly json: string;
}

export function reviveEntry({ json, ...entry }: StoredEntry): LogEntry {
  const body = JSON.parse(json) as EntryBody;
  if (body.change !== 'published') return { ...entry, body };
  return { ...entry, body: { ...body, headline: { ...body.headline, sequence: entry.sequence } } };
}
