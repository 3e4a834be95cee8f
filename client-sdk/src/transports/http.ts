/**
 * HTTP: how headlines come where WebSockets do not get through. A part that loads when it is needed.
 *
 * It asks for the list, so that there is one whatever follows, then tries server-sent events; where no event comes
 * through in time, as behind a proxy that holds them back, it asks again every few seconds. Only what is surely the
 * service's answer is taken: the sign-in page of a hotel is no news, and no refusal either.
 *
 * Read by fetch, not EventSource: that one hides why it was refused, and Node has none.
 */
import type { HeadlineFrame, ServerFrame } from '../../../src/protocol/frames.ts';
import type { Headline } from '../../../src/protocol/headline.ts';
import type { ListFrame } from '../ticker-list.ts';
import type { Approach, FallbackOptions, TransportEvents } from './transport.ts';

/** From asking to the answer. With the next one it is less than an attempt may take. */
const ANSWER_LIMIT_MS = 6_500;
/** From asking for a stream to its first event. */
const STREAM_LIMIT_MS = 3_000;
/** Without a byte, comments included; the service writes one twice as often. */
const SILENCE_LIMIT_MS = 60_000;
/** One event may be this long: a list of a hundred headlines is far below it. */
const EVENT_LIMIT = 4_000_000;
const RETRY_AFTER_LIMIT_S = 3_600;
const PROBLEM = 'urn:newsline:problem:';
/** Nothing of ours was heard: the code of a WebSocket that was cut off. */
const CUT_OFF = 1006;
/** Close codes that say the same. Other refusals for good are 4500. */
const CODES: Readonly<Record<number, number>> = { 401: 4511, 403: 4513, 404: 4504 };

interface Answer {
  readonly cursor: string;
  readonly resumed: boolean;
  readonly headlines: readonly Headline[];
  readonly retractions: readonly { readonly id: string; readonly notice?: string }[];
}

