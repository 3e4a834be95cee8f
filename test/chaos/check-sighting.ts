/**
 * Check sighting: was what a reader saw asked for, in these words, and was its time come?
 */
import type { Asked } from './asked.ts';
import {
  type ChannelLog,
  committedAfterMs,
  isKept,
  KILL,
  killOf,
  nameOf,
  type Revision,
  revisionSeen,
  type Story,
} from './channel-log.ts';
import type { Excuses } from './excuses.ts';
import type { Sighting } from './journal.ts';
import type { Findings } from './violation.ts';

export interface Witness {
  readonly reader: string;
  readonly atMs: number;
  readonly line: string;
}

export interface SightingCheck {
  /** A headline was seen, with its text. */
  text(sighting: Sighting, witness: Witness): void;
  /** A headline was taken away by its kill. */
  kill(id: string, witness: Witness): void;
}

export function createSightingCheck(log: ChannelLog, excuses: Excuses, findings: Findings): SightingCheck {
  const wordsOf = new WeakMap<Sighting, string | undefined>();
  const releases = new Map<Revision, number>();
  for (const story of log.stories.values()) setReleases(story, releases);

  const accuse = (
    kind: 'early' | 'unasked' | 'altered' | 'killed-text',
    { id, revision }: { id: string; revision: Revision },
    what: string,
    { reader, line }: Witness,
  ) =>
    findings.add({
      kind,
      channel: log.channel,
      reader,
      headline: id,
      what: `${nameOf({ id, revision })} ${what}`,
      lines: [...revision.asked.flatMap(({ lines }) => lines).slice(0, 2), line],
    });

  const isForgotten = (revision: Revision, atMs: number) =>
    excuses.mayBeLost({ atMs: committedAfterMs(revision), isKept: isKept(revision) }, atMs);

  /** The store lost the plan before the kill: to kill an id never seen is told to everyone, and says no text. */
  const isOfLostPlan = ({ revisions }: Story, revision: Revision, atMs: number) =>
    revision.version === KILL &&
    revisions.some((plan) =>
      plan.asked.some(
        ({ releaseAtMs, intendedAtMs }) =>
          releaseAtMs !== undefined && excuses.mayBeLost({ atMs: intendedAtMs, isKept: isKept(plan) }, atMs),
      ),
    );

  /** What is wrong at any time, and at this one. */
  function check(story: Story, revision: Revision, witness: Witness): void {
    const { id } = story;
    const { asked } = revision;
    if (asked.length === 0) {
      const meant = story.revisions.find(
        (other) => other.version === revision.version && other.asked.length > 0,
      );
      if (!meant) return accuse('unasked', { id, revision }, 'was never asked for', witness);
      return accuse(
        'altered',
        { id, revision: meant },
        `has title ${revision.title}, not ${meant.title}`,
        witness,
      );
    }
    if (asked.every(({ intendedAtMs }) => intendedAtMs > witness.atMs)) {
      accuse('unasked', { id, revision }, 'was seen before it was asked for', witness);
    }
    const releaseAtMs = releases.get(revision) ?? 0;
    if (witness.atMs < releaseAtMs && !isOfLostPlan(story, revision, witness.atMs)) {
      accuse('early', { id, revision }, `was seen ${releaseAtMs - witness.atMs} ms before its time`, witness);
    }
    const kill = killOf(story);
    if (kill && isKilledUnseen(kill) && !isForgotten(kill, witness.atMs)) {
      accuse('killed-text', { id, revision }, 'was seen, and had been killed before its time', witness);
    }
    const replacement = story.revisions.find((other) => replacesPlan(other, revision, releaseAtMs));
    if (replacement && !isForgotten(replacement, witness.atMs)) {
      const what = `was seen, and its plan had been replaced by version ${replacement.version}`;
      accuse('early', { id, revision }, what, witness);
    }
  }

  /** A store that lost it at any time of the run may have taken it for a new one, before or after this was seen. */
  const mayMove = ({ revisions }: Story) =>
    revisions.some((revision) =>
      excuses.mayBeLost(
        {
          atMs: committedAfterMs(revision),
          isKept: isKept(revision) && revision.entries.every(({ place }) => isKept(revision, place)),
        },
        Number.POSITIVE_INFINITY,
      ),
    );

  /** An acknowledged version has the words of its request, whatever else was meant to become it. */
  const meantBy = ({ asked }: Revision) => {
    const isKnown = asked.some(({ outcome }) => outcome === 'kept');
    return asked.filter(
      ({ outcome, intendedAtMs }) =>
        !isKnown || outcome === 'kept' || excuses.mayForgetBetween(intendedAtMs, Number.POSITIVE_INFINITY),
    );
  };

  return {
    text(sighting, witness) {
      const story = log.stories.get(sighting.id);
      const revision = story && revisionSeen(story, sighting);
      if (!story || !revision) return;
      check(story, revision, witness);
      if (!wordsOf.has(sighting)) wordsOf.set(sighting, differenceOf(sighting, meantBy(revision)));
      const hasMoved = sighting.publishedAt !== story.publishedAt || sighting.sequence !== story.sequence;
      if (hasMoved && !mayMove(story)) {
        const what = `has another place in the list than ${story.publishedAt}, ${story.sequence}`;
        accuse('altered', { id: story.id, revision }, what, witness);
      }
      const difference = wordsOf.get(sighting);
      if (difference) accuse('altered', { id: story.id, revision }, difference, witness);
    },
    kill(id, witness) {
      const story = log.stories.get(id);
      const revision = story && killOf(story);
      if (story && revision) check(story, revision, witness);
    },
  };
}

