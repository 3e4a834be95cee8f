/** A short fixed selection of the chaos suite, and the proof that it can fail. `npm run chaos` is the whole of it. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { type ChaosRunOptions, runChaos } from './chaos-run.ts';
import { checkRun, type Verdict } from './check-run.ts';
import { readJournal } from './read-journal.ts';
import { buildSabotaged } from './sabotage.ts';

const LIMIT_MS = 150_000;
const NO_ONE = new AbortController().signal;

let folder: TemporaryFolder | undefined;
afterEach(async () => {
  await folder?.dispose();
  folder = undefined;
});

async function run(
  options: Pick<ChaosRunOptions, 'store' | 'seed' | 'durationMs'> & Partial<ChaosRunOptions>,
) {
  folder = await createTemporaryFolder();
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

/** What was found, in words that a failed test shows. */
const found = ({ violations, counts }: Verdict) =>
  violations
    .slice(0, 10)
    .map(({ kind, reader, what }) => `${kind} x ${counts.get(kind)}: ${reader}: ${what}`);

describe('a short chaos run', () => {
  it(
    'loses, doubles and reorders nothing on the embedded engine',
    async () => {
      const { verdict, shortcomings } = await run({ store: 'embedded', seed: 7, durationMs: 12_000 });
      expect({ shortcomings, found: found(verdict) }).toEqual({ shortcomings: [], found: [] });
    },
    LIMIT_MS,
  );

  it(
    'loses, doubles and reorders nothing on Redis',
    async () => {
      const { verdict, shortcomings } = await run({ store: 'redis', seed: 7, durationMs: 15_000 });
      expect({ shortcomings, found: found(verdict) }).toEqual({ shortcomings: [], found: [] });
    },
    LIMIT_MS,
  );

  it(
    'finds what is lost where the repair is taken out of the service',
    async () => {
      const cache = join(process.cwd(), 'node_modules', '.cache');
      mkdirSync(cache, { recursive: true });
      const built = await mkdtemp(join(cache, 'newsline-sabotaged-'));
      try {
        const { verdict } = await run({
          store: 'redis',
          seed: 5,
          durationMs: 8_000,
          program: await buildSabotaged('repair', built),
          only: ['cut redis connections', 'client kill pubsub', 'blackhole redis'],
        });
        expect(verdict.counts.get('undelivered')).toBeGreaterThan(0);
      } finally {
        await rm(built, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );
});
