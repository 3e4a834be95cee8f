/**
 * Time texts: how long ago, and on which day, in words of our own: no browser's tables are asked. Pure.
 *
 * Each text comes with the instant at which it will be another, so that who shows it need not look before.
 * Minutes are those of the clock, 23:59 to 00:00 is one, so that all texts of a page change together; days are
 * those of the calendar of the zone. What seems to lie ahead is now: a clock is wrong, and not the news.
 */
import { padded } from '../clock-text.ts';
import type { TimeWords } from '../words.ts';
import { dateOf, dayOf, MINUTE_MS, type Today } from './calendar.ts';

export interface TimeView {
  /** Milliseconds since 1970 UTC, by the server's clock. */
  readonly now: number;
  /** In the zone that the calendar is of. */
  readonly today: Today;
  readonly words: TimeWords;
}

export interface TimeText {
  readonly text: string;
  /** When it is another, milliseconds since 1970 UTC; infinite where it stays. */
  readonly until: number;
}

export interface DayText extends TimeText {
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/** From here on, a date. */
const WEEK_DAYS = 7;

/** @param published milliseconds since 1970 UTC. */
export function relativeText(published: number, { now, today, words }: TimeView): TimeText {
  const from = Math.floor(published / MINUTE_MS);
  const minutes = Math.floor(now / MINUTE_MS) - from;
  const atMinute = (count: number) => (from + count) * MINUTE_MS;
  if (minutes < 1) return { text: words.now, until: atMinute(1) };
  if (minutes < 60) return { text: words.minutes(minutes), until: atMinute(minutes + 1) };
  const hours = Math.floor(minutes / 60);
  const day = dayOf(published, today.timeZone);
  const days = today.day - day;
  const nextHour = atMinute((hours + 1) * 60);
  if (hours < 24) return { text: words.hours(hours), until: nextHour };
  // Of a day of 25 hours: it is still today.
  if (days < 1) return { text: words.hours(hours), until: Math.min(nextHour, today.until) };
  if (days < WEEK_DAYS) return { text: words.days(days), until: today.until };
  return { text: dateText(day, words), until: Number.POSITIVE_INFINITY };
}

/** @param published as {@link relativeText} takes it. */
export function dayText(published: number, { now, today, words }: TimeView): DayText {
  const { until } = today;
  const day = dayOf(Math.min(published, now), today.timeZone);
  const { year, month, day: dayOfMonth, weekday } = dateOf(day);
  const date = `${padded(year, 4)}-${padded(month)}-${padded(dayOfMonth)}`;
  if (day === today.day) return { text: words.today, date, until };
  if (day === today.day - 1) return { text: words.yesterday, date, until };
  const isThisYear = year === dateOf(today.day).year;
  const text = words.weekdayAndDate(words.weekdays[weekday] ?? '', dateText(day, words, isThisYear));
  return { text, date, until };
}

function dateText(day: number, words: TimeWords, isThisYear = false): string {
  const { year, month, day: dayOfMonth } = dateOf(day);
  return words.date(dayOfMonth, words.months[month - 1] ?? '', isThisYear ? undefined : year);
}