/** Its own time, or that of the plan it belongs to. */
function setReleases({ revisions }: Story, releases: Map<Revision, number>): void {
  let inherited = 0;
  for (const revision of revisions) {
    const { asked } = revision;
    const own = asked.flatMap(({ releaseAtMs }) => releaseAtMs ?? []);
    if (own.length > 0) inherited = Math.min(...own);
    else if (asked.some(({ change, place }) => change === 'published' && place)) inherited = 0;
    releases.set(revision, inherited);
  }
}

/** Acknowledged without a place: there was nothing to tell readers, so it was a plan, and no one may ever see it. */
const isKilledUnseen = ({ asked, entries }: Revision): boolean =>
  entries.length === 0 &&
  asked.some(({ outcome, place }) => outcome === 'kept' && !place) &&
  asked.every(({ outcome }) => outcome === 'kept');

/** Acknowledged without a place before the time of a lower version: that version may never be seen. */
const replacesPlan = (other: Revision, { version }: Revision, releaseAtMs: number): boolean =>
  other.version > version &&
  other.version !== KILL &&
  other.asked.some(
    ({ outcome, place, answeredAtMs }) =>
      outcome === 'kept' && !place && answeredAtMs !== undefined && answeredAtMs < releaseAtMs,
  );

/** The journal of a publisher says how the headline will stand; what it leaves to the service is not compared. */
function differenceOf(sighting: Sighting, asked: readonly Asked[]): string | undefined {
  const differences = asked.map(({ headline }) => {
    if (sighting.section !== headline.section) {
      return `has section ${sighting.section}, not ${headline.section}`;
    }
    for (const field of ['language', 'urgency', 'publishedAt', 'expiresAt'] as const) {
      const meant = headline[field];
      if (meant !== undefined && sighting[field] !== meant)
        return `has ${field} ${sighting[field]}, not ${meant}`;
    }
    const [seen, meant] = [sighting.tags ?? [], headline.tags ?? []];
    return seen.join() === meant.join() ? undefined : `has tags ${seen.join()}, not ${meant.join()}`;
  });
  return differences.every((difference) => difference !== undefined) ? differences[0] : undefined;
}
