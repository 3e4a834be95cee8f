/** Channel: an ordered, numbered stream of headline changes, and its settings. */
import { z } from 'zod';
import type { Result } from '../protocol/refusal.ts';
import { withoutUndefined } from './headline-input.ts';
import { languageTag } from './text.ts';
import { formatInstant, timeZoneName } from './time.ts';
import { check } from './validation.ts';

/** Stands in keys, URLs and Pub/Sub channels; what begins with `_` is ours. */
export const channelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit');

/** `https://site.example`, `https://*.site.example` for every host below, or `*` for all. */
export const origin = z
  .string()
  .max(200)
  .refine(isOrigin, 'must be an origin, as https://site.example or https://*.site.example, or *')
  .transform((text) => text.toLowerCase());

function isOrigin(text: string): boolean {
  if (text === '*') return true;
  const plain = text.toLowerCase().replace(/:\/\/\*\.(?=.)/, '://any.');
  const isWebOrigin = /^https?:\/\/[^*]+$/.test(plain) && URL.canParse(plain);
  return isWebOrigin && new URL(plain).origin === plain;
}

/** Changes and headlines kept of a channel that says nothing else. */
export const LOG_LIMIT = 10_000;
export const RECORD_LIMIT = 50_000;

const settings = {
  language: languageTag,
  timeZone: timeZoneName,
  /** Websites that may read, beside the service's own origin and those of `--origins`. */
  origins: z.array(origin).max(100),
  keepChanges: z.int().min(100).max(100_000),
  keepHeadlines: z.int().min(100).max(1_000_000),
  keepDays: z.int().min(1).max(36_500),
};

export const channelSchema = z.strictObject({
  name: channelName,
  language: settings.language.default('en'),
  timeZone: settings.timeZone.optional(),
  origins: settings.origins.default([]),
  keepChanges: settings.keepChanges.default(LOG_LIMIT),
  keepHeadlines: settings.keepHeadlines.default(RECORD_LIMIT),
  keepDays: settings.keepDays.optional(),
});
/** `null` takes the limit of age away. */
export const channelPatchSchema = z
  .strictObject({ ...settings, keepDays: settings.keepDays.nullable() })
  .partial();

export interface Channel {
  readonly name: string;
  /** BCP 47: of headlines that name none. */
  readonly language: string;
  /** IANA zone of the newsroom. */
  readonly timeZone: string;
  readonly origins: readonly string[];
  /** Changes kept to resume from; the oldest go first. @default LOG_LIMIT */
  readonly keepChanges?: number;
  /** Headlines kept, retracted ones too, beside those scheduled; the longest unchanged go first. @default RECORD_LIMIT */
  readonly keepHeadlines?: number;
  /** Days after which a change, and a headline not changed since, go. @default no limit */
  readonly keepDays?: number;
}

/** Settings to be set; those not named stay. */
export interface ChannelPatch extends Partial<Omit<Channel, 'name' | 'keepDays'>> {
  readonly keepDays?: number | null;
}

export const DAY_MS = 86_400_000;
/**
 * How much longer than its days a store keeps what is past its age: lists leave it out by the clock of each gateway,
 * and one that is cold must not miss what another, whose clock is behind, still shows.
 */
export const AGE_SLACK_MS = 3_600_000;

/** Lists leave out what was last changed then or before; undefined where age does not matter. */
export const agedSince = ({ keepDays }: Pick<Channel, 'keepDays'>, nowMs: number): string | undefined =>
  keepDays === undefined ? undefined : formatInstant(nowMs - keepDays * DAY_MS);

/** @param defaults for what the input leaves out. */
export function parseChannel(body: unknown, defaults: { timeZone: string }): Result<Channel> {
  const input = check(channelSchema, body);
  if (!input.ok) return input;
  const { timeZone = defaults.timeZone, ...rest } = input.value;
  return { ok: true, value: withoutUndefined({ ...rest, timeZone }) as Channel };
}

export function parseChannelPatch(body: unknown): Result<ChannelPatch> {
  const input = check(channelPatchSchema, body);
  if (!input.ok) return input;
  return { ok: true, value: withoutUndefined(input.value) as ChannelPatch };
}
