/**
 * Follow stream: a channel's changes over server-sent events, across every loss of the connection.
 *
 * Comes back by the cursor of the last frame, with full jitter and never sooner than the service asked; gives up
 * only where coming back cannot help. A connection that goes silent is taken for lost.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { mayReturn } from '../../protocol/close-code.ts';
import { appendFilter, type Filter } from '../../protocol/filter.ts';
import { decodeServerFrame, type ServerFrame } from '../../protocol/frames.ts';
import { closeCodeOf, REFUSAL_CODES } from '../../protocol/refusal.ts';
import { CommandError } from '../command-error.ts';
import { printable } from '../printing.ts';
import {
  isNotNow,
  parseJson,
  readRetryAfter,
  readText,
  reasonOf,
  refusedBy,
  type ServiceClient,
  unreachable,
} from '../service-client.ts';
import { wait as pause, retryMs, type Wait } from '../wait.ts';

export interface FollowStreamOptions {
  readonly filter?: Filter;
  /** Headlines to begin with, 0 to 100; the service has its default. */
  readonly last?: number | undefined;
  readonly since?: string | undefined;
  /** Ends it, without an error. */
  readonly signal: AbortSignal;
  /** Told why the connection was lost, and how long it will be until the next. */
  readonly onLost?: (reason: string, pauseMs: number) => void;
  /** The service sends at least a comment each 25 seconds. @default 90000 */
  readonly silenceMs?: number;
  readonly wait?: Wait | undefined;
  readonly random?: (() => number) | undefined;
}

export interface StreamEvent {
  /** As the service sent it. */
  readonly value: unknown;
  /** Absent for a type that a later version added. */
  readonly frame?: ServerFrame;
}

/** Characters of one event at most; a snapshot has a hundred headlines. */
const EVENT_LIMIT = 4 * 1_048_576;
const PROBLEM_BYTES = 65_536;

export async function* followStream(
  client: ServiceClient,
  channel: string,
  {
    filter = {},
    last,
    since,
    signal,
    onLost = () => {},
    silenceMs = 90_000,
    wait = pause,
    random = Math.random,
  }: FollowStreamOptions,
): AsyncGenerator<StreamEvent> {
  const query = new URLSearchParams();
  appendFilter(query, filter);
  if (last !== undefined) query.set('last', String(last));
  let cursor = since;
  let wasConnected = false;

  for (let failures = 0; !signal.aborted; ) {
    let [reason, askedMs] = ['the service ended the stream', 0];
    const watch = watchSilence(signal, silenceMs);
    try {
      const response = await client.open(
        {
          path: ['v1', 'channels', channel, 'stream'],
          query,
          headers: { accept: 'text/event-stream', ...(cursor !== undefined && { 'last-event-id': cursor }) },
        },
        watch.signal,
      );
      if (!isEventStream(response)) {
        const answer = { status: response.status, retryAfterMs: readRetryAfter(response) };
        const refusal = refusedBy(client.url, {
          ...answer,
          body: parseJson(await readText(response, PROBLEM_BYTES)),
        });
        if (!wasConnected || !isNotNow(response.status)) throw refusal;
        [reason, askedMs] = [refusal.message, answer.retryAfterMs ?? 0];
      } else {
        wasConnected = true;
        for await (const event of readEvents(response, watch.heard)) {
          if (event.frame?.type === 'goodbye') askedMs = event.frame.retryAfterMs;
          if (event.frame?.type === 'refusal') reason = endOf(event.frame);
          cursor = event.cursor ?? cursor;
          failures = 0;
          yield event;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof CommandError) throw error;
      if (!wasConnected) throw unreachable(client.url, error);
      reason = reasonOf(error);
    } finally {
      watch.stop();
    }
    failures += 1;
    const pauseMs = Math.max(askedMs, retryMs(failures, random));
    onLost(reason, pauseMs);
    await wait(pauseMs, signal);
  }
}

const isEventStream = (response: Response): boolean =>
  response.status === 200 && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');

/** @throws CommandError where the refusal means: stay away. */
function endOf({ code, message }: Extract<ServerFrame, { type: 'refusal' }>): string {
  const line = printable(`${message} (${code})`);
  const known = REFUSAL_CODES.find((one) => one === code);
  if (known === undefined || !mayReturn(closeCodeOf(known))) throw new CommandError('refused', line);
  return line;
}

async function* readEvents(
  response: Response,
  onChunk: () => void,
): AsyncGenerator<StreamEvent & { readonly cursor?: string }> {
  let events: EventSourceMessage[] = [];
  let isTooLarge = false;
  const parser = createParser({
    maxBufferSize: EVENT_LIMIT,
    onEvent: (event) => events.push(event),
    onError: ({ type }) => {
      isTooLarge ||= type === 'max-buffer-size-exceeded';
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    onChunk();
    parser.feed(decoder.decode(chunk, { stream: true }));
    const arrived = events;
    events = [];
    for (const { id, data } of arrived) {
      const frame = decodeServerFrame(data);
      const value = parseJson(data);
      if (value !== undefined) yield { value, ...(frame && { frame }), ...(id && { cursor: id }) };
    }
    if (isTooLarge) throw new Error('an event is larger than this command reads');
  }
}

/** Aborts when nothing was heard for a while. */
function watchSilence(signal: AbortSignal, silenceMs: number) {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('nothing was heard for too long')), silenceMs);
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    heard: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
