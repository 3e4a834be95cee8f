/** Headlines of a newsroom that does not exist, for tests of the client. */
import type { Headline } from '../../src/protocol/headline.ts';

/** @param sequence also makes the id, and a minute of its own. */
export function inventHeadline(sequence: number, more: Partial<Headline> = {}): Headline {
  const publishedAt = new Date(Date.UTC(2024, 3, 24, 8, sequence)).toISOString();
  return {
    id: `story-${sequence}`,
    version: 1,
    sequence,
    title: `Harbour council opens pier ${sequence} to the public`,
    language: 'en',
    publishedAt,
    updatedAt: publishedAt,
    urgency: 5,
    ...more,
  };
}

/** The newest of these first, as a snapshot has them. */
export const inventHeadlines = (count: number): readonly Headline[] =>
  Array.from({ length: count }, (_, at) => inventHeadline(count - at));
