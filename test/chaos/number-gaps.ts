/**
 * Number gaps: numbers of the log of which nobody can say what stands there.
 *
 * Numbers are dense. So a change that was never answered and never seen can only stand at a number that nobody knows:
 * where all are known, it did not happen.
 */
import type { ChannelLog, Epoch } from './channel-log.ts';

export interface NumberGaps {
  /** Something unknown may stand after one number and up to another, in an epoch or what it goes on from. */
  has(epoch: string, after: number, upTo: number): boolean;
}

/** @param isLossy a store may have gone back, so that numbers of an earlier epoch say nothing of a later one. */
export function findNumberGaps({ epochs }: Pick<ChannelLog, 'epochs'>, isLossy: boolean): NumberGaps {
  const gapsOf = new Map<string, readonly number[]>();
  const known = new Set<number>();
  for (const epoch of epochs) {
    const first = Math.min(...epoch.named.keys());
    const gaps: number[] = [];
    for (let number = 1; number <= epoch.last; number += 1) {
      const isOfBefore = number <= first && !isLossy && known.has(number);
      if (!isOfBefore && !isKnown(epoch, number)) gaps.push(number);
    }
    for (const number of epoch.entries.keys()) if (isKnown(epoch, number)) known.add(number);
    gapsOf.set(epoch.name, gaps);
  }
  return {
    has(epoch, after, upTo) {
      const gaps = gapsOf.get(epoch);
      return gaps === undefined || gaps.some((number) => number > after && number <= upTo);
    },
  };
}

const isKnown = ({ entries, forkedFrom }: Epoch, number: number): boolean =>
  number < forkedFrom && entries.get(number)?.some(({ revision }) => revision !== undefined) === true;
