/**
 * Address budgets: how much work one address may ask for, however it asks.
 *
 * Everything readers ask for is paid for from one budget of their address, by what it costs this process, so that no
 * mixture of cheap and dear requests gets more. A minute's worth may be spent at once: the thousand readers of an
 * office that lost their connection together all get in together. What no one pays for is refused at once, and cheaply.
 */
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import { addressKey } from './client-address.ts';

/** What things cost; 1 is about a third of a millisecond. */
export const COST = {
  /** A list as JSON, a file, or one message on a connection. */
  request: 1,
  /** An embed page that is not at hand, beside its request. */
  page: 3,
  /** A stream, by WebSocket or server-sent events. */
  stream: 2,
  /** A filter that no one uses yet: up to a thousand changes are framed for it. */
  filter: 40,
} as const;

export interface AddressBudgetsOptions {
  /** No less than what the dearest thing costs. @default 10000 */
  readonly requestsPerMinutePerAddress?: number;
  /** Addresses remembered; those that asked longest ago are forgotten first. @default 10000 */
  readonly limitAddresses?: number;
  /** Milliseconds, any origin, growing. */
  readonly clock?: () => number;
  /** 0 up to 1. */
  readonly random?: () => number;
}

export interface AddressBudgets {
  spend(address: string, cost: number): Result<undefined>;
  /** What was paid for was not to be had, for reasons that are not this address's. */
  refund(address: string, cost: number): void;
  /** Addresses remembered. */
  readonly size: number;
}

const MINUTE_MS = 60_000;
/** Who is refused is asked to return at random within this, or those refused together would return together. */
const RETURN_SPREAD_MS = 5_000;

export function createAddressBudgets({
  requestsPerMinutePerAddress = 10_000,
  limitAddresses = 10_000,
  clock = () => performance.now(),
  random = Math.random,
}: AddressBudgetsOptions = {}): AddressBudgets {
  const msPerUnit = MINUTE_MS / requestsPerMinutePerAddress;
  /** When the budget of an address is whole again; who asked last stands last. */
  const wholeAt = new Map<string, number>();

  return {
    spend(address, cost) {
      const key = addressKey(address);
      const nowMs = clock();
      const next = Math.max(nowMs, wholeAt.get(key) ?? nowMs) + cost * msPerUnit;
      const overMs = next - nowMs - MINUTE_MS;
      if (overMs > 0) {
        const message = 'this address asks for too much; come back later';
        const retryAfterMs = Math.ceil(overMs + random() * RETURN_SPREAD_MS);
        return refused({ code: 'rate-limited', message, retryAfterMs });
      }
      wholeAt.delete(key);
      const [oldest] = wholeAt.keys();
      if (oldest !== undefined && wholeAt.size >= limitAddresses) wholeAt.delete(oldest);
      wholeAt.set(key, next);
      return accepted(undefined);
    },
    refund(address, cost) {
      const key = addressKey(address);
      const at = wholeAt.get(key);
      if (at !== undefined) wholeAt.set(key, at - cost * msPerUnit);
    },
    get size() {
      return wholeAt.size;
    },
  };
}
