/**
 * Address counts: how many of something each address has at a time, and how many there are in all.
 *
 * No more addresses are remembered than there are things: one is forgotten with the last it had.
 */
import { addressKey } from './client-address.ts';

export interface AddressCounts {
  /** Of all addresses together. */
  readonly count: number;
  /** Addresses that have any. */
  readonly addresses: number;
  /** What this address has; IPv6 by /64. */
  of(address: string): number;
  /** Counts one in. @returns counts it out again, once. */
  add(address: string): () => void;
}

export function createAddressCounts(): AddressCounts {
  const perAddress = new Map<string, number>();
  let count = 0;

  return {
    get count() {
      return count;
    },
    get addresses() {
      return perAddress.size;
    },
    of: (address) => perAddress.get(addressKey(address)) ?? 0,
    add(address) {
      const key = addressKey(address);
      perAddress.set(key, (perAddress.get(key) ?? 0) + 1);
      count += 1;
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        count -= 1;
        const rest = (perAddress.get(key) ?? 1) - 1;
        if (rest > 0) perAddress.set(key, rest);
        else perAddress.delete(key);
      };
    },
  };
}
