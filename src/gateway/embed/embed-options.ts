/**
 * Embed options: what the query of an embed page may say, checked as the streams check theirs, and the attributes of
 * <news-ticker> that come of it.
 */
import { z } from 'zod';
import { languageTag, plainText, webAddress } from '../../domain/text.ts';
import { timeZoneName } from '../../domain/time.ts';
import { check } from '../../domain/validation.ts';
import { appendFilter, type Filter } from '../../protocol/filter.ts';
import type { Result } from '../../protocol/refusal.ts';
import { attributeName, isTickerAttribute } from '../../protocol/ticker-attributes.ts';
import { defaultLimit, defaultMaxUrgency, LAYOUTS } from '../../protocol/ticker-layout.ts';
import { boundedMemo } from '../bounded-memo.ts';
import { readQuery, subscriptionQuerySchema, wholeNumber } from '../subscription.ts';

const { section, language, tag, maxUrgency } = subscriptionQuerySchema.shape;
const COMMA = 'must not have a comma, which parts the names of the attribute';
const hasNoComma = (names: readonly string[] | undefined) => !names?.some((name) => name.includes(','));

/** As CSS writes it, without the `#` that no address can carry. */
const colour = z
  .string()
  .regex(/^([0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be three or six hexadecimal digits, as b4131f')
  .optional();

/** Each sets the custom property of its name: `--newsline-on-accent` for `onAccent`. */
const colours = {
  text: colour,
  muted: colour,
  background: colour,
  line: colour,
  accent: colour,
  onAccent: colour,
};

/** An attribute that is there, or is not. */
const flag = z.enum(['true', 'false']).optional();

export const embedQuerySchema = z.strictObject({
  layout: z.enum(LAYOUTS).optional(),
  limit: wholeNumber(1, 100),
  section: section.refine(hasNoComma, COMMA),
  language,
  tag: tag.refine(hasNoComma, COMMA),
  maxUrgency,
  timeZone: z.union([z.literal('viewer'), timeZoneName]).optional(),
  times: z.enum(['clock', 'relative']).optional(),
  days: flag,
  zoneLabel: flag,
  moreUrl: webAddress.optional(),
  heading: plainText(100).optional(),
  theme: z.enum(['light', 'dark', 'transparent']).optional(),
  retractions: z.enum(['silent', 'notice']).optional(),
  utm: plainText(300).optional(),
  lang: languageTag.optional(),
  dir: z.enum(['ltr', 'rtl', 'auto']).optional(),
  ...colours,
});

export const colourSchema = z.strictObject(colours);

export type EmbedOptions = z.output<typeof embedQuerySchema>;
export type Colours = z.output<typeof colourSchema>;

/** As many as the element shows of each layout that is not told. */
export const limitOf = ({ limit, layout = 'list' }: EmbedOptions): number => limit ?? defaultLimit(layout);

/** @param query without its question mark. */
export const parseEmbedQuery = boundedMemo((query: string): Result<EmbedOptions> => {
  const fields = readQuery(query);
  return fields.ok ? check(embedQuerySchema, fields.value, 'query') : fields;
});

export const parseColours = boundedMemo((query: string): Result<Colours> => {
  const fields = readQuery(query);
  return fields.ok ? check(colourSchema, fields.value, 'query') : fields;
});

/** What is asked for, and what the layout asks for by itself. */
export function filterOf({ section, language, tag, layout = 'list', ...options }: EmbedOptions): Filter {
  const maxUrgency = options.maxUrgency ?? defaultMaxUrgency(layout);
  return {
    ...(section && { section }),
    ...(language && { language }),
    ...(tag && { tag }),
    ...(maxUrgency !== undefined && { maxUrgency }),
  };
}

/** In one order whatever the order they came in, so that two queries that mean the same are the same. */
export function queryOf(options: EmbedOptions): string {
  const query = new URLSearchParams();
  const { section: _s, language: _l, tag: _t, maxUrgency: _m, ...single } = options;
  appendFilter(query, filterOf(options));
  for (const name of Object.keys(embedQuerySchema.shape)) {
    const value = single[name as keyof typeof single];
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** Which headlines are shown, without how: what makes one embed page another for search engines. */
export function filterQueryOf(options: EmbedOptions): string {
  const query = new URLSearchParams();
  appendFilter(query, filterOf(options));
  return query.size === 0 ? '' : `?${query}`;
}

export function colourQueryOf(options: EmbedOptions): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(colours) as (keyof Colours)[]) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** The element that shows the same. */
export function tickerAttributes(
  channel: string,
  options: EmbedOptions,
): readonly (readonly [string, string])[] {
  const { days, zoneLabel, ...rest } = options;
  const flags = { ...(days === 'true' && { days: '' }), ...(zoneLabel === 'true' && { zoneLabel: '' }) };
  return Object.entries({ channel, ...rest, ...flags }).flatMap(([name, value]) =>
    isTickerAttribute(attributeName(name)) ? [[attributeName(name), String(value)] as const] : [],
  );
}
