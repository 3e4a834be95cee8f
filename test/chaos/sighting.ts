/** Sighting: a headline off the wire, cut down to what a run judges it by. */
import type { Sighting } from './journal.ts';

export function sightingOf(headline: Readonly<Record<string, unknown>> | Sighting): Sighting {
  const { id, version, title, section, language, urgency, tags, publishedAt, sequence, expiresAt } =
    headline as Sighting;
  return {
    id,
    version,
    title,
    ...(section !== undefined && { section }),
    ...(language !== undefined && { language }),
    ...(urgency !== undefined && { urgency }),
    ...(tags !== undefined && { tags }),
    ...(publishedAt !== undefined && { publishedAt }),
    ...(sequence !== undefined && { sequence }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** A retraction says nothing but the id. */
export const retractionOf = (id: string): Sighting => ({ id, version: 0, title: '' });
