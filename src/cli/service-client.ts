/**
 * Service client: the public HTTP contract, as the commands use it.
 *
 * A refusal becomes one line that names field and rule. What may be repeated is repeated a bounded number of times,
 * never sooner than the service asked for. The key travels in its header only, and never to another address:
 * redirects are not followed.
 */
import { PROBLEM_TYPE } from '../protocol/refusal.ts';
import { CommandError } from './command-error.ts';
import { printable } from './printing.ts';
import { wait as pause, retryMs, type Wait } from './wait.ts';

export interface ServiceClientOptions {
  /** Where the service is: http or https, with a path where it stands below one. */
  readonly url: string;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Until an answer is there whole. @default 30000 */
  readonly timeoutMs?: number;
  /** Bytes of an answer at most. @default 16777216 */
  readonly limitBytes?: number;
  /** A service that asks for more patience is taken at its word: the command ends. @default 60000 */
  readonly longestWaitMs?: number;
  readonly fetch?: typeof fetch | undefined;
  readonly wait?: Wait | undefined;
  readonly random?: (() => number) | undefined;
  /** Told before each repetition, in words for a person. */
  readonly onRetry?: ((message: string) => void) | undefined;
}

interface ServiceRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments below `/`; encoded here. */
  readonly path: readonly string[];
  readonly query?: URLSearchParams;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** More than 1 only for what does the same when it arrives twice. @default 1 */
  readonly attempts?: number;
}

export interface ServiceAnswer {
  readonly status: number;
  /** What the body says, where it is JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

export interface ServiceClient {
  readonly url: string;
  readonly hasKey: boolean;
  /** @throws CommandError for everything but success, and for success that is not JSON. */
  request(request: ServiceRequest): Promise<Record<string, unknown>>;
  /** Answers with any status. @throws CommandError where there is no answer. */
  ask(request: ServiceRequest): Promise<ServiceAnswer>;
  /** The answer as it begins, for streams; without key, limit and deadline. Rejects as `fetch` does. */
  open(request: ServiceRequest, signal: AbortSignal): Promise<Response>;
}

/** The service, or something before it, is not able to answer now. */
const NOT_NOW = new Set([429, 502, 503, 504]);
export const isNotNow = (status: number): boolean => NOT_NOW.has(status);

export function createServiceClient({
  url,
  key,
  signal,
  timeoutMs = 30_000,
  limitBytes = 16 * 1_048_576,
  longestWaitMs = 60_000,
  fetch: send = fetch,
  wait = pause,
  random = Math.random,
  onRetry = () => {},
}: ServiceClientOptions): ServiceClient {
  const addressOf = ({ path, query }: ServiceRequest): string => {
    const address = `${url}/${path.map(encodeURIComponent).join('/')}`;
    return query && query.size > 0 ? `${address}?${query}` : address;
  };

  const once = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await send(addressOf(request), {
      method: request.method ?? 'GET',
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      headers: {
        accept: 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    const text = await readText(response, limitBytes);
    return {
      status: response.status,
      body: parseJson(text) ?? movedTo(response),
      retryAfterMs: readRetryAfter(response),
    };
  };

  const ask = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      let answer: ServiceAnswer | undefined;
      let failure: unknown;
      try {
        answer = await once(request);
        if (!NOT_NOW.has(answer.status)) return answer;
      } catch (error) {
        if (error instanceof CommandError) throw error;
        failure = error;
      }
      if (signal?.aborted) throw interrupted(failure);
      const askedMs = answer?.retryAfterMs ?? 0;
      if (attempt >= (request.attempts ?? 1) || askedMs > longestWaitMs) {
        if (answer) return answer;
        throw unreachable(url, failure);
      }
      const why = answer ? `answered ${answer.status}` : `did not answer (${reasonOf(failure)})`;
      onRetry(`${url} ${why}; trying again (${attempt + 1} of ${request.attempts})`);
      await wait(Math.max(askedMs, retryMs(attempt, random)), signal);
      if (signal?.aborted) throw interrupted(failure);
    }
  };

  return {
    url,
    hasKey: key !== undefined,
    ask,
    async request(request) {
      const answer = await ask(request);
      if (answer.status < 200 || answer.status > 299) throw refusedBy(url, answer);
      if (answer.status === 204) return {};
      if (isObject(answer.body)) return answer.body;
      throw new CommandError('failed', `${url} does not answer as newsline does: is the address right?`);
    },
    open: (request, abort) =>
      send(addressOf(request), { redirect: 'manual', signal: abort, headers: { ...request.headers } }),
  };
}

/** One line for a refusal: the fields and their rules where it names some, else its detail; the code at the end. */
export function refusedBy(url: string, { status, body, retryAfterMs }: ServiceAnswer): CommandError {
  const problem = isObject(body) ? body : {};
  const type = textOf(problem['type']);
  const code = type?.startsWith(PROBLEM_TYPE) ? type.slice(PROBLEM_TYPE.length) : undefined;
  if (code === undefined && status >= 300 && status < 400) {
    const target = textOf(problem['location']) ?? 'another address';
    return new CommandError('failed', `${url} redirects to ${printable(target)}: give that to --url`);
  }
  const errors = Array.isArray(problem['errors']) ? problem['errors'].filter(isObject) : [];
  const fields = errors.slice(0, 5).map(({ field, message }) => `${textOf(field)}: ${textOf(message)}`);
  const said = fields.join('; ') || textOf(problem['detail']) || textOf(problem['title']);
  const patience =
    NOT_NOW.has(status) && retryAfterMs !== undefined ? `; try again in ${retryAfterMs / 1000} s` : '';
  const line = said ?? `${url} answered ${status}, not as newsline does: is the address right?`;
  return new CommandError(
    'refused',
    printable(`${line}${ADVICE.get(code) ?? ''}${patience} (${code ?? status})`),
  );
}

const ADVICE: ReadonlyMap<string | undefined, string> = new Map([
  ['key-missing', '; set NEWSLINE_KEY to an API key'],
  ['key-unknown', '; check NEWSLINE_KEY'],
  ['scope-missing', '; NEWSLINE_KEY holds a key without this right'],
]);

export const unreachable = (url: string, cause: unknown): CommandError =>
  new CommandError(
    'unreachable',
    `cannot reach ${url} (${reasonOf(cause)}): start it with "newsline serve", or name another with --url or NEWSLINE_URL`,
    { cause },
  );

export const interrupted = (cause?: unknown): CommandError =>
  new CommandError('interrupted', 'interrupted', { cause });

/** `fetch` says only "fetch failed"; its cause says why. */
export function reasonOf(error: unknown): string {
  if (!isObject(error)) return 'unknown reason';
  if (error['name'] === 'TimeoutError') return 'no answer in time';
  const cause = isObject(error['cause']) ? error['cause'] : error;
  return printable(textOf(cause['code']) ?? textOf(cause['message']) ?? 'unknown reason');
}

/** [RFC 9110 10.2.3] Seconds, or a date. */
export function readRetryAfter(response: Response, nowMs = Date.now()): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

export async function readText(response: Response, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) throw new CommandError('failed', `the answer is larger than ${limitBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const movedTo = (response: Response): unknown => {
  const location = response.headers.get('location');
  return location === null ? undefined : { location };
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
