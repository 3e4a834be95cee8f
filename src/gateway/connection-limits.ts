/**
 * Connection limits: how many connections there may be, in all and from one address.
 *
 * IPv6 counts by /64: whoever has one address there has 2^64 of them.
 */
import ipaddr from 'ipaddr.js';
import type { Result } from '../protocol/refusal.ts';
import { accepted, refused } from '../protocol/refusal.ts';
import { boundedMemo } from './bounded-memo.ts';

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

/** What an address is counted by. */
export const addressKey = boundedMemo((address: string): string => {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : Buffer.from(parsed.toByteArray().slice(0, 8)).toString('hex');
});

/**
 * The reader's address: the peer's, or what proxies we trust say of it.
 *
 * @param trustedProxies addresses or CIDR ranges; read from the right, the first address not trusted is the reader's.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string {
  const hops = [...(forwardedFor?.split(',').map((hop) => hop.trim()) ?? []), peer ?? 'unknown'];
  while (hops.length > 1 && isTrusted(hops.at(-1) ?? '', trustedProxies)) hops.pop();
  return hops.at(-1) ?? 'unknown';
}

function isTrusted(address: string, trustedProxies: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return trustedProxies.some((range) => {
    const [network, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : [ipaddr.parse(range), undefined];
    if (network.kind() !== parsed.kind()) return false;
    return bits === undefined ? network.toString() === parsed.toString() : parsed.match([network, bits]);
  });
}
