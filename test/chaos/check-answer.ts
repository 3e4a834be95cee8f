/**
 * Check answer: does a JSON answer to a cursor tell all that came between two places, each headline as it ended?
 */
import { type ChannelLog, killOf, type Revision, revisionSeen } from './channel-log.ts';
import type { ListFault } from './check-list.ts';
import type { ReaderFilter, Sighting } from './journal.ts';
import type { Standings } from './standing.ts';

export interface AnswerQuestion {
  readonly epoch: string;
  /** The place it was asked from, and the place it is given for. */
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
  readonly filter: ReaderFilter;
  readonly headlines: readonly Sighting[];
  readonly retractions: readonly string[];
}

/** What may be told of a headline: `version 2`, `retracted` or `nothing`. */
interface Expected {
  readonly words: ReadonlySet<string>;
  readonly lines: readonly string[];
}

const RETRACTED = 'retracted';
const NOTHING = 'nothing';
const versionText = (version: number) => `version ${version}`;

export function answerFaults(
  log: ChannelLog,
  standings: Standings,
  question: AnswerQuestion,
): readonly ListFault[] {
  const { epoch, from, to, atMs, headlines, retractions } = question;
  const faults: ListFault[] = [];
  const { expected, isWhole } = expectAnswer(log, standings, question);
  const told = new Map<string, string>(headlines.map(({ id, version }) => [id, versionText(version)]));
  for (const id of retractions) told.set(id, RETRACTED);
  if (told.size < headlines.length + retractions.length) {
    faults.push({
      kind: 'delivered-twice',
      what: `the answer of ${epoch}.${to} tells one headline twice`,
      lines: [],
    });
  }
  const revisionTold = (id: string): Revision | undefined => {
    const story = log.stories.get(id);
    const sighting = headlines.find((headline) => headline.id === id);
    return story && (sighting ? revisionSeen(story, sighting) : killOf(story));
  };
  /** Where a number of the stretch is unknown, what stands nowhere else may stand there. */
  const mayStandInGap = (id: string): boolean => {
    const revisions = log.stories.get(id)?.revisions ?? [];
    return !isWhole && revisions.some(({ entries }) => entries.length === 0);
  };
  for (const [id, { words, lines }] of expected) {
    const what = told.get(id) ?? NOTHING;
    if (words.has(what)) continue;
    const isOfGap = what !== NOTHING && mayStandInGap(id) && (revisionTold(id)?.entries.length ?? 0) === 0;
    if (isOfGap) continue;
    faults.push({
      kind: words.has(NOTHING) ? 'not-its-audience' : 'undelivered',
      headline: id,
      what: `after ${from} and up to ${to} of ${epoch} ${id} is ${[...words].join(' or ')}, and was told as ${what}`,
      lines,
    });
  }
  for (const [id, what] of told) {
    if (expected.has(id)) continue;
    const known = what === RETRACTED ? (log.stories.get(id)?.revisions ?? []) : [revisionTold(id)];
    const moment = { epoch, sequence: from, atMs };
    if (known.some((revision) => revision && standings.certaintyOf(revision, moment) === 'applied')) {
      faults.push({
        kind: 'delivered-twice',
        headline: id,
        what: `${id} ${what} was told before ${from}`,
        lines: [],
      });
    } else if (!mayStandInGap(id)) {
      const text = `${id} ${what} does not stand after ${from} and up to ${to} of ${epoch}`;
      faults.push({ kind: 'list-ahead', headline: id, what: text, lines: [] });
    }
  }
  return faults;
}

function expectAnswer(
  log: ChannelLog,
  standings: Standings,
  { epoch, from, to, filter }: AnswerQuestion,
): { readonly expected: ReadonlyMap<string, Expected>; readonly isWhole: boolean } {
  const filterKey = JSON.stringify(filter);
  const expected = new Map<string, Expected>();
  let isWhole = true;
  for (let sequence = from + 1; sequence <= to; sequence += 1) {
    const [entry, another] = log.epoch(epoch)?.entries.get(sequence) ?? [];
    if (!entry || another || entry.id === undefined || !entry.revision) {
      isWhole = false;
      continue;
    }
    const before = expected.get(entry.id)?.words ?? new Set([NOTHING]);
    const words = new Set<string>();
    for (const outcome of standings.outcomes(entry, filter, filterKey)) {
      if (outcome === 'headline') words.add(versionText(entry.revision.version));
      else if (outcome === 'retraction') words.add(RETRACTED);
      else for (const word of before) words.add(word);
    }
    expected.set(entry.id, { words, lines: entry.lines });
  }
  return { expected, isWhole };
}
