/**
 * Connection limits: how many connections there may be, in all and from one address.
 *
 * IPv6 counts by /64: whoever has one address there has 2^64 of them.
 */
import type { Result } from '../protocol/refusal.ts';
import { accepted, refused } from '../protocol/refusal.ts';
import { addressKey } from './client-address.ts';

export interface ConnectionLimits {
  /** Counts one in. @returns counts it out again, once. */
  admit(address: string): Result<() => void>;
  readonly count: number;
}

export interface ConnectionLimitsOptions {
  /** @default 50000 */
  readonly connections?: number;
  /** @default 1000 */
  readonly connectionsPerAddress?: number;
}

export function createConnectionLimits({
  connections = 50_000,
  connectionsPerAddress = 1_000,
}: ConnectionLimitsOptions = {}): ConnectionLimits {
  /** No more keys than connections: an address is forgotten with its last one. */
  const perAddress = new Map<string, number>();
  let count = 0;

  return {
    admit(address) {
      const key = addressKey(address);
      const here = perAddress.get(key) ?? 0;
      if (here >= connectionsPerAddress || count >= connections) {
        const message =
          here >= connectionsPerAddress
            ? `at most ${connectionsPerAddress} from one address`
            : 'this server is full';
        return refused({ code: 'too-many-connections', message, retryAfterMs: 30_000 });
      }
      perAddress.set(key, here + 1);
      count += 1;
      let isIn = true;
      return accepted(() => {
        if (!isIn) return;
        isIn = false;
        count -= 1;
        const rest = (perAddress.get(key) ?? 1) - 1;
        if (rest > 0) perAddress.set(key, rest);
        else perAddress.delete(key);
      });
    },
    get count() {
      return count;
    },
  };
}
