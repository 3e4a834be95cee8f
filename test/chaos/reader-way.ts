/**
 * Reader way: the stretches of the log that one reader was led through.
 *
 * A stretch begins where the reader was given a list or told that it begins anew, and ends at the next such beginning.
 * Within it nothing may be missing; between two the next list must contain it.
 */
import type { Place } from './place.ts';

export interface Stretch {
  /** Undefined until a first cursor: some readers are given no list to begin with. */
  epoch: string | undefined;
  /** The last place before it. */
  from: number;
  to: number;
  /** By sequence: what was told, or passed over by an answer that tells all at once. */
  readonly told: Map<number, string>;
  readonly hasList: boolean;
  readonly begunAtMs: number;
  /** Line of its beginning. */
  readonly line: string;
  /** Line of its latest step. */
  lastLine: string;
}

export interface Position {
  readonly place: Place;
  readonly cursor: string;
  /** When it was last known to be good. */
  confirmedAtMs: number;
}

export function beginStretch(begunAtMs: number, line: string, at?: Place): Stretch {
  const from = at?.sequence ?? 0;
  return {
    epoch: at?.epoch,
    from,
    to: from,
    told: new Map(),
    hasList: at !== undefined,
    begunAtMs,
    line,
    lastLine: line,
  };
}
