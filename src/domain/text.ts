/**
 * Text: the kinds of text that may stand in a headline. All of it is shown as text, never as markup.
 */
import { z } from 'zod';

/** C0, C1, line and paragraph separators: they break lines, terminals and logs. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** Overrides and isolates turn what follows around, so that a line reads as what it is not. [Unicode TR 9] */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;

/** For contracts: a character that shows something, among any that may stand in text. */
const PLAIN = '\\p{Cc}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069';
const PATTERN = `^[^${PLAIN}]*[^${PLAIN}\\p{Z}\\p{Cf}][^${PLAIN}]*$`;

/** Spaces and formatting alone show nothing: zero-width spaces, joiners, marks of direction. */
const VISIBLE = /[^\p{Z}\p{Cf}]/u;

/**
 * Plain text on one line, normalised to NFC and trimmed.
 *
 * @param limit characters (code points) at most; one at least.
 */
export const plainText = (limit: number) =>
  z
    .string()
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode (it has half of a surrogate pair)')
    .refine((text) => !CONTROL.test(text), 'must not have control characters or line breaks')
    .refine((text) => !DIRECTION.test(text), 'must not have characters that override text direction')
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => VISIBLE.test(text), 'must not be empty')
    .refine((text) => [...text].length <= limit, `must have at most ${limit} characters`)
    .meta({ minLength: 1, maxLength: limit, pattern: PATTERN });

/** An address that a reader may follow: http or https, nothing that runs. */
export const webAddress = z
  .string()
  .max(2048, 'must have at most 2048 characters')
  .refine(isWebAddress, 'must be an http or https URL')
  .meta({ format: 'uri', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/\\\\?#@]+([/\\\\?#]\\S*)?$' });

function isWebAddress(text: string): boolean {
  // Parsers take `https:///site` for `https://site`; people do not.
  if (!/^https?:\/\/[^/\\]/i.test(text) || CONTROL.test(text) || /\s/.test(text)) return false;
  if (!text.isWellFormed()) return false;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && url.username === '' && url.password === '';
}

/** BCP 47, given back in its canonical form. */
export const languageTag = z
  .string()
  .max(35, 'must have at most 35 characters')
  .transform((tag, context) => {
    try {
      const [canonical] = Intl.getCanonicalLocales(tag);
      if (canonical) return canonical;
    } catch {
      // Not well-formed: said below.
    }
    context.addIssue({ code: 'custom', message: 'must be a BCP 47 language tag, as en, az or ru' });
    return z.NEVER;
  })
  .meta({ pattern: '^([A-Za-z]{2,3}|[A-Za-z]{5,8})(-[A-Za-z0-9]{1,8})*$' });
