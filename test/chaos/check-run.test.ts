import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BREAKS } from './break-run.ts';
import { checkRun } from './check-run.ts';
import { correctRun } from './correct-run.ts';
import { createRandom } from './mulberry.ts';
import { openJournal } from './open-journal.ts';

const RUNS = Number(process.env['RUNS'] ?? 20);
const seeds = fc.record({ seed: fc.nat(), steps: fc.integer({ min: 1, max: 250 }) });
/** Long enough that there is something to break. */
const longSeeds = fc.record({ seed: fc.nat(), steps: fc.integer({ min: 80, max: 250 }) });

test('accuses no run in which every promise is kept', () => {
  fc.assert(
    fc.property(seeds, (options) => {
      const { violations } = checkRun(correctRun(options));
      expect(violations.filter(({ kind }) => kind !== 'proves-nothing')).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

describe('finds and names it when', () => {
  test.each(Object.entries(BREAKS))('%s', (_, { named, carryOut }) => {
    let broken = 0;
    fc.assert(
      fc.property(longSeeds, fc.boolean(), fc.nat(), (options, hasLosses, salt) => {
        const journal = openJournal(correctRun({ ...options, hasLosses }));
        const random = createRandom(salt);
        const done = carryOut(journal, (limit) => Math.floor(random() * limit));
        if (done !== 'broken') return;
        broken += 1;
        const kinds = [...checkRun(journal).counts.keys()];
        expect(named.some((kind) => kinds.includes(kind)) ? named : kinds).toEqual(named);
      }),
      { numRuns: RUNS },
    );
    expect(broken).toBeGreaterThan(0);
  });
});
