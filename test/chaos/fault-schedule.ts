/**
 * Fault schedule: draws what goes wrong next, where and when, by the run's seed, and writes down what it did.
 *
 * Kinds come from a deck that is dealt to its end before it is shuffled anew, so that a run meets them all. Faults of
 * different parts overlap.
 */
import type { Fault } from './fault.ts';
import { holdUntil } from './fault.ts';
import type { FaultLine } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface FaultScheduleOptions {
  readonly faults: readonly Fault[];
  readonly random: SeededRandom;
  readonly write: (line: FaultLine) => void;
  /** Told of one that could not be carried out; the run goes on. */
  readonly onTrouble: (kind: string, error: unknown) => void;
  /** Ends the faults; what is under way is put right at once. */
  readonly signal: AbortSignal;
  /** Between the beginnings of two, at least and at most. */
  readonly pauseMs: readonly [number, number];
  /** At one time. */
  readonly overlap: number;
}

export interface FaultSchedule {
  /** Resolves when all is put right. */
  readonly over: Promise<void>;
  readonly count: number;
  /** Whether what was stored may have been destroyed since this moment. */
  mayBeDestroyedSince(ms: number): boolean;
}

export function startFaults({
  faults,
  random,
  write,
  onTrouble,
  signal,
  pauseMs: [least, most],
  overlap,
}: FaultScheduleOptions): FaultSchedule {
  const hold = holdUntil(signal);
  const underWay = new Map<string, Promise<void>>();
  let deck: Fault[] = [];
  let count = 0;
  let destroyedAtMs = Number.NEGATIVE_INFINITY;

  async function befall(fault: Fault, target: string): Promise<void> {
    const atMs = Date.now();
    const { kind, destroys } = fault;
    const isDestructive = destroys === 'everything' || destroys === 'unreplicated';
    if (isDestructive) destroyedAtMs = Number.POSITIVE_INFINITY;
    // Forked by its number: how long one takes does not move what comes after it.
    const own = random.fork(`${count}`);
    try {
      await fault.befall(target, own, hold);
    } catch (error) {
      onTrouble(kind, error);
    }
    const untilMs = Date.now();
    if (isDestructive) destroyedAtMs = untilMs;
    write({ kind: 'fault', atMs, untilMs, fault: kind, target, destroys });
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await hold(random.between(least, most));
      if (signal.aborted) break;
      if (deck.length === 0) deck = random.shuffled(faults);
      const fault = deck.shift();
      const target = fault && random.pick(fault.targets);
      if (!fault || target === undefined) break;
      while (underWay.has(target) || underWay.size >= overlap) await Promise.race(underWay.values());
      if (signal.aborted) break;
      count += 1;
      underWay.set(
        target,
        befall(fault, target).finally(() => underWay.delete(target)),
      );
    }
    await Promise.all(underWay.values());
  }
  return {
    over: run(),
    get count() {
      return count;
    },
    mayBeDestroyedSince: (ms) => destroyedAtMs >= ms,
  };
}
