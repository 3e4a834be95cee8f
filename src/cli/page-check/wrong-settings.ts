/**
 * Wrong settings: what a ticker would pass over in silence. Its attributes are held against what the embed page takes
 * in its query: it refuses what the element makes the best of.
 */
import { check } from '../../domain/validation.ts';
import { embedQuerySchema, parseEmbedQuery } from '../../gateway/embed/embed-options.ts';
import type { Refusal, Result } from '../../protocol/refusal.ts';
import { attributeName } from '../../protocol/ticker-attributes.ts';

/** @returns one line for each parameter of the query that is wrong. */
export const wrongQuery = (search: string): readonly string[] => told(parseEmbedQuery(search.slice(1)));

/**
 * @param page which addresses may be relative to.
 * @returns one line for each attribute that is wrong; those that are no ticker's own are passed over.
 */
export function wrongAttributes(attributes: ReadonlyMap<string, string>, page: URL): readonly string[] {
  const fields: Record<string, string | readonly string[]> = {};
  for (const name of Object.keys(embedQuerySchema.shape)) {
    const text = attributes.get(attributeName(name))?.trim();
    if (!text || FLAGS.includes(name)) continue;
    if (LISTS.includes(name)) fields[name] = text.split(',').map((one) => one.trim());
    else if (name === 'moreUrl')
      fields[name] = URL.canParse(text, page.href) ? new URL(text, page).href : text;
    else fields[name] = text;
  }
  return told(check(embedQuerySchema, fields, 'query')).map((line) =>
    line.replace(/^\w+/, (name) => attributeName(name)),
  );
}

/** What stands in them says nothing: they are there, or not. */
const FLAGS = ['days', 'zoneLabel'];
const LISTS = ['section', 'language', 'tag'];

const told = (result: Result<unknown>): readonly string[] => (result.ok ? [] : linesOf(result.refusal));

const linesOf = ({ message, errors = [] }: Refusal): readonly string[] =>
  errors.length === 0 ? [message] : errors.map((one) => `${one.field}: ${one.message}`);
