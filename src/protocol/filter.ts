/**
 * Filter: which headlines of a channel a reader wants.
 *
 * A headline passes when it meets every field given; a field with several values is met by any of them.
 */
import type { Headline } from './headline.ts';

export interface Filter {
  readonly section?: readonly string[];
  /** BCP 47 ranges: `en` is met by `en-GB`. [RFC 4647 3.3.1] */
  readonly language?: readonly string[];
  readonly tag?: readonly string[];
  /** 1 to 9: 1 lets only flashes pass, 3 flashes and breaking news. */
  readonly maxUrgency?: number;
}

/** What a filter looks at. */
export type Facets = Pick<Headline, 'language' | 'urgency'> & Partial<Pick<Headline, 'section' | 'tags'>>;

export function passes(filter: Filter, facets: Facets): boolean {
  const { section, language, tag, maxUrgency } = filter;
  if (maxUrgency !== undefined && facets.urgency > maxUrgency) return false;
  if (section && (facets.section === undefined || !section.includes(facets.section))) return false;
  if (tag && !tag.some((wanted) => facets.tags?.includes(wanted))) return false;
  return !language || language.some((range) => isInRange(facets.language, range));
}

/**
 * What a change of a headline means to the readers of a filter.
 *
 * @param was before the change; undefined where it was not published.
 * @returns `gone` for a headline that is filed elsewhere now; undefined where they see nothing of it.
 */
export function sightOf(filter: Filter, was: Facets | undefined, is: Facets): 'shown' | 'gone' | undefined {
  if (passes(filter, is)) return 'shown';
  return was && passes(filter, was) ? 'gone' : undefined;
}

function isInRange(language: string, range: string): boolean {
  const [tag, wanted] = [language.toLowerCase(), range.toLowerCase()];
  return tag === wanted || tag.startsWith(`${wanted}-`);
}

/** Two filters that mean the same have the same key. */
export function filterKey(filter: Filter): string {
  const canonical = ['section', 'language', 'tag'].map((field) => {
    const values = filter[field as 'section' | 'language' | 'tag'];
    return values ? [...new Set(values)].sort() : null;
  });
  return JSON.stringify([...canonical, filter.maxUrgency ?? null]);
}

/** Writes a filter as the query of `.../headlines` and `.../stream`. */
export function appendFilter(query: URLSearchParams, filter: Filter): void {
  for (const field of ['section', 'language', 'tag'] as const) {
    for (const value of filter[field] ?? []) query.append(field, value);
  }
  if (filter.maxUrgency !== undefined) query.set('maxUrgency', String(filter.maxUrgency));
}
