/**
 * Channel log: what the service must have kept of a channel, put together from all that publishers were told and
 * readers saw.
 *
 * Nobody gives the checker the log. Each acknowledgement and each sighting names a place and what stands there; put
 * together they must be one log, or there are two histories.
 */
import type { Asked } from './asked.ts';
import type { ReaderLine, Sighting } from './journal.ts';
import type { Place } from './place.ts';

/**
 * One version of a headline, or its kill.
 *
 * By its title as well: where a store lost an amendment, another may get the same version.
 */
export interface Revision {
  readonly id: string;
  /** Infinity: the kill. */
  readonly version: number;
  /** Empty: the kill. */
  readonly title: string;
  /** Requests that meant it: one, where publishers do not race. */
  readonly asked: Asked[];
  /** Where it is known to stand; more than one is more than there may be, but for what was lost between. */
  readonly entries: Entry[];
  /** Epoch -> the earliest place at which a list showed it, where it must have been committed already. */
  readonly shownBy: Map<string, number>;
  /** As first seen. */
  seen: Sighting | undefined;
  firstSeenAtMs: number;
}

export interface Story {
  readonly id: string;
  /** Oldest first; the kill last. */
  readonly revisions: Revision[];
  publishedAt: string | undefined;
  sequence: number | undefined;
}

/** What stands at one place. */
export interface Entry {
  readonly place: Place;
  id: string | undefined;
  /** Undefined where only a retraction was seen, by readers whose filter it may have left. */
  revision: Revision | undefined;
  /** Tag of the entry before it, as a reader was told who gets everything. */
  previousTag: string | undefined;
  firstSeenAtMs: number;
  acknowledgedAtMs: number | undefined;
  /** Lines that speak of it; the first few. */
  readonly lines: string[];
}

export interface Epoch {
  readonly name: string;
  firstKnownAtMs: number;
  lastKnownAtMs: number;
  /** Sequence -> what stands there, by tag; two are a fork. */
  readonly entries: Map<number, Entry[]>;
  /** Tags of places that were only named. */
  readonly named: Map<number, Map<string, { readonly line: string; readonly atMs: number }>>;
  last: number;
  /** The lowest number that two histories claim, where a fault may have caused it; Infinity: there is one history. */
  forkedFrom: number;
}

export interface ChannelLog {
  readonly channel: string;
  readonly stories: ReadonlyMap<string, Story>;
  /** In the order in which they were first heard of. */
  readonly epochs: readonly Epoch[];
  /** The one last heard of. */
  readonly newest: Epoch | undefined;
  epoch(name: string): Epoch | undefined;
  /** Order of an epoch; -1 where it was never heard of. */
  ageOf(name: string): number;
  entryAt(place: Place): Entry | undefined;
}

export const KILL = Number.POSITIVE_INFINITY;

export const killOf = ({ revisions }: Story): Revision | undefined =>
  revisions.find(({ version }) => version === KILL);

export const revisionSeen = ({ revisions }: Story, { version, title }: Sighting): Revision | undefined =>
  revisions.find((revision) => revision.version === version && revision.title === title);

export type LineOf<Kind extends ReaderLine['kind']> = Extract<ReaderLine, { readonly kind: Kind }>;

/** A reader of the channel, with its lines after the first. */
export interface ChannelReader {
  readonly header: LineOf<'reader'>;
  readonly file: string;
  /** The header among them, so that line numbers are those of the file. */
  readonly lines: readonly ReaderLine[];
}

/** The earliest moment at which it can have been committed: what a fault may have destroyed was there before it. */
export function committedAfterMs({ asked, firstSeenAtMs }: Revision): number {
  if (asked.length === 0) return firstSeenAtMs;
  return Math.min(...asked.map(({ intendedAtMs, releaseAtMs }) => Math.max(intendedAtMs, releaseAtMs ?? 0)));
}

/**
 * Acknowledged as it was promised: only a store that lost everything may lose it.
 *
 * @param at one of its places: an amendment that was lost may give its version to another, which is kept. The place of a
 *   plan's release was told to no one who asked, and the release waited for no replica: the plan is kept, its place is not.
 */
export const isKept = ({ asked }: Revision, at?: Place): boolean =>
  asked.some(
    ({ outcome, isUnderReplicated, place }) =>
      outcome === 'kept' &&
      !isUnderReplicated &&
      (!at || (place !== undefined && placeText(place) === placeText(at))),
  );

export const placeText = ({ epoch, sequence, tag }: Place): string => `${epoch}.${sequence}.${tag}`;

export function nameOf({ id, revision }: Pick<Entry, 'id' | 'revision'>): string {
  if (!revision) return `${id}`;
  return revision.version === KILL ? `the kill of ${id}` : `${id} version ${revision.version}`;
}
