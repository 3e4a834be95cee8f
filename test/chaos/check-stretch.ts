/**
 * Check stretch: was a reader told everything of its audience between two places of the log?
 */
import { isUnfiltered } from './audience-filter.ts';
import {
  type ChannelLog,
  type ChannelReader,
  committedAfterMs,
  type Entry,
  isKept,
  nameOf,
  placeText,
} from './channel-log.ts';
import type { Stretch } from './reader-way.ts';
import type { Standings } from './standing.ts';
import type { Findings } from './violation.ts';

/** What nobody was promised but someone was told reaches all others within this; what fell due, within the second. */
const SETTLE_MS = 2_000;
const RELEASE_SETTLE_MS = 5_000;

export interface StretchCheck {
  /** @param endsAtMs where it is the last one: when all was quiet, so that nothing may be outstanding. */
  check(stretch: Stretch, endsAtMs?: number): void;
}

export function createStretchCheck(
  log: ChannelLog,
  { header }: ChannelReader,
  standings: Standings,
  findings: Findings,
): StretchCheck {
  const { channel } = log;
  const { name, filter, transport } = header;
  const filterKey = JSON.stringify(filter);
  const isDense = isUnfiltered(filter) && transport !== 'json';

  const isOwed = (entry: Entry) => !standings.outcomes(entry, filter, filterKey).has('nothing');
  const wasAskedAfter = ({ revision }: Entry, atMs: number) =>
    revision !== undefined &&
    revision.asked.length > 0 &&
    revision.asked.every(({ intendedAtMs, outcome }) => outcome === 'kept' && intendedAtMs > atMs);

  const accuse = (entry: Entry | undefined, what: string, { line, lastLine }: Stretch) =>
    findings.add({
      kind: 'undelivered',
      channel,
      reader: name,
      ...(entry?.id !== undefined && { headline: entry.id }),
      what,
      lines: [...(entry?.lines ?? []), line, lastLine],
    });

  const isSettled = ({ acknowledgedAtMs, firstSeenAtMs, revision }: Entry, atMs: number) =>
    (acknowledgedAtMs !== undefined && acknowledgedAtMs < atMs) ||
    firstSeenAtMs < atMs - SETTLE_MS ||
    (revision !== undefined && isKept(revision) && committedAfterMs(revision) < atMs - RELEASE_SETTLE_MS);

  function checkNumbers(stretch: Stretch, epochName: string, endsAtMs: number | undefined): void {
    const epoch = log.epoch(epochName);
    if (!epoch) return;
    const last = endsAtMs === undefined ? stretch.to : Math.max(epoch.last, stretch.to);
    for (let sequence = stretch.from + 1; sequence <= last; sequence += 1) {
      const tag = stretch.told.get(sequence);
      const entries = epoch.entries.get(sequence) ?? [];
      const isBehind = sequence > stretch.to;
      if (tag !== undefined) {
        // Of two histories it was told one: in the end, what was acknowledged in the other is missing.
        const other = endsAtMs === undefined ? undefined : entries.find(({ place }) => place.tag !== tag);
        if (other && transport !== 'json' && isSurelyMissing(other, endsAtMs)) {
          accuse(other, `${nameOf(other)} at ${placeText(other.place)} stands in another history`, stretch);
        }
      } else if (entries.length === 0 && isDense && !isBehind) {
        accuse(
          undefined,
          `nobody knows what stands at ${epochName}.${sequence}, and it was not told`,
          stretch,
        );
      } else if (
        entries.length > 0 &&
        entries.every((entry) => isOwed(entry) && (!isBehind || isSettled(entry, endsAtMs ?? 0)))
      ) {
        const [entry] = entries;
        const where = isBehind ? 'was never told' : 'was passed over';
        if (entry) accuse(entry, `${nameOf(entry)} at ${placeText(entry.place)} ${where}`, stretch);
      }
    }
  }

  const isSurelyMissing = (entry: Entry, endsAtMs = 0) =>
    entry.revision !== undefined &&
    isOwed(entry) &&
    entry.acknowledgedAtMs !== undefined &&
    standings.certaintyOf(entry.revision, {
      epoch: entry.place.epoch,
      sequence: Number.POSITIVE_INFINITY,
      atMs: endsAtMs,
    }) === 'applied';

  /** A reader that is given no list has a right to what was asked for once it was let in. */
  function checkBeforeFirst(stretch: Stretch, isLast: boolean): void {
    for (const epoch of log.epochs) {
      if (stretch.epoch !== undefined && epoch.name !== stretch.epoch) continue;
      if (stretch.epoch === undefined && !isLast) continue;
      const until = stretch.epoch === undefined ? epoch.last : stretch.from;
      for (let sequence = 1; sequence <= until; sequence += 1) {
        for (const entry of epoch.entries.get(sequence) ?? []) {
          if (!wasAskedAfter(entry, stretch.begunAtMs) || !isOwed(entry)) continue;
          accuse(
            entry,
            `${nameOf(entry)} was asked for after the reader was let in, and was not told`,
            stretch,
          );
        }
      }
    }
  }

  return {
    check(stretch, endsAtMs) {
      if (!stretch.hasList) checkBeforeFirst(stretch, endsAtMs !== undefined);
      if (stretch.epoch !== undefined) checkNumbers(stretch, stretch.epoch, endsAtMs);
    },
  };
}
