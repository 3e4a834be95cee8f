import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createArrivals } from '../../src/gateway/arrivals.ts';

function begin(connectionsPerSecond: number) {
  const time = { ms: 0 };
  const arrivals = createArrivals({ connectionsPerSecond, clock: () => time.ms, random: () => 0.5 });
  const come = (count: number) => Array.from({ length: count }, () => arrivals.admit());
  const letIn = (count: number) => come(count).filter(({ ok }) => ok).length;
  return { time, come, letIn };
}

describe('arrivals', () => {
  it('lets in a second’s worth at once, then as many as time allows', () => {
    const { time, letIn } = begin(200);
    expect(letIn(2_000)).toBe(200);
    time.ms += 500;
    expect(letIn(2_000)).toBe(100);
    time.ms += 3_600_000;
    expect(letIn(2_000)).toBe(200);
  });

  it('asks those it refuses to come back at different times', () => {
    const chances = [0, 0.25, 0.999];
    const arrivals = createArrivals({
      connectionsPerSecond: 1,
      clock: () => 0,
      random: () => chances.shift() ?? 0,
    });
    expect(arrivals.admit().ok).toBe(true);
    const waits = [1, 2, 3].map(() => {
      const answer = arrivals.admit();
      return answer.ok ? undefined : [answer.refusal.code, answer.refusal.retryAfterMs];
    });
    expect(waits).toEqual([
      ['too-many-arrivals', 1_000],
      ['too-many-arrivals', 2_000],
      ['too-many-arrivals', 4_996],
    ]);
  });

  it('never lets in more than the rate over any stretch of time, and one second’s worth', () => {
    const visits = fc.array(fc.record({ waitMs: fc.nat(3_000), count: fc.nat(50) }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), visits, (rate, steps) => {
        const { time, letIn } = begin(rate);
        const seen = steps.map(({ waitMs, count }) => {
          time.ms += waitMs;
          return { atMs: time.ms, in: letIn(count) };
        });
        for (const [from, { atMs }] of seen.entries()) {
          let total = 0;
          for (const visit of seen.slice(from)) {
            total += visit.in;
            expect(total).toBeLessThanOrEqual(rate + ((visit.atMs - atMs) * rate) / 1_000 + 1e-6);
          }
        }
      }),
    );
  });
});
