/**
 * Words: what the ticker itself says. English stands here; other languages are parts of their own, loaded when a
 * page speaks them (load-words.ts). Headlines keep their own language.
 *
 * Capitals are written as they are meant, never made by `text-transform`: it turns `i` into `I` where Azerbaijani
 * and Turkish have `İ`.
 */
import type { Label } from '../../src/protocol/headline.ts';
import type { Status } from './connection-state.ts';

export interface Words {
  /** BCP 47 tag of these words. */
  readonly language: string;
  /** Which way they run; as the page does where undefined. */
  readonly direction?: 'ltr' | 'rtl';
  readonly heading: string;
  readonly all: string;
  readonly pause: string;
  readonly resume: string;
  readonly previous: string;
  readonly next: string;
  readonly hide: string;
  readonly flash: string;
  readonly breaking: string;
  readonly labels: Readonly<Record<Label, string>>;
  readonly correction: string;
  /** Stands before the notice of a headline that was taken away. */
  readonly withdrawn: string;
  /** Over the earlier stories that a headline continues; their number follows. */
  readonly followUp: string;
  readonly latest: string;
  readonly nothing: string;
  /** Said while the list may be behind. */
  readonly status: Readonly<Partial<Record<Status, string>>>;
  newHeadlines(count: number): string;
  /**
   * Whose clock the times are of, as "Baku time".
   *
   * @param city as the IANA zone names it, in English.
   */
  zone(city: string, timeZone: string): string;
  /** Relative times and dates; those that are missing are English. */
  readonly times?: Partial<TimeWords>;
}

/** Words of relative times and of dates. */
export interface TimeWords {
  /** Less than a minute ago. */
  readonly now: string;
  /** Counts of the past begin with 1. */
  minutes(count: number): string;
  hours(count: number): string;
  /** One day ago is yesterday. */
  days(count: number): string;
  /** Headings of days, with a capital where the language begins a line with one. */
  readonly today: string;
  readonly yesterday: string;
  /** January first, in the case that a date asks for. */
  readonly months: readonly string[];
  /** Sunday first, as they stand in the heading of a day. */
  readonly weekdays: readonly string[];
  /** @param year left out where it goes without saying. */
  date(day: number, month: string, year: number | undefined): string;
  /** @param date made by `date`. */
  weekdayAndDate(weekday: string, date: string): string;
}

/** Words that a page puts in place of ours, one or all of them. */
export type OwnWords = Partial<Omit<Words, 'labels'>> & { readonly labels?: Partial<Words['labels']> };

export const english: Words = {
  language: 'en',
  heading: 'News line',
  all: 'All',
  pause: 'Pause',
  resume: 'Resume',
  previous: 'Previous',
  next: 'Next',
  hide: 'Hide',
  flash: 'FLASH',
  breaking: 'BREAKING',
  labels: { live: 'LIVE', photo: 'PHOTOS', video: 'VIDEO' },
  correction: 'Correction',
  withdrawn: 'Withdrawn',
  followUp: 'Follow-up',
  latest: 'Latest',
  nothing: 'No headlines yet',
  status: {
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    delayed: 'Delayed',
    asleep: 'On standby',
    offline: 'Offline',
    refused: 'Not available',
  },
  newHeadlines: (count) => `${count} new ${count === 1 ? 'headline' : 'headlines'}`,
  zone: (city) => `${city} time`,
};

/** Puts a page's own words in place of ours, word by word. */
export function withOwnWords(words: Words, own: OwnWords | undefined): Words {
  if (!own) return words;
  return {
    ...words,
    ...own,
    labels: { ...words.labels, ...own.labels },
    status: { ...words.status, ...own.status },
    times: { ...words.times, ...own.times },
  };
}

/** Whose clock shows the times of a zone; zones that are no place are called by their name. */
export function zoneWords({ zone }: Words, timeZone: string): string {
  const [area, ...place] = timeZone.split('/');
  const city = place.at(-1)?.replaceAll('_', ' ');
  return city === undefined || area === 'Etc' ? timeZone : zone(city, timeZone);
}
