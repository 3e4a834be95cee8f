/**
 * `npm run chaos`: runs the suite on a store, or on all of them one after another, checks what was written down, and
 * says what it covered, what it found, and how to run the same again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos-run.ts';
import type { Run } from './journal.ts';
import { buildSabotaged, SABOTAGES, type Sabotage } from './sabotage.ts';

const STORES: readonly Run['store'][] = ['embedded', 'redis', 'sentinel', 'cluster'];
/** For the start, the calm and the check of one run; then everything is ended. */
const BESIDES_MS = 300_000;
const PUT_AWAY_MS = 15_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    store: { type: 'string', default: 'redis' },
    seed: { type: 'string' },
    keep: { type: 'string' },
    sabotage: { type: 'string' },
    only: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const stores = STORES.filter((store) => values.store === 'all' || values.store === store);
const sabotage = Object.keys(SABOTAGES).find((name) => name === values.sabotage) as Sabotage | undefined;
if (!(minutes > 0) || !Number.isSafeInteger(seed) || stores.length === 0 || sabotage !== values.sabotage) {
  console.error(
    `usage: npm run chaos -- [--minutes 3] [--store ${STORES.join('|')}|all] [--seed N] [--keep FOLDER] [--only KINDS] [--sabotage ${Object.keys(SABOTAGES).join('|')}]`,
  );
  process.exit(2);
}

const ending = new AbortController();
const end = () => {
  ending.abort();
  // What is not put away by then is ended with this process, part by part.
  setTimeout(() => process.exit(1), PUT_AWAY_MS).unref();
};
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, end);

async function runStore(store: Run['store']): Promise<boolean> {
  const folder = values.keep
    ? join(resolve(values.keep), `${store}-${seed}-${Date.now()}`)
    : mkdtempSync(join(tmpdir(), `newsline-chaos-${store}-`));
  const sabotaged = resolve('dist', 'chaos', 'sabotaged');
  rmSync(sabotaged, { recursive: true, force: true });
  const timer = setTimeout(end, minutes * 60_000 + BESIDES_MS);
  const result = await runChaos({
    store,
    seed,
    durationMs: minutes * 60_000,
    folder,
    ...(sabotage && { program: await buildSabotaged(sabotage, sabotaged) }),
    ...(values.only !== undefined && { only: values.only.split(',') }),
    say: (line) => console.log(`${store} ${line}`),
    signal: ending.signal,
  });
  clearTimeout(timer);
  console.log(JSON.stringify(result, undefined, 2));
  return result.shortcomings.length === 0;
}

let isGreen = true;
for (const store of stores) isGreen = (await runStore(store)) && isGreen;
process.exitCode = isGreen ? 0 : 1;
