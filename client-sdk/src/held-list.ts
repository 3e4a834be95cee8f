/**
 * Held list: what a paused ticker shows. New headlines wait; what was taken away goes at once. Pure. [WCAG 2.2.2]
 */
import type { Headline } from '../../src/protocol/headline.ts';
import { compareHeadlines } from '../../src/protocol/headline-list.ts';

export interface HeldList {
  /** The headlines on show when the reader paused that still stand; itself where all do. */
  readonly shown: readonly Headline[];
  /** Headlines that will come with resuming. */
  readonly waiting: number;
}

/**
 * @param latest the list as it stands; a line that is missing there, though it is not older than its end, is gone.
 * @param limit lines the list can have.
 */
export function heldList(shown: readonly Headline[], latest: readonly Headline[], limit: number): HeldList {
  const ids = new Set(latest.map(({ id }) => id));
  const oldest = latest.at(-1);
  const wasPushedOut = (headline: Headline) =>
    latest.length >= limit && oldest !== undefined && compareHeadlines(headline, oldest) > 0;
  const kept = shown.filter((headline) => ids.has(headline.id) || wasPushedOut(headline));
  const known = new Set(shown.map(({ id }) => id));
  return {
    shown: kept.length === shown.length ? shown : kept,
    waiting: latest.filter(({ id }) => !known.has(id)).length,
  };
}
