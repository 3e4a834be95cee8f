import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseNewsLine } from '../../src/cli/import/news-line.ts';

const PAGE = `Harbour reopens after storm

Local 09:10 02.03.2024

Ferries sail again, the port says.

Fishing fleet returns -PHOTOS

News line

Bridge toll to rise in May
18:05 02.03.2024
Choir wins first prize
Choir wins first prize
17:40 02.03.2024
Mayor’s 'last' budget passes
17:40 02.03.2024
Fishing fleet returns -PHOTOS/VIDEO
16:00 02.03.2024
Choir wins first prize
15:20 02.03.2024
Council session is under way - LIVE
15:00 02.03.2024
Hamısı
Contacts
`;

const parse = (text: string, timeZone = 'Asia/Baku') => parseNewsLine(text, { timeZone });
const titles = (text: string) => parse(text).headlines.map(({ title }) => title);

describe('the news line of a page', () => {
  it('is read oldest first, from the heading to the link to all news', () => {
    const { headlines, problems } = parse(PAGE);
    expect(problems).toEqual([]);
    expect(headlines.map(({ title, publishedAt }) => [publishedAt, title])).toEqual([
      ['2024-03-02T11:00:00.000Z', 'Council session is under way'],
      ['2024-03-02T11:20:00.000Z', 'Choir wins first prize'],
      ['2024-03-02T12:00:00.000Z', 'Fishing fleet returns'],
      ['2024-03-02T13:40:00.000Z', "Mayor’s 'last' budget passes"],
      ['2024-03-02T13:40:00.000Z', 'Choir wins first prize'],
      ['2024-03-02T14:05:00.000Z', 'Bridge toll to rise in May'],
    ]);
  });

  it('folds a title that stands twice because of its picture, and no other', () => {
    expect(
      parse(PAGE)
        .headlines.filter(({ hasPicture }) => hasPicture)
        .map(({ line }) => line),
    ).toEqual([13]);
  });

  it('turns the words behind a title into labels', () => {
    const labels = Object.fromEntries(
      parse(PAGE).headlines.map((headline) => [headline.title, headline.labels]),
    );
    expect(labels['Fishing fleet returns']).toEqual(['photo', 'video']);
    expect(labels['Council session is under way']).toEqual(['live']);
    expect(labels['Bridge toll to rise in May']).toEqual([]);
  });

  it.each(['NEWS LINE', 'news line', 'XƏBƏR LENTİ', 'Xəbər lenti', 'лента новостей', 'News\u00a0line'])(
    'begins at the heading %s',
    (heading) => {
      expect(titles(`${heading}\nA\n10:00 02.03.2024\n`)).toEqual(['A']);
    },
  );

  it.each(['All', 'ALL', 'Hamısı', 'HAMISI', 'Все'])('ends at the link %s', (link) => {
    expect(titles(`News line\nA\n10:00 02.03.2024\n${link}\nB\n09:00 02.03.2024\n`)).toEqual(['A']);
  });

  it('keeps a story whose title is the word of that link', () => {
    expect(titles('News line\nAll\n10:00 02.03.2024\nB\n09:00 02.03.2024\nAll')).toEqual(['B', 'All']);
  });

  it('passes over the words of the heading in a menu', () => {
    const page = 'Home\nNews line\nSport\nCulture\nWeather\nNews line\nA\n10:00 02.03.2024\n';
    expect(parse(page)).toMatchObject({ headlines: [{ title: 'A' }], problems: [] });
  });

  it('reads pages with a byte order mark, CRLF and no-break spaces, and brings titles to NFC', () => {
    const page = '\uFEFFNews line\r\n\r\n\u00a0Cafe\u0301 opens\u00a0\r\n10:00\u00a002.03.2024\r\n';
    expect(titles(page)).toEqual(['Café opens']);
  });

  it('keeps the page’s order for equal minutes', () => {
    const page = 'News line\nNewer\n10:00 02.03.2024\nOlder\n10:00 02.03.2024\n';
    expect(titles(page)).toEqual(['Older', 'Newer']);
  });

  it('reports what it cannot understand, with the line', () => {
    const page = [
      'News line',
      'Title without time',
      'Second title',
      '10:00 02.03.2024',
      '09:00 02.03.2024',
      'Wrong hour',
      '25:00 02.03.2024',
      'Wrong day',
      '08:00 31.02.2024',
      'Short hour',
      '7:00 02.03.2024',
      'Cut off',
    ].join('\n');
    const { headlines, problems } = parse(page);
    expect(headlines.map(({ title }) => title)).toEqual(['Second title']);
    expect(problems).toEqual([
      { line: 2, message: 'a title without a time below it' },
      { line: 5, message: 'a time without a title above it' },
      { line: 7, message: 'must be a time as HH:MM DD.MM.YYYY' },
      { line: 9, message: '"2024-02-31 08:00" names a date or time that does not exist' },
      { line: 11, message: 'must be a time as HH:MM DD.MM.YYYY' },
      { line: 12, message: 'a title without a time below it' },
    ]);
  });

  it('reports a title that stands three times, and does not guess', () => {
    expect(parse('News line\nA\nA\nA\n10:00 02.03.2024').problems).toEqual([
      { line: 2, message: 'a title without a time below it' },
    ]);
  });

  it('refuses a time that exists twice in the zone', () => {
    const { problems } = parse('News line\nA\n02:30 27.10.2024', 'Europe/Berlin');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('exists twice in Europe/Berlin');
  });

  it('reports a page without the heading', () => {
    expect(parse('A\n10:00 02.03.2024').problems).toEqual([
      {
        line: 1,
        message:
          'there is no "News line" heading on this page: put a line with these words above the first title',
      },
    ]);
  });

  it('gives back any page it could have been copied from', () => {
    const word = fc.constantFrom('Rain', 'harbour', 'COP', 'ü', '‘half', '-', 'live', '7:1', '2024', '—');
    const story = fc.record({
      title: fc.array(word, { minLength: 0, maxLength: 4 }).map((words) => ['Story', ...words].join(' ')),
      minute: fc.integer({ min: 0, max: 59 }).map((minute) => String(minute).padStart(2, '0')),
      hasPicture: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(story, { minLength: 1, maxLength: 30 }), (stories) => {
        const lines = stories.flatMap(({ title, minute, hasPicture }) => [
          title,
          ...(hasPicture ? [title] : []),
          `10:${minute} 02.03.2024`,
        ]);
        const { headlines, problems } = parse(['News line', ...lines, 'All'].join('\n'), 'UTC');
        expect(problems).toEqual([]);
        expect(
          headlines.map(({ title, publishedAt, hasPicture }) => ({
            title,
            minute: publishedAt.slice(14, 16),
            hasPicture,
          })),
        ).toEqual(stories.toReversed());
      }),
    );
  });

  it('never throws', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('News line', 'All', '10:00 02.03.2024', '99:99 99.99.9999', 'A'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        parse(lines.join('\n'));
      }),
    );
  });
});
