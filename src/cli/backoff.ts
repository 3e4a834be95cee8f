/**
 * Backoff: how long to wait before trying again, so that many clients do not come back together.
 *
 * Full jitter: anything between nothing and a limit that doubles. [AWS Architecture Blog, "Exponential backoff
 * and jitter"]
 */
import { setTimeout } from 'node:timers/promises';

export interface BackoffOptions {
  /** @default 500 */
  readonly baseMs?: number;
  /** @default 15000 */
  readonly limitMs?: number;
  /** 0 to 1. */
  readonly random?: () => number;
}

/** @param attempt 1 after the first failure. */
export const backoffMs = (
  attempt: number,
  { baseMs = 500, limitMs = 15_000, random = Math.random }: BackoffOptions = {},
): number => Math.round(random() * Math.min(limitMs, baseMs * 2 ** Math.min(attempt - 1, 30)));

/** Resolves early, and never rejects, when the signal aborts: whoever waits looks at the signal next. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export const wait: Wait = async (ms, signal) => {
  await setTimeout(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
};
