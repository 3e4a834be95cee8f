/**
 * Calendar: days as a zone counts them, by its own midnights and not by 24 hours. Pure.
 *
 * A day is a number, dense from 1970-01-01 on, so that yesterday is the number before, whatever the clocks did that
 * night.
 */
import { wallClock } from '../clock-text.ts';

const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
/** No day is longer, and the next is not yet over. */
const LONGEST_DAY_MINUTES = 36 * 60;

/** @param ms since 1970 UTC. */
export function dayOf(ms: number, timeZone: string): number {
  const { year, month, day } = wallClock(ms, timeZone);
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export function dateOf(day: number): CalendarDate {
  const date = new Date(day * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/** The day that it is, and until when. */
export interface Today {
  readonly day: number;
  readonly timeZone: string;
  /** Milliseconds since 1970 UTC: an instant of that day, and the one at which the next day begins. */
  readonly from: number;
  readonly until: number;
}

/** @param known is given back where it still holds: to find out when a day ends takes a dozen looks at the calendar. */
export function todayAt(now: number, timeZone: string, known?: Today): Today {
  if (known && known.timeZone === timeZone && known.from <= now && now < known.until) return known;
  return { day: dayOf(now, timeZone), timeZone, from: now, until: nextMidnight(now, timeZone) };
}

/** Searched for, since a day need not begin at 00:00, and need not begin 24 hours after the one before. */
function nextMidnight(now: number, timeZone: string): number {
  const today = dayOf(now, timeZone);
  const from = Math.floor(now / MINUTE_MS);
  let [before, after] = [0, LONGEST_DAY_MINUTES];
  while (after - before > 1) {
    const middle = (before + after) >> 1;
    if (dayOf((from + middle) * MINUTE_MS, timeZone) > today) after = middle;
    else before = middle;
  }
  return (from + after) * MINUTE_MS;
}
