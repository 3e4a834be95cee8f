/**
 * Connection limits: how many connections there may be, in all and from one address.
 *
 * IPv6 counts by /64: whoever has one address there has 2^64 of them.
 */
import type { Result } from '../protocol/refusal.ts';
import { accepted, refused } from '../protocol/refusal.ts';
import { createAddressCounts } from './address-counts.ts';

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
  const counts = createAddressCounts();

  return {
    admit(address) {
      const here = counts.of(address);
      if (here >= connectionsPerAddress || counts.count >= connections) {
        const message =
          here >= connectionsPerAddress
            ? `at most ${connectionsPerAddress} from one address`
            : 'this server is full';
        return refused({ code: 'too-many-connections', message, retryAfterMs: 30_000 });
      }
      return accepted(counts.add(address));
    },
    get count() {
      return counts.count;
    },
  };
}
