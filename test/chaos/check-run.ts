/**
 * Check run: from the journal of a chaos run to a verdict. Pure.
 *
 * It knows the protocol and the promises, and nothing of the service: whatever the service calls a list, a resume or
 * an acknowledgement is held against what publishers were told and what readers saw.
 */
import { type Asked, readAsked } from './asked.ts';
import { buildChannelLog } from './build-channel-log.ts';
import type { ChannelLog, ChannelReader } from './channel-log.ts';
import { checkAgreement, checkPlans, type Ending, type PlanEnd } from './check-endings.ts';
import { createListCheck } from './check-list.ts';
import { createSightingCheck } from './check-sighting.ts';
import { createExcuses, type Excuses } from './excuses.ts';
import { followReader } from './follow-reader.ts';
import type { ChangeKind, Run } from './journal.ts';
import type { Journal } from './read-journal.ts';
import { createStandings } from './standing.ts';
import { createTally, type Tally } from './tally.ts';
import { createFindings, type Findings, type Violation, type ViolationKind } from './violation.ts';

export interface Covered {
  readonly run: Run;
  readonly faults: Readonly<Record<string, number>>;
  readonly changes: Readonly<Partial<Record<ChangeKind, number>>>;
  readonly requests: Readonly<
    Record<'acknowledged' | 'underReplicated' | 'changedNothing' | 'unanswered', number>
  >;
  /** Requests that schedule, some of them the same headline anew, and what became of these headlines. */
  readonly scheduled: { readonly asked: number; readonly ends: Readonly<Partial<Record<PlanEnd, number>>> };
  readonly readers: number;
  readonly epochs: number;
  readonly tornLines: number;
  readonly tally: Pick<Tally, 'deliveries' | 'deliveriesBy' | 'resumes' | 'snapshots' | 'losses' | 'delayMs'>;
}

export interface Verdict {
  /** Nothing was found. */
  readonly isKept: boolean;
  /** The first of each kind. */
  readonly violations: readonly Violation[];
  readonly counts: ReadonlyMap<ViolationKind, number>;
  readonly covered: Covered;
}

export function checkRun(journal: Journal): Verdict {
  const findings = createFindings();
  const tally = createTally();
  const excuses = createExcuses(journal.faults);
  const asked = [...readAsked(journal, findings).values()];
  const readers = channelReaders(journal, findings);
  const channels = new Set([...readers.keys(), ...asked.map(({ channel }) => channel)]);
  const planEnds: PlanEnd[] = [];
  let epochs = 0;
  for (const channel of channels) {
    const mine = asked.filter((one) => one.channel === channel);
    const theirs = readers.get(channel) ?? [];
    const log = buildChannelLog(channel, mine, theirs, excuses, findings);
    epochs += log.epochs.length;
    planEnds.push(...checkChannel(log, theirs, excuses, journal.run, findings, tally));
    const isRead = theirs.length > 0 && mine.some(({ outcome }) => outcome === 'kept');
    if (!isRead)
      findings.add({ kind: 'proves-nothing', channel, what: 'nobody published, or nobody read', lines: [] });
  }
  if (channels.size === 0) findings.add({ kind: 'proves-nothing', what: 'the journal is empty', lines: [] });
  return {
    isKept: findings.counts.size === 0,
    violations: findings.listed,
    counts: findings.counts,
    covered: cover(journal, asked, tally, readers, epochs, planEnds),
  };
}

function checkChannel(
  log: ChannelLog,
  readers: readonly ChannelReader[],
  excuses: Excuses,
  { headlinesHeld }: Run,
  findings: Findings,
  tally: Tally,
): readonly PlanEnd[] {
  const standings = createStandings(log, excuses);
  const lists = createListCheck(log, standings, headlinesHeld);
  const sightings = createSightingCheck(log, excuses, findings);
  const endings: Ending[] = [];
  for (const reader of readers) {
    const ending = followReader(reader, { log, standings, lists, sightings, excuses, findings, tally });
    if (ending) endings.push(ending);
  }
  checkAgreement(log, endings, findings);
  return checkPlans(log, endings, excuses, findings);
}

function channelReaders(journal: Journal, findings: Findings): ReadonlyMap<string, ChannelReader[]> {
  const readers = new Map<string, ChannelReader[]>();
  for (const { file, lines } of journal.readers) {
    const [header] = lines;
    if (header?.kind !== 'reader') {
      findings.add({
        kind: 'misreported',
        what: 'the first line does not say who reads',
        lines: [`${file}:1`],
      });
      continue;
    }
    const others = readers.get(header.channel);
    if (others) others.push({ header, file, lines });
    else readers.set(header.channel, [{ header, file, lines }]);
  }
  return readers;
}

function cover(
  { run, faults, tornLines }: Journal,
  asked: readonly Asked[],
  tally: Tally,
  readers: ReadonlyMap<string, ChannelReader[]>,
  epochs: number,
  planEnds: readonly PlanEnd[],
): Covered {
  const count = <Key extends string>(keys: readonly Key[]) => {
    const counts: Partial<Record<Key, number>> = {};
    for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
    return counts;
  };
  const outcomes = count(asked.map(({ outcome }) => outcome));
  const { deliveries, deliveriesBy, resumes, snapshots, losses, delayMs } = tally;
  return {
    run,
    faults: count(faults.map(({ fault }) => fault)) as Record<string, number>,
    changes: count(asked.filter(({ outcome }) => outcome === 'kept').map(({ change }) => change)),
    requests: {
      acknowledged: outcomes.kept ?? 0,
      underReplicated: asked.filter(({ isUnderReplicated }) => isUnderReplicated).length,
      changedNothing: outcomes.nothing ?? 0,
      unanswered: outcomes.unknown ?? 0,
    },
    scheduled: {
      asked: asked.filter(({ releaseAtMs }) => releaseAtMs !== undefined).length,
      ends: count(planEnds),
    },
    readers: [...readers.values()].flat().length,
    epochs,
    tornLines,
    tally: { deliveries, deliveriesBy, resumes, snapshots, losses, delayMs },
  };
}
