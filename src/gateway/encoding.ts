/**
 * Encoding: how a change stands on the wire, for each kind of reader. docs/protocol.md is normative.
 *
 * A dialect says which JSON; a carrier says how it is framed. Each frame is built once for an audience.
 */
import type {
  GoodbyeFrame,
  HeadlineFrame,
  RefusalFrame,
  ResumedFrame,
  RetractionFrame,
  ServerFrame,
  SnapshotFrame,
  UnsubscribedFrame,
} from '../protocol/frames.ts';
import type { Headline } from '../protocol/headline.ts';
import type { VisibleChange } from './visible-change.ts';
import { textFrame } from './websocket-frame.ts';

interface SnapshotView {
  readonly channel: string;
  readonly cursor: string;
  readonly serverTime: string;
  readonly timeZone: string;
  /** Newest first. */
  readonly headlines: readonly Headline[];
}

export interface Encoding {
  readonly name: 'newsline.v1' | 'event-stream' | 'cloudevents.json' | 'flat';
  /** Headlines a reader gets at first when it does not say. */
  readonly defaultLast: number;
  change(change: VisibleChange): Buffer;
  snapshot(view: SnapshotView): Buffer;
  /**
   * Frames beside the changes. Absent in dialects that have none: there a reader who cannot be told of a gap is
   * closed, and one who asks for what is gone is refused before it begins.
   */
  readonly control?: (frame: ControlFrame) => Buffer;
}

export type ControlFrame = ResumedFrame | GoodbyeFrame | RefusalFrame | UnsubscribedFrame;

/** @returns nothing to write where the dialect has no such frames. */
export const controlFrame = ({ control }: Encoding, frame: ControlFrame): Buffer =>
  control?.(frame) ?? NOTHING;

const NOTHING = Buffer.alloc(0);

type Carrier = (frame: ServerFrame) => Buffer;

const inTextFrame: Carrier = (frame) => textFrame(JSON.stringify(frame));

/** [HTML Living Standard 9.2, server-sent events]: JSON has no line breaks, so one data line is enough. */
const inEvent: Carrier = (frame) => {
  const id = 'cursor' in frame ? `id: ${frame.cursor}\n` : '';
  const retry = frame.type === 'goodbye' ? `retry: ${Math.round(frame.retryAfterMs)}\n` : '';
  return Buffer.from(`event: ${frame.type}\n${id}${retry}data: ${JSON.stringify(frame)}\n\n`);
};

export const newslineV1: Encoding = framed('newsline.v1', inTextFrame);
export const eventStream: Encoding = framed('event-stream', inEvent);

function framed(name: Encoding['name'], carry: Carrier): Encoding {
  return {
    name,
    defaultLast: 20,
    change: (change) => carry(toFrame(change)),
    snapshot: ({ channel, cursor, serverTime, timeZone, headlines }) =>
      carry({
        type: 'snapshot',
        channel,
        cursor,
        resumed: false,
        serverTime,
        timeZone,
        headlines,
      } satisfies SnapshotFrame),
    control: carry,
  };
}

function toFrame(change: VisibleChange): HeadlineFrame | RetractionFrame {
  const { channel, cursor } = change;
  if (change.kind === 'headline') {
    return { type: 'headline', channel, cursor, change: change.change, headline: change.headline };
  }
  const { id, notice } = change;
  return { type: 'retraction', channel, cursor, id, ...(notice !== undefined && { notice }) };
}

/** One flat object a frame and nothing else, for Grafana, wscat and the like. */
export const flat: Encoding = {
  name: 'flat',
  defaultLast: 0,
  change: (change) => textFrame(JSON.stringify(toFlat(change))),
  snapshot: (view) => joinOldestFirst(view, (headline) => toFlat(asPublished(view, headline))),
};

function toFlat(change: VisibleChange): object {
  const { cursor } = change;
  if (change.kind === 'headline') return { cursor, change: change.change, ...change.headline };
  const { id, notice } = change;
  return { cursor, change: 'retracted', id, ...(notice !== undefined && { notice }) };
}

/** [CloudEvents 1.0.2; WebSockets protocol binding: structured mode, one event a text frame] */
export const cloudEvents: Encoding = {
  name: 'cloudevents.json',
  defaultLast: 0,
  change: (change) => textFrame(JSON.stringify(toCloudEvent(change))),
  snapshot: (view) => joinOldestFirst(view, (headline) => toCloudEvent(asPublished(view, headline))),
};

/** Width at which sequence numbers compare as text. [CloudEvents extension: sequence] */
const SEQUENCE_DIGITS = 16;

function toCloudEvent(change: VisibleChange): object {
  const { channel, cursor, at, sequence } = change;
  const [id, version, kind] =
    change.kind === 'headline'
      ? [change.headline.id, change.headline.version, change.change]
      : [change.id, change.version, 'retracted'];
  const data =
    change.kind === 'headline'
      ? change.headline
      : { id, ...(change.notice !== undefined && { notice: change.notice }) };
  return {
    specversion: '1.0',
    id: `${id}@${version}`,
    source: `/v1/channels/${channel}`,
    type: `newsline.headline.${kind}`,
    subject: id,
    time: at,
    datacontenttype: 'application/json',
    sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    cursor,
    data,
  };
}

const asPublished = ({ channel, cursor }: SnapshotView, headline: Headline): VisibleChange => ({
  kind: 'headline',
  change: 'published',
  channel,
  cursor,
  at: headline.updatedAt,
  sequence: headline.sequence,
  headline,
});

const joinOldestFirst = ({ headlines }: SnapshotView, toObject: (headline: Headline) => object): Buffer =>
  Buffer.concat(headlines.toReversed().map((headline) => textFrame(JSON.stringify(toObject(headline)))));
