import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from '../../src/protocol/backoff.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backing off', () => {
  it('waits whole milliseconds below a ceiling that doubles, and never beyond the limit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5_000 }), chance, (failures, drawn) => {
        const ms = backoffMs(failures, drawn);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThan(Math.min(30_000, 1_000 * 2 ** failures));
      }),
    );
  });

  it('spreads over the whole span, so that those cut off together do not return together', () => {
    const waits = Array.from({ length: 10 }, (_, tenth) => backoffMs(3, tenth / 10));
    expect(waits).toEqual([0, 800, 1600, 2400, 3200, 4000, 4800, 5600, 6400, 7200]);
  });

  it('takes other bounds', () => {
    expect(backoffMs(0, 0.5, { firstMs: 10 })).toBe(5);
    expect(backoffMs(50, 0.5, { limitMs: 100 })).toBe(50);
  });
});
