/**
 * Follow-ups: a story that another one continues stands folded under it, not beside it. Pure.
 *
 * It rests on the list alone: when a follow-up is taken away, what it continued stands by itself again.
 */
import type { Headline } from '../../src/protocol/headline.ts';

export interface FoldedList {
  /** In the order of the list, without the stories that others continue; itself where there are none. */
  readonly headlines: readonly Headline[];
  /** Under the id of a follow-up: what it continues, the nearest first; {@link EARLIER_LIMIT} at most. */
  readonly earlier: ReadonlyMap<string, readonly Headline[]>;
}

/** Stories under one follow-up; those before stay out of sight. */
export const EARLIER_LIMIT = 10;

export function foldFollowUps(headlines: readonly Headline[]): FoldedList {
  const earlier = new Map<string, readonly Headline[]>();
  if (!headlines.some(({ replaces }) => replaces)) return { headlines, earlier };
  const stories = new Map(headlines.map((headline) => [headline.id, headline]));
  // The newest follow-up is asked first: what it continues is taken, and can not stand under another.
  for (const headline of headlines) {
    if (!stories.has(headline.id)) continue;
    const chain: Headline[] = [];
    for (let at = headline; ; ) {
      const next: Headline | undefined = stories.get(at.replaces ?? '');
      if (!next || next === headline) break;
      stories.delete(next.id);
      if (chain.length < EARLIER_LIMIT) chain.push(next, ...(earlier.get(next.id) ?? []));
      earlier.delete(next.id);
      at = next;
    }
    if (chain.length > 0) earlier.set(headline.id, chain.slice(0, EARLIER_LIMIT));
  }
  return { headlines: headlines.filter(({ id }) => stories.has(id)), earlier };
}
