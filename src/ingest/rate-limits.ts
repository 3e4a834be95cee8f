/**
 * Rate limits: how often a key may ask, and how often an address may fail to show one.
 *
 * Counted a minute at a time, in this process. What outsiders can make grow is bounded: the store forgets the
 * counts begun longest ago first.
 */
import type { Request, Response } from 'express';
import { ipKeyGenerator, type RateLimitRequestHandler, rateLimit, type Store } from 'express-rate-limit';
import { accepted, type Result, refused } from '../protocol/refusal.ts';

export interface RateLimitsOptions {
  /** A key's requests. */
  readonly requestsPerMinute: number;
  /** Failed authentications of an address; of an IPv6 address's /56, which one subscriber has whole. */
  readonly failuresPerMinute: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Keys, and addresses, counted at a time. @default 10000 */
  readonly capacity?: number;
}

export interface RateLimits {
  /** Counts a request of a key, and sets the RateLimit header fields. */
  countRequest(request: Request, response: Response, keyId: string): Promise<Result<undefined>>;
  /** Counts a failed authentication. */
  countFailure(request: Request, response: Response): Promise<Result<undefined>>;
  /** Whether the address has failed as often as it may, without counting. */
  checkAddress(request: Request): Promise<Result<undefined>>;
}

const WINDOW_MS = 60_000;
/** What a limiter passes on in place of an error when the limit is passed. */
const EXCEEDED = Symbol('exceeded');

export function createRateLimits({
  requestsPerMinute,
  failuresPerMinute,
  now,
  capacity = 10_000,
}: RateLimitsOptions): RateLimits {
  // One request has one key: it waits here between the authentication and the limiter that asks for it.
  const keyIds = new WeakMap<Request, string>();
  const common = {
    windowMs: WINDOW_MS,
    legacyHeaders: false,
    // Its checks write to the console whatever a request's header fields make them think of our settings.
    validate: false,
    handler: (_request: Request, _response: Response, next: (outcome: unknown) => void) => next(EXCEEDED),
  };
  const requests = rateLimit({
    ...common,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    keyGenerator: (request) => keyIds.get(request) ?? '',
    store: createBoundedStore(capacity, now),
  });
  const failures = rateLimit({
    ...common,
    limit: failuresPerMinute,
    keyGenerator: addressOf,
    store: createBoundedStore(capacity, now),
  });

  const exceeded = async (limiter: RateLimitRequestHandler, key: string, what: string) => {
    const { resetTime } = (await limiter.getKey(key)) ?? {};
    const retryAfterMs = resetTime ? Math.max(0, resetTime.getTime() - now()) : WINDOW_MS;
    return refused({ code: 'rate-limited', message: what, retryAfterMs });
  };
  const tooManyRequests = `an API key may send ${requestsPerMinute} requests a minute`;
  const tooManyFailures = 'too many requests without a valid API key came from this address';

  return {
    async countRequest(request, response, keyId) {
      keyIds.set(request, keyId);
      const isWithin = await passes(requests, request, response);
      return isWithin ? accepted(undefined) : exceeded(requests, keyId, tooManyRequests);
    },
    async countFailure(request, response) {
      const isWithin = await passes(failures, request, response);
      return isWithin ? accepted(undefined) : exceeded(failures, addressOf(request), tooManyFailures);
    },
    async checkAddress(request) {
      const counted = await failures.getKey(addressOf(request));
      if ((counted?.totalHits ?? 0) < failuresPerMinute) return accepted(undefined);
      return exceeded(failures, addressOf(request), tooManyFailures);
    },
  };
}

const addressOf = ({ ip }: Request): string => (ip === undefined ? 'unknown' : ipKeyGenerator(ip, 56));

const passes = (limiter: RateLimitRequestHandler, request: Request, response: Response): Promise<boolean> =>
  new Promise((resolve, reject) => {
    void limiter(request, response, (outcome?: unknown) => {
      if (outcome === undefined) resolve(true);
      else if (outcome === EXCEEDED) resolve(false);
      else reject(outcome);
    });
  });

function createBoundedStore(capacity: number, now: () => number): Store {
  // In the order in which the counts began, and so in which they end.
  const counts = new Map<string, { totalHits: number; readonly resetTime: Date }>();

  const get = (key: string) => {
    const count = counts.get(key);
    return count && count.resetTime.getTime() > now() ? count : undefined;
  };
  const begin = (key: string) => {
    counts.delete(key);
    const [first] = counts.keys();
    if (first !== undefined && counts.size >= capacity) counts.delete(first);
    const count = { totalHits: 0, resetTime: new Date(now() + WINDOW_MS) };
    counts.set(key, count);
    return count;
  };
  return {
    localKeys: true,
    get,
    increment(key) {
      const { totalHits, resetTime } = get(key) ?? begin(key);
      const next = { totalHits: totalHits + 1, resetTime };
      counts.set(key, next);
      return next;
    },
    decrement(key) {
      const count = counts.get(key);
      if (count && count.totalHits > 0) count.totalHits -= 1;
    },
    resetKey(key) {
      counts.delete(key);
    },
  };
}
