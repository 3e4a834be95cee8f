import { describe, expect, it, jest } from '@jest/globals';
import { words as az } from '../../client-sdk/src/languages/az.ts';
import { words as ru } from '../../client-sdk/src/languages/ru.ts';
import { words as tr } from '../../client-sdk/src/languages/tr.ts';
import { wordsFor } from '../../client-sdk/src/parts.ts';
import { englishTimes } from '../../client-sdk/src/times/english-times.ts';
import { english, type TimeWords, type Words, withOwnWords } from '../../client-sdk/src/words.ts';

/** Words of a language as soon as they are here. */
async function load(language: string): Promise<Words> {
  for (;;) {
    let settle = () => {};
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const words = wordsFor(language, english, settle);
    if (words) return words;
    await settled;
  }
}

/** A form for each category that the language's rules know, held against ICU for every count up to 130. */
function expectPlurals(
  language: string,
  say: ((count: number) => string) | undefined,
  forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>,
): void {
  const rules = new Intl.PluralRules(language);
  for (let count = 1; count < 130; count += 1) {
    expect(say?.(count)).toBe((forms[rules.select(count)] ?? forms.other)?.replace('#', String(count)));
  }
}

describe('words for a language', () => {
  it('are English at once, also for languages that have none', () => {
    const onSettled = jest.fn();
    for (const tag of ['en', 'en-GB', 'eo', '', 'constructor', '__proto__']) {
      expect(wordsFor(tag, english, onSettled)).toBe(english);
    }
    expect(onSettled).not.toHaveBeenCalled();
  });

  it('are loaded when asked for, whatever the region, and then are here at once', async () => {
    expect(wordsFor('tr', english, () => {})).toBeUndefined();
    expect((await load('tr')).all).toBe('Tümü');
    expect(wordsFor('tr-TR', english, () => {})?.all).toBe('Tümü');
    expect((await load('az-Latn-AZ')).all).toBe('Hamısı');
    expect((await load('RU')).all).toBe('Все');
  });
});

describe('counting', () => {
  it('agrees with the rules of each language', () => {
    expectPlurals('en', english.newHeadlines, { one: '# new headline', other: '# new headlines' });
    expectPlurals('az', az.newHeadlines, { other: '# yeni xəbər' });
    expectPlurals('tr', tr.newHeadlines, { other: '# yeni haber' });
    expectPlurals('ru', ru.newHeadlines, {
      one: '# новая новость',
      few: '# новые новости',
      many: '# новых новостей',
    });
  });

  it('holds for minutes and hours too', () => {
    expectPlurals('en', englishTimes.minutes, { one: '# minute ago', other: '# minutes ago' });
    expectPlurals('en', englishTimes.hours, { one: '# hour ago', other: '# hours ago' });
    expectPlurals('az', az.times?.minutes, { other: '# dəqiqə əvvəl' });
    expectPlurals('az', az.times?.hours, { other: '# saat əvvəl' });
    expectPlurals('tr', tr.times?.minutes, { other: '# dakika önce' });
    expectPlurals('tr', tr.times?.hours, { other: '# saat önce' });
    expectPlurals('ru', ru.times?.minutes, {
      one: '# минуту назад',
      few: '# минуты назад',
      many: '# минут назад',
    });
    expectPlurals('ru', ru.times?.hours, { one: '# час назад', few: '# часа назад', many: '# часов назад' });
  });

  it('calls one day ago yesterday', () => {
    const days = (times: Partial<TimeWords> | undefined) => [1, 2, 5].map((count) => times?.days?.(count));
    expect(days(englishTimes)).toEqual(['yesterday', '2 days ago', '5 days ago']);
    expect(days(az.times)).toEqual(['dünən', '2 gün əvvəl', '5 gün əvvəl']);
    expect(days(ru.times)).toEqual(['вчера', '2 дня назад', '5 дней назад']);
    expect(days(tr.times)).toEqual(['dün', '2 gün önce', '5 gün önce']);
  });
});

describe('every language', () => {
  it.each([az, ru, tr])('has every word that English has: $language', (words) => {
    const shape = (value: object) => Object.keys(value).sort();
    expect(shape(words)).toEqual([...shape(english), 'times'].sort());
    expect(shape(words.status)).toEqual(shape(english.status));
    expect(shape(words.times ?? {})).toEqual(shape(englishTimes));
    expect([words.times?.months?.length, words.times?.weekdays?.length]).toEqual([12, 7]);
  });

  it('has months and weekdays that a reader of today knows', () => {
    // Names as this Node's own tables have them; a browser's need not have any. Capitals differ by the edition.
    for (const [language, times] of [
      ['en', englishTimes],
      ['az', az.times],
      ['ru', ru.times],
      ['tr', tr.times],
    ] as const) {
      const part = (date: Date, options: Intl.DateTimeFormatOptions, type: 'month' | 'weekday') =>
        new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
          .formatToParts(date)
          .find((one) => one.type === type)
          ?.value.toLocaleLowerCase(language);
      const lower = (names: readonly string[] | undefined) =>
        names?.map((name) => name.toLocaleLowerCase(language));
      expect(lower(times?.months)).toEqual(
        [...Array(12).keys()].map((month) =>
          part(new Date(Date.UTC(2024, month, 1)), { month: 'long', day: 'numeric' }, 'month'),
        ),
      );
      // The fourth of August 2024 was a Sunday.
      expect(lower(times?.weekdays)).toEqual(
        [...Array(7).keys()].map((day) =>
          part(new Date(Date.UTC(2024, 7, 4 + day)), { weekday: 'long' }, 'weekday'),
        ),
      );
    }
  });

  it('names the clock of the newsroom', () => {
    const zones = ({ zone }: Words) => [zone('Baku', 'Asia/Baku'), zone('Tokyo', 'Asia/Tokyo')];
    expect(zones(english)).toEqual(['Baku time', 'Tokyo time']);
    expect(zones(az)).toEqual(['Bakı vaxtı', 'Tokyo vaxtı']);
    expect(zones(ru)).toEqual(['бакинское время', 'местное время: Tokyo']);
    expect(zones(tr)).toEqual(['Bakü saati', 'Tokyo saati']);
  });
});

describe("a page's own words", () => {
  it('stand in place of ours one by one', () => {
    const words = withOwnWords(az, {
      heading: 'Xəbərlər',
      labels: { live: 'BİRBAŞA' },
      status: { offline: 'İnternet yoxdur' },
      times: { now: 'elə indi' },
    });
    expect([words.heading, words.all, words.language]).toEqual(['Xəbərlər', 'Hamısı', 'az']);
    expect(words.labels).toEqual({ ...az.labels, live: 'BİRBAŞA' });
    expect(words.status).toEqual({ ...az.status, offline: 'İnternet yoxdur' });
    expect([words.times?.now, words.times?.days?.(1)]).toEqual(['elə indi', 'dünən']);
    expect(withOwnWords(az, undefined)).toBe(az);
  });

  it('may be a language of their own, with its direction', () => {
    const words = withOwnWords(english, { language: 'fa', direction: 'rtl', heading: 'خط خبر' });
    expect([words.language, words.direction, words.heading]).toEqual(['fa', 'rtl', 'خط خبر']);
  });
});