export function openHttp(
  { address, channel, query, since }: Approach,
  { isServerFrame, random, isStreamBlocked, pollMs }: FallbackOptions,
  on: TransportEvents,
): () => void {
  let isOpen = true;
  let cursor = since;
  let etag = '';
  let request: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function end(tell: () => void): void {
    if (!isOpen) return;
    close();
    tell();
  }

  function close(): void {
    isOpen = false;
    clearTimeout(timer);
    request?.abort();
  }

  /** @returns undefined where the answer is not the service's, or a refusal, which was told. */
  async function ask(path: string, type: string, limitMs: number): Promise<Response | undefined> {
    const target = new URL(`${address}/${path}?${query}`);
    if (cursor !== undefined) target.searchParams.set('since', cursor);
    request = new AbortController();
    const { signal } = request;
    clearTimeout(timer);
    timer = setTimeout(() => request?.abort(), limitMs);
    const response = await fetch(target, {
      signal,
      // A browser asks by the ETag that it keeps; set by hand, other websites would have to ask leave for it first.
      cache: type === JSON_TYPE ? 'no-cache' : 'no-store',
      headers: { accept: type, ...(etag && !globalThis.location ? { 'if-none-match': etag } : {}) },
    });
    const given = response.headers.get('content-type') ?? '';
    if (response.redirected && new URL(response.url).origin !== target.origin) return undefined;
    if (response.status === 304 || (response.ok && given.startsWith(type))) return response;
    if (given.startsWith('application/problem+json')) refuse(response, await response.json());
    return undefined;
  }

  /** Says so once, for good; or comes back when the service says, and a little later than all others. */
  function refuse({ status, headers }: Response, problem: { type?: unknown; detail?: unknown } | null): void {
    const type = String(problem?.type);
    if (!type.startsWith(PROBLEM)) return;
    const reason = type.slice(PROBLEM.length);
    if (status === 429 || status >= 500) {
      const seconds = Math.min(Number(headers.get('retry-after')) || 1, RETRY_AFTER_LIMIT_S);
      end(() => on.goodbye(seconds * 1_000 * (1 + random())));
    } else if (reason === 'bad-cursor') end(() => on.lost(4502, reason));
    else {
      end(() => on.lost(CODES[status] ?? 4500, reason));
      const advice =
        reason === 'origin-denied'
          ? `whoever runs the service can allow this website: newsline channel update ${channel} --add-origin ${globalThis.location?.origin}`
          : String(problem?.detail);
      console.error(`newsline: ${reason}: ${advice}`);
    }
  }

  /** @returns whether the list is as the service has it. */
  async function poll(): Promise<boolean> {
    const response = await ask('headlines', JSON_TYPE, ANSWER_LIMIT_MS);
    if (!response) return false;
    const tag = response.headers.get('etag') ?? '';
    const isKnown = response.status === 304 || (tag !== '' && tag === etag);
    const body: Partial<Answer> = isKnown ? {} : await response.json();
    clearTimeout(timer);
    if (!isOpen) return false;
    if (isKnown) return true;
    const frame: unknown = {
      ...body,
      type: 'snapshot',
      serverTime: response.headers.get('date') ?? '',
    };
    if (!isServerFrame(frame) || frame.type !== 'snapshot' || frame.channel !== channel) return false;
    const answer = body as Answer;
    const parts = answer.resumed ? changesOf(answer, channel) : [frame];
    if (!parts.every(isServerFrame)) return false;
    for (const part of parts) on.frame(part);
    // Asked from another place, the answer has another tag.
    etag = cursor === frame.cursor ? tag : '';
    cursor = frame.cursor;
    return true;
  }

  /** Resolves once it is known that no stream gets through here; what a stream ends by is told. */
  async function stream(): Promise<void> {
    const response = await ask('stream', 'text/event-stream', STREAM_LIMIT_MS);
    if (!response?.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let isHeard = false;
    let text = '';
    const hear = (frame: ServerFrame) => {
      clearTimeout(timer);
      isHeard = true;
      if (frame.type === 'goodbye') end(() => on.goodbye(frame.retryAfterMs));
      else if (frame.type !== 'refusal' && frame.type !== 'unsubscribed') {
        on.frame(frame);
        if (frame.type === 'snapshot' || frame.type === 'resumed') on.ready('stream');
      }
    };
    try {
      while (isOpen && text.length < EVENT_LIMIT) {
        const { done, value } = await reader.read();
        if (done) break;
        if (isHeard) {
          // A network that went away without a word leaves a stream open for ever.
          clearTimeout(timer);
          timer = setTimeout(() => request?.abort(), SILENCE_LIMIT_MS);
        }
        const lines = (text + value).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          // Each event has its JSON on one line, and its type and cursor in it. [docs/protocol.md]
          if (!isOpen || !line.startsWith('data:')) continue;
          const frame: unknown = JSON.parse(line.slice('data:'.length));
          if (isServerFrame(frame)) hear(frame);
        }
      }
    } finally {
      request?.abort();
      if (isHeard) end(() => on.lost(CUT_OFF, ''));
    }
  }

  async function run(): Promise<void> {
    if (!(await poll())) return end(() => on.lost(CUT_OFF, ''));
    if (!isStreamBlocked) await stream().catch(() => {});
    const again = async () => {
      if (!isOpen) return;
      const isWhole = await poll().catch(() => false);
      if (isWhole) wait();
      else end(() => on.lost(CUT_OFF, ''));
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(again, pollMs * (0.5 + random()));
    };
    if (!isOpen) return;
    on.ready('poll');
    wait();
  }

  run().catch(() => end(() => on.lost(CUT_OFF, '')));
  return close;
}

const JSON_TYPE = 'application/json';

/** Oldest first; all lead to one cursor, and the last of them moves the place. */
function changesOf({ cursor, headlines, retractions }: Answer, channel: string): ListFrame[] {
  const place = { channel, cursor };
  const frames: ListFrame[] = [
    ...[...headlines]
      .reverse()
      .map((headline) => ({ ...place, type: 'headline' as const, change: changeOf(headline), headline })),
    ...retractions.map((gone) => ({ ...place, ...gone, type: 'retraction' as const })),
  ];
  return frames.map((frame, at) => (at < frames.length - 1 ? { ...frame, isPart: true } : frame));
}

/** The answer does not say: a first publication is not newer than itself, and only changes have a notice. */
function changeOf({ version, publishedAt, updatedAt, notice }: Headline): HeadlineFrame['change'] {
  if (version === 1 || updatedAt <= publishedAt) return 'published';
  return notice === undefined ? 'updated' : 'corrected';
}
