/**
 * Check list: does a list hold what the log says it must at its place, and nothing else?
 *
 * A snapshot stands for every change it claims to contain: one that claims a place and lacks a headline has lost it.
 */
import { passesFilter } from './audience-filter.ts';
import { type ChannelLog, killOf, type Revision, revisionSeen, type Story } from './channel-log.ts';
import type { ReaderFilter, Sighting } from './journal.ts';
import { compareStanding } from './shown-list.ts';
import { facetsOf, type Moment, type Standing, type Standings } from './standing.ts';
import type { ViolationKind } from './violation.ts';

export interface ListQuestion {
  readonly headlines: readonly Sighting[];
  readonly filter: ReaderFilter;
  readonly last: number;
  readonly moment: Moment;
  /**
   * `list`: of the gateway, must hold all. `shown`: of a program, must hold what stands above its last line, and what
   * is `owed`. `told`: of a program that was given no list and keeps what it heard, as it likes.
   */
  readonly kind: 'list' | 'shown' | 'told';
  /** Ids that it must hold in any case, where it has room. */
  readonly owed?: ReadonlySet<string>;
}

export interface ListFault {
  readonly kind: ViolationKind;
  readonly headline?: string;
  readonly what: string;
  readonly lines: readonly string[];
}

export interface ListCheck {
  /** Everything that is wrong with a list; of what is missing, the first. */
  faultsOf(question: ListQuestion): readonly ListFault[];
}

