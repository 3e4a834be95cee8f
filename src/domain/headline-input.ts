/**
 * Headline input: what the newsroom may send, checked whole before anything is done.
 *
 * The schemas are the contract: requests are checked by them, and /openapi.json is written from them.
 */
import { z } from 'zod';
import { type Headline, LABELS, type Urgency } from '../protocol/headline.ts';
import type { FieldError, Result } from '../protocol/refusal.ts';
import { accepted } from '../protocol/refusal.ts';
import { languageTag, plainText, webAddress } from './text.ts';
import { formatInstant, LOCAL_TIME, parseTime, timeZoneName } from './time.ts';
import { check, refuseFields } from './validation.ts';

/** How far a publication time may lie ahead of our clock and still mean now. */
export const SKEW_MS = 5 * 60_000;
const FURTHEST_MS = 366 * 24 * 3_600_000;

/** Above microseconds since 1970, which some senders count in, with room for changes made here. */
const HIGHEST_VERSION = 9e15;

export const headlineId = z
  .string()
  .regex(/^(?!\.{1,2}$)[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces');

const time = z
  .string()
  .max(64, 'must have at most 64 characters')
  .meta({
    description: 'RFC 3339, or local time (2026-11-23 18:00) beside timeZone',
    anyOf: [{ format: 'date-time' }, { pattern: LOCAL_TIME }],
  });

const content = {
  title: plainText(300),
  language: languageTag,
  urgency: z
    .int()
    .min(1)
    .max(9)
    .transform((urgency) => urgency as Urgency),
  url: webAddress,
  section: plainText(64),
  tags: z.array(plainText(64)).max(20),
  labels: z.array(z.enum(LABELS)).max(LABELS.length),
  image: z.strictObject({
    url: webAddress,
    width: z.int().min(1).max(20_000),
    height: z.int().min(1).max(20_000),
    alt: z.union([z.literal(''), plainText(300)]).default(''),
  }),
  source: plainText(100),
  byline: plainText(100),
  summary: plainText(1000),
  replaces: headlineId,
  expiresAt: time,
  notice: plainText(500),
};

const { title, ...others } = content;
const optional = z.strictObject(others).partial();
const timing = {
  publishedAt: time.optional(),
  publishAt: time.optional(),
  timeZone: timeZoneName.optional(),
};

export const postSchema = z.strictObject({ title, ...optional.shape, ...timing, id: headlineId.optional() });
export const putSchema = z.strictObject({
  title,
  ...optional.shape,
  ...timing,
  version: z.int().min(1).max(HIGHEST_VERSION),
  change: z.enum(['updated', 'corrected']).default('updated'),
});
/** `null` takes an optional field away. */
export const patchSchema = z.strictObject({
  change: z.enum(['updated', 'corrected']),
  title: title.optional(),
  language: content.language.optional(),
  urgency: content.urgency.optional(),
  notice: content.notice.optional(),
  timeZone: timeZoneName.optional(),
  url: content.url.nullable().optional(),
  section: content.section.nullable().optional(),
  tags: content.tags.nullable().optional(),
  labels: content.labels.nullable().optional(),
  image: content.image.nullable().optional(),
  source: content.source.nullable().optional(),
  byline: content.byline.nullable().optional(),
  summary: content.summary.nullable().optional(),
  replaces: content.replaces.nullable().optional(),
  expiresAt: content.expiresAt.nullable().optional(),
});
export const deleteSchema = z.strictObject({ notice: content.notice.optional() });

/** What staff write; the life cycle adds id, version, sequence and times. */
export type HeadlineContent = Omit<Headline, 'id' | 'version' | 'sequence' | 'publishedAt' | 'updatedAt'>;

export interface HeadlineDraft {
  readonly content: HeadlineContent;
  /** When it was or is to be published; both in milliseconds since 1970 UTC. Absent where no time is given. */
  readonly publishedAtMs?: number;
  /** Where there, nothing of it may be seen before. */
  readonly releaseAtMs?: number;
}

export interface HeadlinePatch {
  readonly change: 'updated' | 'corrected';
  /** `undefined` takes a field away; a field that is not there stays. */
  readonly fields: { readonly [Field in keyof HeadlineContent]?: HeadlineContent[Field] | undefined };
}

export interface InputContext {
  /** Milliseconds since 1970 UTC. */
  readonly nowMs: number;
  /** The channel's language, for a headline that names none. */
  readonly language: string;
}

export function parsePost(body: unknown, context: InputContext): Result<HeadlineDraft & { id?: string }> {
  const input = check(postSchema, body);
  if (!input.ok) return input;
  const { id, ...rest } = input.value;
  const draft = toDraft(rest, context);
  return draft.ok ? accepted({ ...draft.value, ...(id !== undefined && { id }) }) : draft;
}

export function parsePut(
  body: unknown,
  context: InputContext,
): Result<HeadlineDraft & { version: number; change: 'updated' | 'corrected' }> {
  const input = check(putSchema, body);
  if (!input.ok) return input;
  const { version, change, ...rest } = input.value;
  const draft = toDraft(rest, context);
  return draft.ok ? accepted({ ...draft.value, version, change }) : draft;
}

export function parsePatch(body: unknown): Result<HeadlinePatch> {
  const input = check(patchSchema, body);
  if (!input.ok) return input;
  const { change, timeZone, expiresAt, ...rest } = input.value;
  const errors: FieldError[] = [];
  const expiry =
    typeof expiresAt === 'string' ? readTime('expiresAt', expiresAt, timeZone, errors) : undefined;
  if (errors.length > 0) return refuseFields(errors);
  const fields = Object.fromEntries(
    Object.entries(rest).map(([field, value]) => [field, value ?? undefined]),
  );
  if (expiresAt !== undefined) fields['expiresAt'] = expiry === undefined ? undefined : formatInstant(expiry);
  if (rest.labels) fields['labels'] = [...new Set(rest.labels)];
  if (Object.keys(fields).length === 0) return refuseFields([{ field: 'body', message: 'changes nothing' }]);
  return accepted({ change, fields });
}

export function parseDelete(body: unknown): Result<{ notice?: string | undefined }> {
  return check(deleteSchema, body ?? {});
}

type TimedInput = Omit<z.output<typeof postSchema>, 'id'>;

function toDraft(input: TimedInput, { nowMs, language }: InputContext): Result<HeadlineDraft> {
  const { publishedAt, publishAt, timeZone, expiresAt, labels, ...rest } = input;
  const errors: FieldError[] = [];
  const published =
    publishedAt === undefined ? undefined : readTime('publishedAt', publishedAt, timeZone, errors);
  const release = publishAt === undefined ? undefined : readTime('publishAt', publishAt, timeZone, errors);
  const expires = expiresAt === undefined ? undefined : readTime('expiresAt', expiresAt, timeZone, errors);
  const fail = (field: string, message: string) => errors.push({ field, message });

  if (publishedAt !== undefined && publishAt !== undefined)
    fail('publishAt', 'cannot stand beside publishedAt');
  if (published !== undefined && published > nowMs + SKEW_MS) {
    fail('publishedAt', 'lies in the future: schedule with publishAt instead');
  }
  if (release !== undefined && release < nowMs - SKEW_MS)
    fail('publishAt', 'lies in the past: leave it out to publish now');
  if (release !== undefined && release > nowMs + FURTHEST_MS)
    fail('publishAt', 'lies more than 366 days ahead');
  const given = release ?? published;
  if (expires !== undefined && expires <= (given ?? nowMs))
    fail('expiresAt', 'must be later than the publication');
  if (errors.length > 0) return refuseFields(errors);

  const filled = {
    ...rest,
    language: rest.language ?? language,
    urgency: rest.urgency ?? 5,
    labels: labels && [...new Set(labels)],
    expiresAt: expires === undefined ? undefined : formatInstant(expires),
  };
  return accepted({
    content: withoutUndefined(filled) as HeadlineContent,
    ...(given !== undefined && { publishedAtMs: given }),
    ...(release !== undefined && release > nowMs && { releaseAtMs: release }),
  });
}

function readTime(
  field: string,
  text: string,
  timeZone: string | undefined,
  errors: FieldError[],
): number | undefined {
  const time = parseTime(text, timeZone);
  if (time.ok) return time.value;
  errors.push({ field, message: time.refusal.message });
  return undefined;
}

export const withoutUndefined = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
