/**
 * Store check: whether the store takes changes, for a process that follows none. [design 3, promise 6]
 *
 * However many ask, the store is asked once a second at most, and nobody waits for long: an answer that does not come
 * is one.
 */
import type { HeadlineStore } from '../domain/engine.ts';
import { createProber } from '../domain/prober.ts';

export interface StoreCheckOptions {
  /** Milliseconds a commit may take. @default 2000 */
  readonly limitMs?: number;
  /** Milliseconds for which an answer stands. @default 1000 */
  readonly keepMs?: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
}

/** @returns tells what is wrong with the store, or undefined where nothing is. */
export function createStoreCheck(
  headlines: HeadlineStore,
  { limitMs = 2_000, keepMs = 1_000, now = Date.now }: StoreCheckOptions = {},
): () => Promise<string | undefined> {
  const prober = createProber(headlines, 'ingest');
  let answer: Promise<string | undefined> | undefined;
  /** A probe that has not ended: another one would only wait behind it. */
  let isProbing = false;

  async function probe(): Promise<string | undefined> {
    isProbing = true;
    try {
      await prober.probe(now());
      return undefined;
    } catch {
      return 'the store does not take changes';
    } finally {
      isProbing = false;
    }
  }

  async function ask(): Promise<string | undefined> {
    if (isProbing) return LATE;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, limitMs, LATE);
    });
    const reason = await Promise.race([probe(), late]);
    clearTimeout(timer);
    return reason;
  }

  return () => {
    answer ??= ask().finally(() => {
      setTimeout(() => {
        answer = undefined;
      }, keepMs).unref();
    });
    return answer;
  };
}

const LATE = 'the store does not answer in time';
