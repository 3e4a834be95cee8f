/** Subscription: what a reader asks for, read from a query or from a frame and checked by the same rules. */
import { z } from 'zod';
import { channelName } from '../domain/channel.ts';
import { languageTag, plainText } from '../domain/text.ts';
import { check, refuseFields } from '../domain/validation.ts';
import { type Cursor, parseCursor } from '../protocol/cursor.ts';
import type { Filter } from '../protocol/filter.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import { boundedMemo } from './bounded-memo.ts';

/** Headlines in one snapshot at most. */
const LAST_LIMIT = 100;

/** Parameters in one query; what we take has 33 at most. More are not even looked at: each costs a look at all. */
const PARAMETER_LIMIT = 64;

const values = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(schema).min(1).max(10).optional(),
  );

/** A number in a frame, digits in a query. */
export function wholeNumber(least: number, most: number) {
  const digits = z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number);
  return z
    .union([digits, z.number()])
    .pipe(z.int().min(least).max(most))
    .meta({ minimum: least, maximum: most })
    .optional();
}

const filterFields = {
  section: values(plainText(64)),
  language: values(languageTag),
  tag: values(plainText(64)),
  maxUrgency: wholeNumber(1, 9),
};
const last = wholeNumber(0, LAST_LIMIT);
const since = z.string().max(100).optional();

export const subscriptionQuerySchema = z.strictObject({ last, since, ...filterFields });

export const clientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channelName,
    filter: z.strictObject(filterFields).default({}),
    last,
    since,
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: channelName }),
]);

export interface Subscription {
  readonly filter: Filter;
  /** Absent: the encoding's default. */
  readonly last?: number;
  readonly since?: Cursor;
}

export type ClientRequest =
  | { readonly type: 'subscribe'; readonly channel: string; readonly subscription: Subscription }
  | { readonly type: 'unsubscribe'; readonly channel: string };

/** The parameters of a query by name; those that come several times as lists. */
export function readQuery(query: string): Result<Readonly<Record<string, string | string[]>>> {
  if (query.split('&', PARAMETER_LIMIT + 1).length > PARAMETER_LIMIT) {
    return refuseFields([{ field: 'query', message: `must have at most ${PARAMETER_LIMIT} parameters` }]);
  }
  const parameters = new URLSearchParams(query);
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(parameters.keys())) {
    const all = parameters.getAll(name);
    fields[name] = all.length === 1 && all[0] !== undefined ? all[0] : all;
  }
  return accepted(fields);
}

/** @param query as it stands in the address, without its question mark; nearly all readers send the same one. */
export const parseSubscriptionQuery = boundedMemo((query: string): Result<Subscription> => {
  const fields = readQuery(query);
  if (!fields.ok) return fields;
  const input = check(subscriptionQuerySchema, fields.value, 'query');
  return input.ok ? toSubscription(input.value) : input;
});

/** The two halves of a request's address. */
export function splitAddress(address = '/'): { readonly path: string; readonly query: string } {
  const at = address.indexOf('?');
  return at < 0 ? { path: address, query: '' } : { path: address.slice(0, at), query: address.slice(at + 1) };
}

/** Never throws, whatever was sent. */
export function parseClientFrame(text: string): Result<ClientRequest> {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return refused({ code: 'unknown-frame', message: 'the frame is not JSON' });
  }
  const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : undefined;
  if (type !== 'subscribe' && type !== 'unsubscribe') {
    return refused({ code: 'unknown-frame', message: 'type: must be "subscribe" or "unsubscribe"' });
  }
  const input = check(clientFrameSchema, frame, 'frame');
  if (!input.ok) return input;
  if (input.value.type === 'unsubscribe') return accepted(input.value);
  const { channel, filter, ...rest } = input.value;
  const subscription = toSubscription({ ...rest, ...filter });
  return subscription.ok
    ? accepted({ type: 'subscribe', channel, subscription: subscription.value })
    : subscription;
}

export function parseSince(text: string): Result<Cursor> {
  const cursor = parseCursor(text);
  return cursor
    ? accepted(cursor)
    : refused({ code: 'bad-cursor', message: 'since: is not a cursor of this service' });
}

function toSubscription(input: z.output<typeof subscriptionQuerySchema>): Result<Subscription> {
  const { last, since, section, language, tag, maxUrgency } = input;
  const cursor = since === undefined ? undefined : parseSince(since);
  if (cursor && !cursor.ok) return cursor;
  const filter: Filter = {
    ...(section && { section }),
    ...(language && { language }),
    ...(tag && { tag }),
    ...(maxUrgency !== undefined && { maxUrgency }),
  };
  return accepted({ filter, ...(last !== undefined && { last }), ...(cursor && { since: cursor.value }) });
}

export const unknownChannel = (name: string) =>
  refused({ code: 'unknown-channel', message: `there is no channel ${JSON.stringify(name.slice(0, 64))}` });

/** A channel's name out of a URL's path. */
export function parseChannelName(text: string): Result<string> {
  const name = channelName.safeParse(text);
  return name.success ? accepted(name.data) : unknownChannel(text);
}
