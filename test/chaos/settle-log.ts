/**
 * Settle log: once all evidence is in, what stands where nobody said it, and what stands where it may not.
 */
import {
  committedAfterMs,
  type Entry,
  type Epoch,
  isKept,
  nameOf,
  placeText,
  type Revision,
  type Story,
} from './channel-log.ts';
import type { Excuses } from './excuses.ts';
import type { Findings } from './violation.ts';

/** A retraction that only filtered readers saw is the kill, where nothing else can have been. */
export function resolveRetractions(
  stories: ReadonlyMap<string, Story>,
  epochs: ReadonlyMap<string, Epoch>,
): void {
  for (const epoch of epochs.values()) {
    for (const entry of [...epoch.entries.values()].flat()) {
      if (entry.revision || entry.id === undefined) continue;
      const revisions = stories.get(entry.id)?.revisions ?? [];
      const unplaced = revisions.filter(({ entries, asked }) => entries.length === 0 && asked.length > 0);
      const [only, another] = unplaced;
      if (!only || another) continue;
      entry.revision = only;
      only.entries.push(entry);
    }
  }
}

/**
 * An amendment that was never answered has the version its publisher expected, which another one's may have moved.
 * What was seen under a version that nobody meant is matched by its words.
 */
export function bindUncertainVersions(stories: ReadonlyMap<string, Story>): void {
  for (const { revisions } of stories.values()) {
    const uncertain = revisions.filter(
      ({ seen, asked }) => !seen && asked.some(({ outcome }) => outcome !== 'kept'),
    );
    for (const stray of revisions) {
      if (!stray.seen || stray.asked.length > 0) continue;
      for (const revision of uncertain) {
        const at = revision.asked.findIndex(
          ({ outcome, headline }) => outcome !== 'kept' && headline.title === stray.seen?.title,
        );
        if (at >= 0) stray.asked.push(...revision.asked.splice(at, 1));
      }
    }
  }
}

export function findDoubles(
  channel: string,
  stories: ReadonlyMap<string, Story>,
  epochs: ReadonlyMap<string, Epoch>,
  excuses: Excuses,
  findings: Findings,
): void {
  const isOfAnotherHistory = ({ place }: Entry, other: Entry) =>
    place.epoch !== other.place.epoch ||
    place.sequence >= (epochs.get(place.epoch)?.forkedFrom ?? Number.POSITIVE_INFINITY);
  for (const { id, revisions } of stories.values()) {
    const placed = revisions
      .flatMap((revision) => revision.entries.map((entry) => ({ revision, entry })))
      .sort((a, b) => a.entry.firstSeenAtMs - b.entry.firstSeenAtMs);
    for (const [at, { revision, entry }] of placed.entries()) {
      const first = placed.slice(0, at).find((other) => other.revision.version === revision.version);
      if (!first || (isOfAnotherHistory(first.entry, entry) && mayHaveGone(first, entry, excuses))) continue;
      findings.add({
        kind: 'committed-twice',
        channel,
        headline: id,
        what: `${nameOf({ id, revision })} stands at ${placeText(first.entry.place)} and ${placeText(entry.place)}`,
        lines: [...first.entry.lines, ...entry.lines],
      });
    }
  }
}

const mayHaveGone = (
  { revision, entry }: { readonly revision: Revision; readonly entry: Entry },
  other: Entry,
  excuses: Excuses,
): boolean =>
  excuses.mayBeLost(
    { atMs: committedAfterMs(revision), isKept: isKept(revision, entry.place) },
    other.firstSeenAtMs,
  );
