/**
 * `npm run chaos`: runs the suite on a store, or on all of them one after another, checks what was written down, and
 * says what it covered, what it found, and how to run the same again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos-run.ts';
import { checkRun, type Verdict } from './check-run.ts';
import type { Run } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { markdownOf, reportOf } from './report.ts';
import { buildSabotaged, SABOTAGES, type Sabotage } from './sabotage.ts';

const STORES: readonly Run['store'][] = ['embedded', 'redis', 'sentinel', 'cluster'];
/** For the start, the calm and the check of one run; then everything is ended. */
const BESIDES_MS = 300_000;
const PUT_AWAY_MS = 15_000;

const USAGE = `usage: npm run chaos -- [--minutes 3] [--store ${STORES.join('|')}|all] [--seed N] [--keep FOLDER]
                        [--only KIND,KIND] [--readers 48] [--sabotage ${Object.keys(SABOTAGES).join('|')}]`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    store: { type: 'string', default: 'redis' },
    seed: { type: 'string' },
    keep: { type: 'string' },
    readers: { type: 'string', default: '48' },
    sabotage: { type: 'string' },
    only: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const readers = Number(values.readers);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const stores = STORES.filter((store) => values.store === 'all' || values.store === store);
const sabotage = Object.keys(SABOTAGES).find((name) => name === values.sabotage) as Sabotage | undefined;
const isUnderstood =
  minutes > 0 && Number.isSafeInteger(readers) && Number.isSafeInteger(seed) && stores.length > 0;
if (!isUnderstood || sabotage !== values.sabotage) {
  console.error(USAGE);
  process.exit(2);
}

const ending = new AbortController();
const end = () => {
  ending.abort();
  // What is not put away by then is ended with this process, part by part.
  setTimeout(() => process.exit(1), PUT_AWAY_MS).unref();
};
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, end);

const replayOf = (store: Run['store']): string => {
  const more = [
    ...(values.only === undefined ? [] : [`--only "${values.only}"`]),
    ...(sabotage === undefined ? [] : [`--sabotage ${sabotage}`]),
  ];
  const words = [`--minutes ${minutes} --store ${store} --seed ${seed} --readers ${readers}`, ...more];
  return `npm run chaos -- ${words.join(' ')}`;
};

interface Outcome {
  readonly verdict: Verdict;
  readonly shortcomings: readonly string[];
}

async function runStore(store: Run['store']): Promise<Outcome> {
  const folder = values.keep
    ? join(resolve(values.keep), `${store}-${seed}-${Date.now()}`)
    : mkdtempSync(join(tmpdir(), `newsline-chaos-${store}-`));
  const sabotaged = resolve('dist', 'chaos', 'sabotaged');
  rmSync(sabotaged, { recursive: true, force: true });
  const say = (line: string) => console.log(`${store}: ${line}`);
  say(`seed ${seed}, writing to ${folder}`);
  const timer = setTimeout(end, minutes * 60_000 + BESIDES_MS);
  const { journal, shortcomings } = await runChaos({
    store,
    seed,
    durationMs: minutes * 60_000,
    folder,
    readers,
    ...(sabotage && { program: await buildSabotaged(sabotage, sabotaged) }),
    ...(values.only !== undefined && { only: values.only.split(',') }),
    say,
    signal: ending.signal,
  });
  clearTimeout(timer);
  const verdict = checkRun(await readJournal(journal));
  console.log(`\n${reportOf(verdict, replayOf(store))}`);
  for (const what of shortcomings) say(what);
  const isGreen = verdict.isKept && shortcomings.length === 0;
  if (!isGreen || values.keep !== undefined) say(`the journal is in ${journal}`);
  if (isGreen && values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  return { verdict, shortcomings };
}

const rows: Outcome[] = [];
for (const store of stores) rows.push(await runStore(store));
const [cpu] = cpus();
console.log(`\n${markdownOf(rows.map(({ verdict }) => verdict))}`);
console.log(`\nOn ${cpus().length} cores (${cpu?.model.trim()}), Node ${process.versions.node}.`);
process.exitCode = rows.every(({ verdict, shortcomings }) => verdict.isKept && shortcomings.length === 0)
  ? 0
  : 1;
