import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { words as az } from '../../../client-sdk/src/languages/az.ts';
import { words as ru } from '../../../client-sdk/src/languages/ru.ts';
import { words as tr } from '../../../client-sdk/src/languages/tr.ts';
import { todayAt } from '../../../client-sdk/src/times/calendar.ts';
import { englishTimes } from '../../../client-sdk/src/times/english-times.ts';
import { dayText, relativeText, type TimeView } from '../../../client-sdk/src/times/time-texts.ts';
import type { Words } from '../../../client-sdk/src/words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (instant: string) => Date.parse(instant);
const iso = (ms: number) => new Date(ms).toISOString();

const view = (now: number, timeZone = 'Asia/Baku', words?: Words): TimeView => ({
  now,
  today: todayAt(now, timeZone),
  words: { ...englishTimes, ...words?.times },
});

const ZONES = [
  'UTC',
  'Asia/Baku',
  'Asia/Kathmandu',
  'Europe/London',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Africa/Cairo',
  'Asia/Beirut',
  'Pacific/Apia',
  'Australia/Lord_Howe',
] as const;

/** Instants since the clocks of all zones have stood at whole minutes. */
const anInstant = fc.integer({ min: at('2012-01-02T00:00:00Z'), max: at('2036-01-01T00:00:00Z') });

