/**
 * The newest headlines of a channel as readers see them, and how a change alters them.
 *
 * One rule for the gateway's snapshots and for every client, so that both show the same list. [design 2, order]
 * Each function gives back the list it was given when nothing changed.
 */
import type { Headline } from './headline.ts';

export interface HeadlineList {
  /** Newest first, at most `limit`. */
  readonly headlines: readonly Headline[];
  readonly limit: number;
  /**
   * Where what is known ends: there may be headlines at this place and below it that are not here. Absent: these are
   * all there are. It stays where it is when headlines above it go, or a list that was emptied would never fill again.
   */
  readonly floor?: Place;
}

type Place = Pick<Headline, 'publishedAt' | 'sequence'>;

/** @param headlines newest first; fewer than `limit` means that there are no more. */
export function listOf(headlines: readonly Headline[], limit: number): HeadlineList {
  const floor = headlines[limit - 1];
  return { headlines: headlines.slice(0, limit), limit, ...(floor && { floor }) };
}

/** Newest first; within one instant, the one first published later stands first. Never by title or minute. */
export function compareHeadlines(a: Place, b: Place): number {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt ? 1 : -1;
  return b.sequence - a.sequence;
}

/** Puts a headline where it belongs, in place of an older version of itself; a duplicate changes nothing. */
export function withHeadline(list: HeadlineList, headline: Headline): HeadlineList {
  const known = list.headlines.find((other) => other.id === headline.id);
  if (known && known.version >= headline.version) return list;
  const rest = known ? list.headlines.filter((other) => other !== known) : list.headlines;
  if (!known && list.floor && compareHeadlines(headline, list.floor) > 0) return list;
  const older = rest.findIndex((other) => compareHeadlines(headline, other) < 0);
  const at = older < 0 ? rest.length : older;
  const headlines = [...rest.slice(0, at), headline, ...rest.slice(at)];
  const dropped = headlines[list.limit];
  return dropped
    ? { ...list, headlines: headlines.slice(0, list.limit), floor: dropped }
    : { ...list, headlines };
}

export const withoutHeadline = (list: HeadlineList, id: string): HeadlineList =>
  without(list, (headline) => headline.id === id);

/** @param now RFC 3339 in UTC with milliseconds, as times stand in headlines. */
export const withoutExpired = (list: HeadlineList, now: string): HeadlineList =>
  without(list, ({ expiresAt }) => expiresAt !== undefined && expiresAt <= now);

/**
 * What was last changed then or before is past the age that its channel keeps.
 *
 * @param since as `now` of {@link withoutExpired}.
 */
export const withoutAged = (list: HeadlineList, since: string): HeadlineList =>
  without(list, ({ updatedAt }) => updatedAt <= since);

function without(list: HeadlineList, isGone: (headline: Headline) => boolean): HeadlineList {
  const headlines = list.headlines.filter((headline) => !isGone(headline));
  return headlines.length === list.headlines.length ? list : { ...list, headlines };
}
