/**
 * Ticker list: what one reader knows of a channel, and what each frame makes of it. Pure.
 *
 * A change that comes twice or late changes nothing: changes are ordered by their cursor within an epoch, and
 * where cursors do not compare, versions decide. A snapshot replaces all but one thing: a killed line stays away,
 * also where the snapshot comes from a server that lags behind. [design 3, promises 2 and 4]
 */
import { parseCursor } from '../../src/protocol/cursor.ts';
import type {
  HeadlineFrame,
  ResumedFrame,
  RetractionFrame,
  SnapshotFrame,
} from '../../src/protocol/frames.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import {
  type HeadlineList,
  listOf,
  withHeadline,
  withoutExpired,
  withoutHeadline,
} from '../../src/protocol/headline-list.ts';

export interface TickerList {
  readonly list: HeadlineList;
  /** Where to go on after a lost connection. */
  readonly cursor: string | undefined;
  /** IANA zone of the newsroom, once a snapshot told. */
  readonly timeZone: string | undefined;
  /** What the server's clock is ahead of ours, in milliseconds. */
  readonly skewMs: number;
  /** Lines taken away, by id, with the version they had; the latest last, {@link TOMBSTONE_LIMIT} at most. */
  readonly tombstones: ReadonlyMap<string, number>;
}

export const TOMBSTONE_LIMIT = 200;

export type ListFrame = (SnapshotFrame | ResumedFrame | HeadlineFrame | RetractionFrame) & {
  /** One of several that lead to this cursor together, and not the last of them: the place does not move yet. */
  readonly isPart?: boolean;
};

export interface ListStep {
  readonly next: TickerList;
  /** The frame said something that was not known. */
  readonly isNews: boolean;
}

export const emptyTickerList = (limit: number, cursor?: string): TickerList => ({
  list: listOf([], limit),
  cursor,
  timeZone: undefined,
  skewMs: 0,
  tombstones: new Map(),
});

export function applyFrame(known: TickerList, frame: ListFrame, nowMs: number): ListStep {
  if (frame.type === 'resumed') {
    // The missed changes are still to come: the place moves with each of them, not before.
    return { next: known.cursor === undefined ? { ...known, cursor: frame.cursor } : known, isNews: false };
  }
  // Also one of an earlier place: a store brought back from a backup counts on from there.
  if (frame.type === 'snapshot') return { next: replaced(known, frame, nowMs), isNews: true };
  if (stepsAhead(frame.cursor, known.cursor) <= 0) return { next: known, isNews: false };
  const cursor = frame.isPart ? known.cursor : frame.cursor;
  if (frame.type === 'retraction') {
    const list = withoutHeadline(known.list, frame.id);
    const tombstones = withTombstone(known, frame.id);
    return { next: { ...known, cursor, list, tombstones }, isNews: true };
  }
  const { headline } = frame;
  const shown = known.list.headlines.find(({ id }) => id === headline.id);
  const isNews = !isBuried(known, headline) && !(shown && shown.version >= headline.version);
  const list = isNews ? fresh(withHeadline(known.list, headline), known.skewMs, nowMs) : known.list;
  return { next: { ...known, cursor, list }, isNews };
}

/** The list without what has expired since; itself where nothing has. */
export function expire(known: TickerList, nowMs: number): TickerList {
  const list = fresh(known.list, known.skewMs, nowMs);
  return list === known.list ? known : { ...known, list };
}

/** Milliseconds until the next headline expires. */
export function expiresInMs({ list, skewMs }: TickerList, nowMs: number): number | undefined {
  const times = list.headlines.flatMap(({ expiresAt }) => (expiresAt ? [Date.parse(expiresAt)] : []));
  return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - skewMs - nowMs);
}

/** Entries from one cursor to another; 1 where they do not compare: the frame is taken, and versions decide. */
export function stepsAhead(cursor: string, from: string | undefined): number {
  const [to, here] = [parseCursor(cursor), from === undefined ? undefined : parseCursor(from)];
  return to && here && to.epoch === here.epoch ? to.sequence - here.sequence : 1;
}

function replaced(known: TickerList, frame: SnapshotFrame, nowMs: number): TickerList {
  const ahead = Date.parse(frame.serverTime) - nowMs;
  const skewMs = Number.isFinite(ahead) ? ahead : known.skewMs;
  const buried = frame.headlines.filter((headline) => isBuried(known, headline));
  const list = buried.reduce(
    (rest, { id }) => withoutHeadline(rest, id),
    listOf(frame.headlines, known.list.limit),
  );
  return {
    ...known,
    list: fresh(list, skewMs, nowMs),
    cursor: frame.cursor,
    timeZone: frame.timeZone,
    skewMs,
  };
}

/**
 * A version that was taken away never returns. A later one may: a retraction also tells that a headline left the
 * reader's filter, and a change can bring it back.
 */
const isBuried = ({ tombstones }: TickerList, { id, version }: Headline): boolean =>
  (tombstones.get(id) ?? 0) >= version;

function withTombstone({ list, tombstones }: TickerList, id: string): ReadonlyMap<string, number> {
  const shown = list.headlines.find((headline) => headline.id === id);
  if (!shown) return tombstones;
  const next = new Map([...tombstones].filter(([other]) => other !== id).slice(1 - TOMBSTONE_LIMIT));
  return next.set(id, shown.version);
}

const fresh = (list: HeadlineList, skewMs: number, nowMs: number): HeadlineList =>
  withoutExpired(list, new Date(nowMs + skewMs).toISOString());
