/** Fault: one thing that goes wrong in a run, and is put right again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultLine } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Fault {
  /** As `kill -9 gateway`. */
  readonly kind: string;
  readonly destroys: FaultLine['destroys'];
  /** Parts it may befall; a part has one fault at a time. */
  readonly targets: readonly string[];
  /** Resolves when the part is back. @param hold waits that long, or until the faults are over. */
  befall(target: string, random: SeededRandom, hold: (ms: number) => Promise<void>): Promise<void>;
}

/** Not longer than the signal lets. */
export const holdUntil =
  (signal: AbortSignal) =>
  async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  };
