/**
 * Standing: what is certain, possible or impossible of each headline at a place of the log.
 *
 * Only what was never answered, or what a fault of the run may have destroyed, is merely possible.
 */
import { type Facets, passesFilter } from './audience-filter.ts';
import {
  type ChannelLog,
  committedAfterMs,
  type Entry,
  isKept,
  KILL,
  type Revision,
  type Story,
} from './channel-log.ts';
import type { Excuses } from './excuses.ts';
import type { ReaderFilter } from './journal.ts';
import { findNumberGaps } from './number-gaps.ts';
import type { Place } from './place.ts';

export interface Moment {
  readonly epoch: string;
  readonly sequence: number;
  readonly atMs: number;
}

type Certainty = 'applied' | 'possible' | 'not';

export interface Standing {
  /** It stands in the list of a reader whose filter it passes. */
  readonly isSurelyAlive: boolean;
  readonly isDead: boolean;
  /** Versions that may be shown. */
  readonly possible: readonly Revision[];
}

/** What one entry may mean to readers of a filter. */
type Outcome = 'headline' | 'retraction' | 'nothing';

export interface Standings {
  certaintyOf(revision: Revision, moment: Moment): Certainty;
  of(story: Story, moment: Moment): Standing;
  outcomes(entry: Entry, filter: ReaderFilter, filterKey: string): ReadonlySet<Outcome>;
}

export function createStandings(log: ChannelLog, excuses: Excuses): Standings {
  const isLossy = excuses.mayHaveForked(0, Number.POSITIVE_INFINITY);
  const gaps = findNumberGaps(log, isLossy);
  const outcomesOf = new Map<string, Map<Entry, ReadonlySet<Outcome>>>();

  /** What is certain by a place at which it stands, or by which it was shown. */
  function certaintyBy(
    revision: Revision,
    { epoch, sequence }: Pick<Place, 'epoch' | 'sequence'>,
    moment: Moment,
    isSafe: boolean,
  ): Certainty {
    if (epoch === moment.epoch) {
      const isForked = (log.epoch(epoch)?.forkedFrom ?? KILL) <= sequence;
      if (sequence > moment.sequence) return 'not';
      return isForked ? 'possible' : 'applied';
    }
    const atMs = committedAfterMs(revision);
    // Two gateways may learn of a new epoch in another order than the epochs began.
    if (atMs > moment.atMs) return 'not';
    if (log.ageOf(epoch) > log.ageOf(moment.epoch)) {
      return excuses.mayHaveForked(atMs, moment.atMs) ? 'possible' : 'not';
    }
    return excuses.mayBeLost({ atMs, isKept: isSafe }, moment.atMs) ? 'possible' : 'applied';
  }

  /** Nobody knows all that stands between the version before it and this moment. */
  function hasRoom({ id, version }: Revision, { epoch, sequence }: Moment): boolean {
    const before = log.stories.get(id)?.revisions.filter((other) => other.version < version) ?? [];
    const numbers = before.flatMap(({ entries }) => entries.map(({ place }) => place.sequence));
    return gaps.has(epoch, isLossy ? 0 : Math.max(0, ...numbers), sequence);
  }

  function certaintyOf(revision: Revision, moment: Moment): Certainty {
    const all: Certainty[] = [];
    for (const { place } of revision.entries)
      all.push(certaintyBy(revision, place, moment, isKept(revision, place)));
    if (revision.entries.length === 0) {
      for (const [epoch, sequence] of revision.shownBy) {
        const certainty = certaintyBy(revision, { epoch, sequence }, moment, isKept(revision));
        // It may have been committed long before it was first shown.
        all.push(certainty === 'not' ? 'possible' : certainty);
      }
    }
    if (all.includes('applied')) return 'applied';
    if (all.includes('possible')) return 'possible';
    if (all.length > 0) return 'not';
    return mayStandUnseen(revision, moment.atMs) && hasRoom(revision, moment) ? 'possible' : 'not';
  }

  function standingOf(story: Story, moment: Moment): Standing {
    let sure: Revision | undefined;
    let possible: Revision[] = [];
    let mayBeDead = false;
    for (const revision of story.revisions) {
      const certainty = certaintyOf(revision, moment);
      if (certainty === 'not') continue;
      if (revision.version === KILL) {
        if (certainty === 'applied') return { isSurelyAlive: false, isDead: true, possible: [] };
        mayBeDead = true;
      } else if (certainty === 'applied') {
        sure = revision;
        possible = [revision];
      } else possible.push(revision);
    }
    const last = sure;
    // Another text of the version that certainly stands was lost with the history it stood in.
    if (last) possible = possible.filter((other) => other === last || other.version > last.version);
    return { isSurelyAlive: last !== undefined && !mayBeDead, isDead: false, possible };
  }

  /** Facets it may have had before an entry; undefined where it may not have been there. */
  function before(story: Story, { place, firstSeenAtMs }: Entry, version: number): (Facets | undefined)[] {
    const moment: Moment = { epoch: place.epoch, sequence: place.sequence - 1, atMs: firstSeenAtMs };
    const earlier = { ...story, revisions: story.revisions.filter((other) => other.version < version) };
    const { isSurelyAlive, possible } = standingOf(earlier, moment);
    const facets: (Facets | undefined)[] = possible.flatMap(facetsOf);
    return isSurelyAlive ? facets : [...facets, undefined];
  }

  function judge(entry: Entry, filter: ReaderFilter): ReadonlySet<Outcome> {
    const { revision } = entry;
    const story = entry.id === undefined ? undefined : log.stories.get(entry.id);
    if (!revision || !story) return new Set(['headline', 'retraction', 'nothing']);
    const isKill = revision.version === KILL;
    const outcomes = new Set<Outcome>();
    const passing = isKill ? [] : facetsOf(revision).map((facets) => passesFilter(filter, facets));
    if (passing.includes(true)) outcomes.add('headline');
    if (outcomes.size > 0 && !passing.includes(false)) return outcomes;
    for (const facets of before(story, entry, revision.version)) {
      // The kill of what was never published is told to everyone: nobody knows where it was filed.
      const isTold = facets === undefined ? isKill : passesFilter(filter, facets);
      outcomes.add(isTold ? 'retraction' : 'nothing');
    }
    return outcomes;
  }

  return {
    certaintyOf,
    of: standingOf,
    outcomes(entry, filter, filterKey) {
      const known = outcomesOf.get(filterKey) ?? new Map<Entry, ReadonlySet<Outcome>>();
      if (known.size === 0) outcomesOf.set(filterKey, known);
      const outcomes = known.get(entry) ?? judge(entry, filter);
      known.set(entry, outcomes);
      return outcomes;
    },
  };
}

/** Of several requests that were meant as one version, and of which none was seen or acknowledged, any may be it. */
export function facetsOf({ seen, asked }: Revision): readonly Facets[] {
  if (seen) return [seen];
  const kept = asked.filter(({ outcome }) => outcome === 'kept');
  return (kept.length > 0 ? kept : asked).map(({ headline }) => headline);
}

/** Of a revision that nobody was told of: a plan may be out once it is due, an unanswered request once it was sent. */
function mayStandUnseen({ asked }: Revision, atMs: number): boolean {
  return asked.some(({ outcome, releaseAtMs, intendedAtMs, change, place }) => {
    if (intendedAtMs > atMs || place) return false;
    // Killed before anyone saw it: readers are told nothing, and it stands in no list.
    if (outcome === 'kept' && change === 'retracted') return false;
    return releaseAtMs === undefined || releaseAtMs <= atMs;
  });
}
