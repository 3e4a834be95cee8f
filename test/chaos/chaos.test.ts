/** A short fixed selection of the chaos suite, and the proof that it can fail. `npm run chaos` is the whole of it. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { type ChaosRunOptions, runChaos } from './chaos-run.ts';
import { checkRun, type Verdict } from './check-run.ts';
import { readJournal } from './read-journal.ts';
import { buildSabotaged } from './sabotage.ts';

const LIMIT_MS = 300_000;
const NO_ONE = new AbortController().signal;

const folders: TemporaryFolder[] = [];
afterAll(async () => {
  await Promise.all(folders.map((folder) => folder.dispose()));
});

async function run(
  options: Pick<ChaosRunOptions, 'store' | 'seed' | 'durationMs'> & Partial<ChaosRunOptions>,
) {
  const folder = await createTemporaryFolder();
  folders.push(folder);
  const result = await runChaos({
    readers: 24,
    pauseMs: [300, 1_200],
    ...options,
    folder: folder.path,
    say: () => {},
    signal: NO_ONE,
  });
  const verdict = checkRun(await readJournal(result.journal));
  return { ...result, verdict };
}

async function runSabotaged() {
  const cache = join(process.cwd(), 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const built = await mkdtemp(join(cache, 'newsline-sabotaged-'));
  try {
    return await run({
      store: 'redis',
      seed: 5,
      durationMs: 8_000,
      program: await buildSabotaged('repair', built),
      only: ['cut redis connections', 'client kill pubsub', 'blackhole redis'],
    });
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

/** What was found, in words that a failed test shows. */
const found = ({ violations, counts }: Verdict) =>
  violations
    .slice(0, 10)
    .map(({ kind, reader, what }) => `${kind} x ${counts.get(kind)}: ${reader}: ${what}`);

type ChaosOutcome = Awaited<ReturnType<typeof run>>;
const expectKept = ({ verdict, shortcomings }: ChaosOutcome) =>
  expect({ shortcomings, found: found(verdict) }).toEqual({ shortcomings: [], found: [] });

describe('a short chaos run', () => {
  // They have nothing in common but the machine, and wait most of the time.
  const runs: {
    embedded?: Promise<ChaosOutcome>;
    redis?: Promise<ChaosOutcome>;
    sabotaged?: Promise<ChaosOutcome>;
  } = {};
  beforeAll(() => {
    runs.embedded = run({ store: 'embedded', seed: 7, durationMs: 12_000 });
    runs.redis = run({ store: 'redis', seed: 7, durationMs: 15_000 });
    runs.sabotaged = runSabotaged();
    // What goes wrong is told by the test whose it is.
    for (const each of Object.values(runs)) each.catch(() => {});
  });
  // Also where a test gave up on one: nothing that it started is left.
  afterAll(async () => {
    await Promise.allSettled(Object.values(runs));
  }, LIMIT_MS);

  it(
    'loses, doubles and reorders nothing on the embedded engine',
    async () => expectKept(await outcomeOf(runs.embedded)),
    LIMIT_MS,
  );

  it(
    'loses, doubles and reorders nothing on Redis',
    async () => expectKept(await outcomeOf(runs.redis)),
    LIMIT_MS,
  );

  it(
    'finds what is lost where the repair is taken out of the service',
    async () => {
      const { verdict } = await outcomeOf(runs.sabotaged);
      expect(verdict.counts.get('undelivered')).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});

function outcomeOf(begun: Promise<ChaosOutcome> | undefined): Promise<ChaosOutcome> {
  if (!begun) throw new Error('it was never begun');
  return begun;
}
