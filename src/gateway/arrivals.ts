/**
 * Arrivals: how many connections are let in a second.
 *
 * Letting a reader in costs many times what a headline to it costs. When a whole fleet's readers come at once, those
 * who are in keep getting their headlines on time, and the rest are asked to come again. [design 3, promise 8]
 *
 * A bucket of a second's worth: a short burst passes whole.
 */
import { accepted, type Result, refused } from '../protocol/refusal.ts';

export interface ArrivalsOptions {
  /** New connections a second. @default 2000 */
  readonly connectionsPerSecond?: number;
  /** Milliseconds, any origin, growing. */
  readonly clock?: () => number;
  /** 0 up to 1. */
  readonly random?: () => number;
}

export interface Arrivals {
  /** Counts one in. */
  admit(): Result<undefined>;
}

const SECOND_MS = 1_000;
/** Those refused are asked to return at random within this, beginning after a second, in which others were let in. */
const RETURN_SPREAD_MS = 4_000;

export function createArrivals({
  connectionsPerSecond = 2_000,
  clock = () => performance.now(),
  random = Math.random,
}: ArrivalsOptions = {}): Arrivals {
  let places = connectionsPerSecond;
  let atMs = clock();

  return {
    admit() {
      const nowMs = clock();
      places = Math.min(connectionsPerSecond, places + ((nowMs - atMs) * connectionsPerSecond) / SECOND_MS);
      atMs = nowMs;
      if (places < 1) {
        const message = 'too many readers are arriving at this moment';
        const retryAfterMs = Math.round(SECOND_MS + random() * RETURN_SPREAD_MS);
        return refused({ code: 'too-many-arrivals', message, retryAfterMs });
      }
      places -= 1;
      return accepted(undefined);
    },
  };
}