interface Ranked {
  readonly story: Story;
  readonly publishedAt: string | undefined;
  /** It was published no earlier, and no later; milliseconds since 1970 UTC. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A gateway looks at the clock now and then, and shares a list for a second. */
const EXPIRY_SLACK_MS = 2_000;
const HEADLINES_HELD = 500;

export function createListCheck(
  log: ChannelLog,
  standings: Standings,
  headlinesHeld: number = HEADLINES_HELD,
): ListCheck {
  const ranked = [...log.stories.values()].map(rank).sort((a, b) => b.toMs - a.toMs);
  // A gateway that holds the newest of many takes filtered lists from those; kills leave fewer for a while.
  const depth = ranked.length <= headlinesHeld ? Number.POSITIVE_INFINITY : headlinesHeld / 2;

  function shownFaults({ headlines, filter, last, moment, kind }: ListQuestion): ListFault[] {
    const faults: ListFault[] = [];
    const ids = new Set<string>();
    for (const [at, sighting] of headlines.entries()) {
      const { id } = sighting;
      const before = headlines[at - 1];
      if (ids.has(id))
        faults.push({ kind: 'wrong-list', headline: id, what: `${id} stands twice`, lines: [] });
      ids.add(id);
      if (before && compareStanding(before, sighting) > 0) {
        const what = `${id} stands below ${before.id}, which is older`;
        faults.push({ kind: 'wrong-list', headline: id, what, lines: [] });
      }
      const fault = shownFault(sighting, filter, moment);
      if (fault) faults.push(fault);
    }
    if (headlines.length > last && kind !== 'told') {
      faults.push({ kind: 'wrong-list', what: `${headlines.length} headlines, not ${last}`, lines: [] });
    }
    return faults;
  }

  function shownFault(sighting: Sighting, filter: ReaderFilter, moment: Moment): ListFault | undefined {
    const { id, version } = sighting;
    const story = log.stories.get(id);
    const revision = story && revisionSeen(story, sighting);
    // Nobody asked for it: said elsewhere.
    if (!story || !revision || revision.asked.length === 0) return undefined;
    const { isDead, possible } = standings.of(story, moment);
    if (isDead) {
      return {
        kind: 'killed-text',
        headline: id,
        what: `${id} was killed before`,
        lines: linesOf(killOf(story)),
      };
    }
    if (!passesFilter(filter, sighting)) {
      const what = `${id} version ${version} does not pass the filter`;
      return { kind: 'not-its-audience', headline: id, what, lines: linesOf(revision) };
    }
    const isExpired = Date.parse(sighting.expiresAt ?? '9999-12-31') + EXPIRY_SLACK_MS <= moment.atMs;
    if (isExpired)
      return { kind: 'stale-list', headline: id, what: `${id} has expired`, lines: linesOf(revision) };
    if (possible.includes(revision)) return undefined;
    const newest = possible.at(-1);
    if (newest && newest.version > version) {
      const what = `${id} is shown in version ${version}, and has version ${newest.version} by then`;
      return { kind: 'stale-list', headline: id, what, lines: linesOf(newest) };
    }
    const what = `${id} version ${version} comes after the place of the list`;
    return { kind: 'list-ahead', headline: id, what, lines: linesOf(revision) };
  }

  function missingFault(question: ListQuestion): ListFault | undefined {
    const { headlines, filter, last, moment, kind, owed } = question;
    const ids = new Set(headlines.map(({ id }) => id));
    const lowest = headlines.at(-1);
    const lowestMs = Date.parse(lowest?.publishedAt ?? '');
    const isFull = headlines.length >= last;
    let above = 0;
    for (const one of ranked) {
      const { story } = one;
      // Sorted: all that follow stand below the end of a full list.
      if (isFull && !owed?.size && one.toMs < lowestMs) break;
      const standing = ids.has(story.id) ? undefined : standings.of(story, moment);
      const isHeld = above < depth;
      if (!standing || standing.possible.length > 0) above += 1;
      if (!standing || !isDue(standing, filter, moment)) continue;
      const isAbove = lowest !== undefined && standsAbove(one, lowest, lowestMs);
      const isWanted = kind === 'list' ? isHeld && (isAbove || !isFull) : kind === 'shown' && isAbove;
      if (!isWanted && !owed?.has(story.id)) continue;
      const revision = standing.possible.at(-1);
      const what = `lacks ${story.id} version ${revision?.version}, which is ${isAbove ? 'newer than its last line' : 'due'}`;
      return { kind: 'stale-list', headline: story.id, what, lines: linesOf(revision) };
    }
    return undefined;
  }

  return {
    faultsOf(question) {
      const faults = shownFaults(question);
      const mayMiss = question.last === 0 || question.kind === 'told';
      const missing = mayMiss ? undefined : missingFault(question);
      return missing ? [...faults, missing] : faults;
    },
  };
}

/** Whatever became of it, it is in the list. */
function isDue({ isSurelyAlive, possible }: Standing, filter: ReaderFilter, { atMs }: Moment): boolean {
  if (!isSurelyAlive) return false;
  return possible.every((revision) => {
    const expiresAt = revision.seen?.expiresAt ?? revision.asked[0]?.headline.expiresAt;
    const isExpired = expiresAt !== undefined && Date.parse(expiresAt) - EXPIRY_SLACK_MS <= atMs;
    return !isExpired && facetsOf(revision).every((facets) => passesFilter(filter, facets));
  });
}

/** Surely. */
function standsAbove({ story, publishedAt, fromMs }: Ranked, lowest: Sighting, lowestMs: number): boolean {
  if (publishedAt === undefined || lowest.publishedAt === undefined) return fromMs > lowestMs;
  if (publishedAt !== lowest.publishedAt) return publishedAt > lowest.publishedAt;
  return (story.sequence ?? -1) > (lowest.sequence ?? Number.POSITIVE_INFINITY);
}

function rank(story: Story): Ranked {
  const asked = story.revisions.flatMap((revision) => revision.asked);
  const meant = asked.find(({ headline }) => headline.publishedAt !== undefined)?.headline.publishedAt;
  const releases = asked.flatMap(({ releaseAtMs }) => releaseAtMs ?? []);
  const times = [...new Set(story.revisions.flatMap(({ seen }) => seen?.publishedAt ?? []))];
  if (times.length > 1) {
    // A store that was emptied took it for a new one: it stood elsewhere before.
    const all = times.map((time) => Date.parse(time));
    return { story, publishedAt: undefined, fromMs: Math.min(...all), toMs: Math.max(...all) };
  }
  const publishedAt = story.publishedAt ?? meant;
  if (publishedAt !== undefined) {
    const atMs = Date.parse(publishedAt);
    return { story, publishedAt, fromMs: atMs, toMs: atMs };
  }
  if (releases.length > 0) {
    return { story, publishedAt, fromMs: Math.min(...releases), toMs: Math.max(...releases) };
  }
  // Never seen: the service gave it the time at which it took it, between question and answer.
  const [first] = asked;
  return {
    story,
    publishedAt,
    fromMs: first?.intendedAtMs ?? Number.NEGATIVE_INFINITY,
    toMs: first?.answeredAtMs ?? Number.POSITIVE_INFINITY,
  };
}

const linesOf = (revision: Revision | undefined): string[] => [
  ...(revision?.asked.flatMap(({ lines }) => lines).slice(0, 2) ?? []),
  ...(revision?.entries.flatMap(({ lines }) => lines).slice(0, 2) ?? []),
];
