/** Report: what a run covered and what was found, for people to read. */
import type { Covered, Verdict } from './check-run.ts';
import { VIOLATIONS, type ViolationKind } from './violation.ts';

type Row = readonly [what: string, how: string];

/** @param replay the command that runs the same again. */
export function reportOf({ isKept, violations, counts, covered }: Verdict, replay: string): string {
  const found = [...counts].map(([kind, count]) => `${count} x ${kind}: ${VIOLATIONS[kind]}`);
  const shown = violations.map(({ kind, reader, what, lines }) => {
    const who = reader === undefined ? '' : `${reader}: `;
    return `  ${kind}: ${who}${what} [${[...new Set(lines)].join(' ')}]`;
  });
  const verdict = isKept ? ['Every promise was kept.'] : ['BROKEN PROMISES', ...found, '', ...shown];
  return [...aligned(coverage(covered)), '', ...verdict, '', `again: ${replay}`].join('\n');
}

function coverage({
  run,
  faults,
  changes,
  requests,
  scheduled,
  readers,
  epochs,
  tornLines,
  tally,
}: Covered): Row[] {
  const { deliveries, deliveriesBy, resumes, snapshots, losses, delayMs } = tally;
  return [
    [
      'store',
      `${run.store}, seed ${run.seed}, ${((run.endedAtMs - run.startedAtMs) / 60_000).toFixed(1)} minutes`,
    ],
    ['faults', `${sum(faults)} of ${Object.keys(faults).length} kinds: ${listed(faults)}`],
    ['acknowledged', `${requests.acknowledged}: ${listed(changes)}`],
    ['not kept', `${requests.unanswered} unanswered, ${requests.changedNothing} changed nothing`],
    ['under-replicated', `${requests.underReplicated}`],
    [
      'scheduled',
      `${sum(scheduled.ends)} headlines by ${scheduled.asked} requests: ${listed(scheduled.ends)}`,
    ],
    ['readers', `${readers}`],
    ['deliveries', `${deliveries}: ${listed(deliveriesBy)}`],
    ['resumed', `${resumes} times`],
    ['began anew', `${snapshots.forced} by a list, ${losses} told that they lost their place`],
    ['epochs', `${epochs}`],
    ['torn lines', `${tornLines}`],
    ['to connected readers', `p50 ${delayMs.p50} ms, p99 ${delayMs.p99} ms, at most ${delayMs.max} ms`],
  ];
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, each) => total + each, 0);

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

function aligned(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, how]) => `${what.padEnd(width)}  ${how}`);
}

const HEAD = [
  '| store | minutes | faults | kinds | changes | deliveries | resumed | lost | doubled | reordered | early | other | seed |',
  '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
];

/** What is lost, doubled, reordered and early, by the names of the checker; the rest is `other`. */
const COLUMNS: readonly (readonly ViolationKind[])[] = [
  [
    'undelivered',
    'stale-list',
    'wrong-final-list',
    'readers-disagree',
    'never-released',
    'not-there-at-the-end',
  ],
  ['delivered-twice', 'committed-twice'],
  ['out-of-order', 'went-back', 'wrong-list'],
  ['early', 'list-ahead'],
];

/** As it stands in the README: a row for each run. */
export function markdownOf(verdicts: readonly Verdict[]): string {
  return [...HEAD, ...verdicts.map(markdownRow)].join('\n');
}

function markdownRow({ covered, counts }: Verdict): string {
  const { run, faults, changes, tally } = covered;
  const found = COLUMNS.map((kinds) => kinds.reduce((total, kind) => total + (counts.get(kind) ?? 0), 0));
  const all = [...counts.values()].reduce((total, each) => total + each, 0);
  const other = all - found.reduce((total, each) => total + each, 0);
  const minutes = ((run.endedAtMs - run.startedAtMs) / 60_000).toFixed(1);
  const width = [sum(faults), Object.keys(faults).length, sum(changes), tally.deliveries, tally.resumes];
  return `| ${[run.store, minutes, ...width, ...found, other, run.seed].join(' | ')} |`;
}
