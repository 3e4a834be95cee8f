/**
 * Held list: what a paused ticker shows. New headlines wait; what was taken away or has expired goes at once, and what
 * was corrected is put right. Pure. [WCAG 2.2.2]
 */
import type { Headline } from '../../src/protocol/headline.ts';
import { compareHeadlines } from '../../src/protocol/headline-list.ts';

export interface HeldList {
  /** The headlines on show when the reader paused that still stand; the same array where nothing of it changed. */
  readonly shown: readonly Headline[];
  /** The list that it was last compared with. */
  readonly latest: readonly Headline[];
  /** Headlines that will come with resuming. */
  readonly waiting: number;
}

export const holdList = (headlines: readonly Headline[]): HeldList => ({
  shown: headlines,
  latest: headlines,
  waiting: 0,
});

/**
 * @param latest the list as it stands; a line that is missing there is gone, unless newer ones pushed it out.
 * @param limit lines the list can have.
 * @param nowMs milliseconds since 1970 UTC by the server's clock.
 */
export function updateHeldList(
  held: HeldList,
  latest: readonly Headline[],
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): HeldList {
  const standing = new Map(latest.map((headline) => [headline.id, headline]));
  const oldest = latest.at(-1);
  // A list that came whole tells nothing of what is older than its end: that may be gone.
  const isWhole = !latest.some((headline) => held.latest.includes(headline));
  const isPushedOut = (headline: Headline) =>
    !isWhole &&
    latest.length >= limit &&
    oldest !== undefined &&
    compareHeadlines(headline, oldest) > 0 &&
    !(headline.expiresAt !== undefined && Date.parse(headline.expiresAt) <= nowMs);
  const shown = held.shown.flatMap((headline) => {
    const now = standing.get(headline.id);
    if (!now) return isPushedOut(headline) ? [headline] : [];
    return [now.notice !== undefined && now.version > headline.version ? now : headline];
  });
  const known = new Set(held.shown.map(({ id }) => id));
  const isSame = shown.length === held.shown.length && shown.every((one, at) => one === held.shown[at]);
  return {
    shown: isSame ? held.shown : shown,
    latest,
    waiting: latest.filter(({ id }) => !known.has(id)).length,
  };
}

/** The headline as it is after its correction; gone where there is none. */
export function replaceHeld(held: HeldList, id: string, headline?: Headline): HeldList {
  const shown = held.shown.flatMap((one) => (one.id === id ? (headline ?? []) : [one]));
  return { ...held, shown };
}

/** @returns milliseconds since 1970 UTC; undefined where nothing that is held expires. */
export function nextExpiryMs({ shown }: HeldList): number | undefined {
  const times = shown.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [Date.parse(expiresAt)]));
  return times.length === 0 ? undefined : Math.min(...times);
}
