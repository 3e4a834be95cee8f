/**
 * The frames of `newsline.v1`: one JSON object each. Normative text and examples: docs/protocol.md.
 */
import type { Filter } from './filter.ts';
import type { Change, Headline } from './headline.ts';

export const SUBPROTOCOL = 'newsline.v1';

/** The list as it stands, newest first: answers a fresh subscription, or one that cannot be resumed. */
export interface SnapshotFrame {
  readonly type: 'snapshot';
  readonly channel: string;
  readonly cursor: string;
  readonly resumed: false;
  /** RFC 3339: lets a reader correct its own clock. */
  readonly serverTime: string;
  /** IANA zone of the newsroom, in which times are shown unless the reader chooses another. */
  readonly timeZone: string;
  readonly headlines: readonly Headline[];
}

/** The cursor was good: the missed changes follow, oldest first, then live ones. */
export interface ResumedFrame {
  readonly type: 'resumed';
  readonly channel: string;
  readonly cursor: string;
}

export interface HeadlineFrame {
  readonly type: 'headline';
  readonly channel: string;
  readonly cursor: string;
  readonly change: Exclude<Change, 'retracted'>;
  readonly headline: Headline;
}

/** Take this headline away at once: it was killed, or no longer passes the filter. */
export interface RetractionFrame {
  readonly type: 'retraction';
  readonly channel: string;
  readonly cursor: string;
  readonly id: string;
  readonly notice?: string;
}

export interface UnsubscribedFrame {
  readonly type: 'unsubscribed';
  readonly channel: string;
}

/** The connection is about to close; come back after this many milliseconds. */
export interface GoodbyeFrame {
  readonly type: 'goodbye';
  readonly retryAfterMs: number;
}

export interface RefusalFrame {
  readonly type: 'refusal';
  readonly code: string;
  readonly message: string;
  readonly channel?: string;
}

export type ServerFrame =
  | SnapshotFrame
  | ResumedFrame
  | HeadlineFrame
  | RetractionFrame
  | UnsubscribedFrame
  | GoodbyeFrame
  | RefusalFrame;

interface SubscribeFrame {
  readonly type: 'subscribe';
  readonly channel: string;
  readonly filter?: Filter;
  /** Headlines in the snapshot, 0 to 100. @default 20 */
  readonly last?: number;
  /** Cursor of the last frame seen. */
  readonly since?: string;
}

interface UnsubscribeFrame {
  readonly type: 'unsubscribe';
  readonly channel: string;
}

export type ClientFrame = SubscribeFrame | UnsubscribeFrame;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isHeadline = (value: unknown): value is Headline =>
  isObject(value) &&
  isText(value['id']) &&
  isText(value['title']) &&
  isText(value['publishedAt']) &&
  Number.isInteger(value['version']) &&
  Number.isInteger(value['sequence']);

const isFrame: Record<ServerFrame['type'], (frame: Record<string, unknown>) => boolean> = {
  snapshot: (frame) =>
    isText(frame['channel']) &&
    isText(frame['cursor']) &&
    Array.isArray(frame['headlines']) &&
    frame['headlines'].every(isHeadline),
  resumed: (frame) => isText(frame['channel']) && isText(frame['cursor']),
  headline: (frame) => isText(frame['channel']) && isText(frame['cursor']) && isHeadline(frame['headline']),
  retraction: (frame) => isText(frame['channel']) && isText(frame['cursor']) && isText(frame['id']),
  unsubscribed: (frame) => isText(frame['channel']),
  goodbye: (frame) => typeof frame['retryAfterMs'] === 'number' && frame['retryAfterMs'] >= 0,
  refusal: (frame) => isText(frame['code']) && isText(frame['message']),
};

/**
 * Reads a frame a server sent. Never throws.
 *
 * @returns undefined for text that is no frame of this protocol, and for a type a later version may add:
 * a reader skips what it does not know.
 */
export function decodeServerFrame(text: string): ServerFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isServerFrame(value) ? value : undefined;
}

/** The same of what was read already, from wherever it came. */
export const isServerFrame = (value: unknown): value is ServerFrame =>
  isObject(value) &&
  isText(value['type']) &&
  Object.hasOwn(isFrame, value['type']) &&
  isFrame[value['type'] as ServerFrame['type']](value);
