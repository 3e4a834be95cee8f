/**
 * Refusals: every way in which newsline says no, as a closed set of stable codes.
 *
 * The same code is the end of an HTTP problem's `type`, the `code` of a refusal frame and the reason of a close.
 */
const REFUSALS = {
  'malformed-json': { status: 400, title: 'The body is not JSON', close: 4500 },
  'malformed-address': { status: 400, title: 'The address is not well-formed', close: 4500 },
  'bad-cursor': { status: 400, title: 'The cursor is not one of ours', close: 4502 },
  'bad-upgrade': { status: 400, title: 'The WebSocket handshake is not valid', close: 4500 },
  'key-missing': { status: 401, title: 'An API key is needed', close: 4511 },
  'key-unknown': { status: 401, title: 'The API key is not known, or was revoked', close: 4511 },
  'scope-missing': { status: 403, title: 'The API key does not allow this', close: 4513 },
  'origin-denied': { status: 403, title: 'This website is not allowed to read here', close: 4513 },
  'unknown-address': { status: 404, title: 'There is nothing at this address', close: 4504 },
  'unknown-channel': { status: 404, title: 'There is no such channel', close: 4504 },
  'unknown-headline': { status: 404, title: 'There is no such headline', close: 4504 },
  'unknown-key': { status: 404, title: 'There is no such API key', close: 4504 },
  'method-not-allowed': { status: 405, title: 'This address does not take that method', close: 4500 },
  'channel-exists': { status: 409, title: 'A channel of this name exists', close: 4500 },
  'headline-exists': { status: 409, title: 'A headline of this id exists', close: 4500 },
  'limit-reached': { status: 409, title: 'There are as many of these as there can be', close: 4500 },
  'stale-version': { status: 409, title: 'The headline has moved on', close: 4500 },
  'headline-retracted': { status: 410, title: 'The headline was retracted', close: 4500 },
  'cursor-lost': { status: 410, title: 'What follows this cursor is no longer kept', close: 4010 },
  'body-too-large': { status: 413, title: 'The body is too large', close: 4509 },
  'not-json': { status: 415, title: 'The body must be application/json', close: 4500 },
  'invalid-field': { status: 422, title: 'A field is not valid', close: 4500 },
  'key-reused': { status: 422, title: 'This Idempotency-Key came with another request before', close: 4500 },
  'unknown-frame': { status: 422, title: 'The frame is not one of this protocol', close: 4500 },
  'already-subscribed': { status: 422, title: 'This connection has subscribed to the channel', close: 4500 },
  'too-many-subscriptions': { status: 422, title: 'Too many subscriptions on one connection', close: 4508 },
  'rate-limited': { status: 429, title: 'Too many requests', close: 4029 },
  'too-many-connections': { status: 429, title: 'Too many connections from this address', close: 4029 },
  'too-many-arrivals': { status: 503, title: 'Too many readers are arriving at once', close: 4013 },
  'too-many-filters': { status: 503, title: 'Too many different filters are in use', close: 4012 },
  'unknown-format': { status: 501, title: 'This format is not spoken here', close: 4500 },
  'internal-error': { status: 500, title: 'Something went wrong on our side', close: 4011 },
  'engine-unavailable': { status: 503, title: 'The store does not answer', close: 4003 },
  draining: { status: 503, title: 'This server is about to stop', close: 4000 },
} as const;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** One thing wrong in what was sent: where, and which rule it breaks. */
export interface FieldError {
  /** Path of the field, as `image.width` or `tags.3`; a query's or header's name. */
  readonly field: string;
  readonly message: string;
}

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for a person; names the field and the rule. */
  readonly message: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterMs?: number;
}

/** Something, or why not. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <Value>(value: Value): Result<Value> => ({ ok: true, value });
export const refused = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** Stable beginning of every problem's `type`; what follows is the refusal's code. */
export const PROBLEM_TYPE = 'urn:newsline:problem:';

export function toProblem({ code, message, errors }: Refusal): Problem {
  const { status, title } = REFUSALS[code];
  return { type: `${PROBLEM_TYPE}${code}`, title, status, detail: message, ...(errors && { errors }) };
}

/** A refusal as an HTTP response: status, header fields, and the problem document as text. */
export function toProblemResponse(refusal: Refusal): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const problem = toProblem(refusal);
  const retryAfterMs =
    refusal.retryAfterMs ?? (problem.status === 503 || problem.status === 429 ? 1_000 : undefined);
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterMs !== undefined && {
        'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))),
      }),
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(problem),
  };
}

/** WebSocket close code of a refusal. 4000 to 4499: come back; 4500 to 4999: stay away. */
export const closeCodeOf = (code: RefusalCode): number => REFUSALS[code].close;
