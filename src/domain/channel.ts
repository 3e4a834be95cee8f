/** Channel: an ordered, numbered stream of headline changes, and its settings. */
import { z } from 'zod';
import type { Result } from '../protocol/refusal.ts';
import { languageTag } from './text.ts';
import { timeZoneName } from './time.ts';
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

const settings = {
  language: languageTag,
  timeZone: timeZoneName,
  /** Websites that may read, beside the service's own origin and those of `--origins`. */
  origins: z.array(origin).max(100),
};

export const channelSchema = z.strictObject({
  name: channelName,
  language: settings.language.default('en'),
  timeZone: settings.timeZone.optional(),
  origins: settings.origins.default([]),
});
export const channelPatchSchema = z.strictObject(settings).partial();

export interface Channel {
  readonly name: string;
  /** BCP 47: of headlines that name none. */
  readonly language: string;
  /** IANA zone of the newsroom. */
  readonly timeZone: string;
  readonly origins: readonly string[];
}

/** @param defaults for what the input leaves out. */
export function parseChannel(body: unknown, defaults: { timeZone: string }): Result<Channel> {
  const input = check(channelSchema, body);
  if (!input.ok) return input;
  return { ok: true, value: { ...input.value, timeZone: input.value.timeZone ?? defaults.timeZone } };
}

export function parseChannelPatch(body: unknown): Result<Partial<Omit<Channel, 'name'>>> {
  const input = check(channelPatchSchema, body);
  if (!input.ok) return input;
  return {
    ok: true,
    value: Object.fromEntries(Object.entries(input.value).filter(([, value]) => value !== undefined)),
  };
}
