/**
 * Filter places: how many different filters there may be at a time, in all and asked for by one address.
 *
 * Each costs a ring. Were they bounded for all together only, one address could take them all, and no one else would
 * get a filter any more. A list without a filter needs no place: whatever others do, it can be read.
 */
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import { type AddressBudgets, COST } from './address-budgets.ts';
import { createAddressCounts } from './address-counts.ts';

export interface FilterPlacesOptions {
  /** Different filters of all channels together. @default 1000 */
  readonly filters?: number;
  /** Of these, those first asked for by one address. @default 100 */
  readonly filtersPerAddress?: number;
}

export interface FilterPlaces {
  /** Pays for a new filter and takes its place. @returns gives the place back, once. */
  take(address: string): Result<() => void>;
}

export const tooManyFilters = (message: string) =>
  refused({ code: 'too-many-filters', message, retryAfterMs: 30_000 });

export function createFilterPlaces(
  budgets: Pick<AddressBudgets, 'spend'>,
  { filters = 1_000, filtersPerAddress = 100 }: FilterPlacesOptions = {},
): FilterPlaces {
  const taken = createAddressCounts();

  return {
    take(address) {
      if (taken.of(address) >= filtersPerAddress) {
        return tooManyFilters(`at most ${filtersPerAddress} new filters from one address at a time`);
      }
      if (taken.count >= filters) return tooManyFilters('too many different filters are in use here');
      const paid = budgets.spend(address, COST.filter);
      return paid.ok ? accepted(taken.add(address)) : paid;
    },
  };
}
