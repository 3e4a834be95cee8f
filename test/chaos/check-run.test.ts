import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkRun } from './check-run.ts';
import { correctRun } from './correct-run.ts';

const seeds = fc.record({ seed: fc.nat(), steps: fc.integer({ min: 1, max: 250 }) });

test('accuses no run in which every promise is kept', () => {
  fc.assert(
    fc.property(seeds, (options) => {
      expect(
        checkRun(correctRun(options)).violations.filter(({ kind }) => kind !== 'proves-nothing'),
      ).toEqual([]);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
});
