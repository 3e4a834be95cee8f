/** Run table: what runs covered and found, as it stands in the README. */
import { cpus } from 'node:os';
import type { Verdict } from './check-run.ts';

export interface TableRow {
  readonly verdict: Verdict;
  readonly shortcomings: readonly string[];
}

const HEAD = [
  '| store | minutes | faults | kinds | changes | deliveries | resumed | lost | doubled | reordered | early | seed |',
  '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
];

const STORES = {
  embedded: 'embedded',
  redis: 'Redis',
  sentinel: 'Redis Sentinel',
  cluster: 'Redis Cluster',
} as const;

export function tableOf(rows: readonly TableRow[]): string {
  const [cpu] = cpus();
  const machine = `On ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node ${process.versions.node}.`;
  return [...HEAD, ...rows.map(rowOf), '', machine].join('\n');
}

function rowOf({ verdict }: TableRow): string {
  const { covered, counts } = verdict;
  const { run, faults, changes, tally } = covered;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const found = (...kinds: (typeof counts extends ReadonlyMap<infer Kind, number> ? Kind : never)[]) =>
    sum(kinds.map((kind) => counts.get(kind) ?? 0));
  const cells = [
    STORES[run.store],
    ((run.endedAtMs - run.startedAtMs) / 60_000).toFixed(1),
    sum(Object.values(faults)),
    Object.keys(faults).length,
    sum(Object.values(changes)),
    tally.deliveries,
    tally.resumes,
    found('undelivered', 'stale-list', 'wrong-final-list', 'readers-disagree', 'never-released'),
    found('delivered-twice', 'committed-twice'),
    found('out-of-order', 'went-back'),
    found('early', 'list-ahead'),
    run.seed,
  ];
  return `| ${cells.join(' | ')} |`;
}
