/** Wait: how long a command waits before it tries again, and the waiting. */
import { setTimeout } from 'node:timers/promises';
import { backoffMs } from '../protocol/backoff.ts';

/**
 * Shorter than in a browser: a person is waiting.
 *
 * @param failures 1 after the first.
 */
export const retryMs = (failures: number, random: () => number = Math.random): number =>
  backoffMs(failures - 1, random(), { firstMs: 500, limitMs: 15_000 });

/** Resolves early, and never rejects, when the signal aborts: whoever waits looks at the signal next. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export const wait: Wait = async (ms, signal) => {
  await setTimeout(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
};