describe('the day of a zone', () => {
  const midnight = (now: string, timeZone: string) => iso(todayAt(at(now), timeZone).until);

  it('ends at its own midnight', () => {
    expect(midnight('2024-04-24T19:42:00Z', 'Asia/Baku')).toBe('2024-04-24T20:00:00.000Z');
    expect(midnight('2024-04-24T20:00:00Z', 'Asia/Baku')).toBe('2024-04-25T20:00:00.000Z');
    expect(midnight('2024-04-24T19:59:59.999Z', 'Asia/Baku')).toBe('2024-04-24T20:00:00.000Z');
  });

  it('ends at 01:00 where the clocks skip midnight', () => {
    // Brazil, 4 November 2018: 23:59:59 -03:00 is followed by 01:00:00 -02:00.
    expect(midnight('2018-11-03T12:00:00Z', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
    expect(midnight('2018-11-04T03:00:00Z', 'America/Sao_Paulo')).toBe('2018-11-05T02:00:00.000Z');
  });

  it('is an hour longer where the clocks go back at midnight', () => {
    // Brazil, 17 February 2018: at midnight it was 23:00 of the same day again.
    expect(midnight('2018-02-18T01:30:00Z', 'America/Sao_Paulo')).toBe('2018-02-18T03:00:00.000Z');
    expect(midnight('2018-02-18T02:30:00Z', 'America/Sao_Paulo')).toBe('2018-02-18T03:00:00.000Z');
  });

  it('is 23 and 25 hours long in spring and autumn', () => {
    const hours = (start: string, timeZone: string) =>
      (todayAt(at(start), timeZone).until - at(start)) / HOUR;
    expect(hours('2024-03-31T00:00:00Z', 'Europe/London')).toBe(23);
    expect(hours('2024-10-26T23:00:00Z', 'Europe/London')).toBe(25);
    expect(hours('2015-03-28T20:00:00Z', 'Asia/Baku')).toBe(23);
    expect(hours('2015-10-24T19:00:00Z', 'Asia/Baku')).toBe(25);
    expect(hours('2016-03-26T20:00:00Z', 'Asia/Baku')).toBe(24);
  });

  it('ends at the first instant of another day, in every zone', () => {
    fc.assert(
      fc.property(anInstant, fc.constantFrom(...ZONES), (now, timeZone) => {
        const today = todayAt(now, timeZone);
        expect(today.until).toBeGreaterThan(now);
        expect(todayAt(today.until - 1, timeZone).day).toBe(today.day);
        expect(todayAt(today.until, timeZone).day).toBe(today.day + 1);
      }),
    );
  });

  it('is not worked out again while it lasts', () => {
    const today = todayAt(at('2024-04-24T19:42:00Z'), 'Asia/Baku');
    expect(todayAt(at('2024-04-24T19:59:59.999Z'), 'Asia/Baku', today)).toBe(today);
    expect(todayAt(today.until, 'Asia/Baku', today).day).toBe(today.day + 1);
    expect(todayAt(today.from - 1, 'Asia/Baku', today)).not.toBe(today);
    expect(todayAt(today.from, 'UTC', today)).not.toBe(today);
  });
});

describe('a relative time', () => {
  const published = at('2024-04-24T19:42:30Z');
  const after = (ms: number, words?: Words) =>
    relativeText(published, view(published + ms, 'Asia/Baku', words)).text;

  it('counts minutes, hours, days of the calendar, and then names the date', () => {
    const texts = (words?: Words) =>
      [0, MINUTE, 5 * MINUTE, HOUR, 23 * HOUR, 24 * HOUR, 3 * 24 * HOUR, 7 * 24 * HOUR].map((ms) =>
        after(ms, words),
      );
    expect(texts()).toEqual([
      'just now',
      '1 minute ago',
      '5 minutes ago',
      '1 hour ago',
      '23 hours ago',
      'yesterday',
      '3 days ago',
      '24 April 2024',
    ]);
    expect(texts(az)).toEqual([
      'indicə',
      '1 dəqiqə əvvəl',
      '5 dəqiqə əvvəl',
      '1 saat əvvəl',
      '23 saat əvvəl',
      'dünən',
      '3 gün əvvəl',
      '24 aprel 2024',
    ]);
    expect(texts(ru)).toEqual([
      'только что',
      '1 минуту назад',
      '5 минут назад',
      '1 час назад',
      '23 часа назад',
      'вчера',
      '3 дня назад',
      '24 апреля 2024 г.',
    ]);
    expect(texts(tr)).toEqual([
      'az önce',
      '1 dakika önce',
      '5 dakika önce',
      '1 saat önce',
      '23 saat önce',
      'dün',
      '3 gün önce',
      '24 Nisan 2024',
    ]);
  });

  it('is now for what a wrong clock puts in the future', () => {
    expect(
      ['2024-04-24T19:41:59Z', '2024-04-24T18:42:30Z', '2020-01-01T00:00:00Z'].map(
        (now) => relativeText(published, view(at(now))).text,
      ),
    ).toEqual(['just now', 'just now', 'just now']);
  });

  it('is still today after 24 hours of a day that has 25', () => {
    // Half past midnight in London, summer time, to half past midnight and 24 hours: 23:30 of the same day.
    const early = at('2024-10-26T23:30:00Z');
    const late = early + 24 * HOUR;
    expect(relativeText(early, view(late, 'Europe/London')).text).toBe('24 hours ago');
    expect(iso(relativeText(early, view(late, 'Europe/London')).until)).toBe('2024-10-28T00:00:00.000Z');
    expect(relativeText(early, view(late + 30 * MINUTE, 'Europe/London')).text).toBe('yesterday');
  });

  it('stays until the instant that it names, and is another one then', () => {
    fc.assert(
      fc.property(
        anInstant,
        fc.oneof(fc.integer({ min: -HOUR, max: 25 * HOUR }), fc.integer({ min: 0, max: 9 * 24 * HOUR })),
        fc.constantFrom(...ZONES),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (now, ago, zone, part) => {
          const { text, until } = relativeText(now - ago, view(now, zone));
          const textAt = (ms: number) => relativeText(now - ago, view(ms, zone)).text;
          if (until === Number.POSITIVE_INFINITY) {
            expect(textAt(now + part * 1e10)).toBe(text);
            return;
          }
          expect(until).toBeGreaterThan(now);
          expect(textAt(now + Math.floor((until - now) * part))).toBe(text);
          expect(textAt(until - 1)).toBe(text);
          expect(textAt(until)).not.toBe(text);
        },
      ),
    );
  });
});

describe('the heading of a day', () => {
  const now = at('2024-04-24T19:42:00Z'); // 23:42 in Baku
  const day = (instant: string, words?: Words, zone = 'Asia/Baku') =>
    dayText(at(instant), view(now, zone, words)).text;

  it('is of the calendar of the zone shown, not of the last 24 hours', () => {
    expect(day('2024-04-23T20:00:00Z')).toBe('Today');
    expect(day('2024-04-23T19:59:59Z')).toBe('Yesterday');
    expect(day('2024-04-23T20:00:00Z', undefined, 'UTC')).toBe('Yesterday');
    expect(day('2024-04-22T19:59:59Z')).toBe('Monday, 22 April');
    expect(day('2023-12-31T08:00:00Z')).toBe('Sunday, 31 December 2023');
  });

  it('is said as each language says it', () => {
    const headings = (words: Words) =>
      ['2024-04-24T08:00:00Z', '2024-04-23T08:00:00Z', '2024-04-16T08:00:00Z', '2023-06-01T08:00:00Z'].map(
        (instant) => day(instant, words),
      );
    expect(headings(az)).toEqual([
      'Bu gün',
      'Dünən',
      '16 aprel, çərşənbə axşamı',
      '1 iyun 2023, cümə axşamı',
    ]);
    expect(headings(ru)).toEqual(['Сегодня', 'Вчера', 'Вторник, 16 апреля', 'Четверг, 1 июня 2023 г.']);
    expect(headings(tr)).toEqual(['Bugün', 'Dün', '16 Nisan Salı', '1 Haziran 2023 Perşembe']);
  });

  it('is never tomorrow', () => {
    expect(day('2024-04-24T20:05:00Z')).toBe('Today');
    expect(dayText(at('2024-04-24T20:05:00Z'), view(now)).date).toBe('2024-04-24');
  });

  it('changes at midnight alone, and keeps its date', () => {
    const { date, until } = dayText(now, view(now));
    expect([date, iso(until)]).toEqual(['2024-04-24', '2024-04-24T20:00:00.000Z']);
    expect(dayText(now, view(until))).toMatchObject({ date: '2024-04-24', text: 'Yesterday' });
  });

  it('has a date that is the one on the wall where the clocks skip midnight', () => {
    const early = at('2018-11-04T03:10:00Z');
    expect(dayText(early, view(early, 'America/Sao_Paulo')).date).toBe('2018-11-04');
    expect(dayText(early - HOUR, view(early, 'America/Sao_Paulo'))).toMatchObject({
      date: '2018-11-03',
      text: 'Yesterday',
    });
  });
});
