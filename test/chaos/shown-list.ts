/**
 * Shown list: what a careful program shows that follows the protocol: newest first, at most `last`.
 *
 * It leaves out what it cannot place: below the end of a list that was cut off there may be headlines it never had.
 * So each headline in here, a reader's own list must have too.
 */
import type { Sighting } from './journal.ts';

export interface ShownList {
  readonly headlines: readonly Sighting[];
  /** It was given everything, and has dropped nothing. */
  readonly isWhole: boolean;
  /** Versions taken away, by id: a program may keep them away for good. */
  readonly takenAway: ReadonlyMap<string, number>;
  begin(headlines: readonly Sighting[] | undefined): void;
  put(headline: Sighting): void;
  takeAway(id: string): void;
}

/** Above zero where `a` stands below `b`. Headlines without a time are in no order. [docs/protocol.md, order] */
export function compareStanding(
  a: Pick<Sighting, 'publishedAt' | 'sequence'>,
  b: Pick<Sighting, 'publishedAt' | 'sequence'>,
): number {
  if (a.publishedAt === undefined || b.publishedAt === undefined) return 0;
  if (a.publishedAt !== b.publishedAt) return a.publishedAt < b.publishedAt ? 1 : -1;
  return (b.sequence ?? 0) - (a.sequence ?? 0);
}

export function createShownList(last: number): ShownList {
  let headlines: Sighting[] = [];
  const takenAway = new Map<string, number>();
  /** Everything above it was given. Undefined: everything was. */
  let floor: Sighting | undefined;
  let isPlaced = false;

  const isAboveFloor = (headline: Sighting) => floor === undefined || compareStanding(headline, floor) < 0;

  /** What it knew of and does not show. */
  function leaveOut(headline: Sighting): void {
    if (isAboveFloor(headline)) floor = headline;
  }

  function cut(): void {
    const dropped = headlines[last];
    headlines = headlines.slice(0, last);
    if (dropped) leaveOut(dropped);
  }

  return {
    get headlines() {
      return headlines;
    },
    get isWhole() {
      return isPlaced && floor === undefined;
    },
    takenAway,
    begin(given) {
      headlines = [...(given ?? [])];
      isPlaced = given !== undefined;
      floor = headlines.length < last ? undefined : headlines.at(-1);
    },
    put(headline) {
      const known = headlines.find(({ id }) => id === headline.id);
      if (known && known.version >= headline.version) return;
      const rest = headlines.filter((other) => other !== known);
      const at = rest.findIndex((other) => compareStanding(headline, other) < 0);
      const isLowest = at < 0;
      const isSafe =
        floor === undefined || known || !isLowest || (rest.length === 0 && isAboveFloor(headline));
      if (!isPlaced) return;
      if (!isSafe) return leaveOut(headline);
      headlines = isLowest ? [...rest, headline] : [...rest.slice(0, at), headline, ...rest.slice(at)];
      cut();
    },
    takeAway(id) {
      const shown = headlines.find((headline) => headline.id === id);
      if (shown) takenAway.set(id, shown.version);
      headlines = headlines.filter((headline) => headline !== shown);
    },
  };
}
