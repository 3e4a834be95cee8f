import { describe, expect, it } from '@jest/globals';
import { reviveRecord } from '../../src/domain/headline-record.ts';
import { type EntryBody, reviveEntry, type StoredEntry } from '../../src/domain/log-entry.ts';
import type { Headline } from '../../src/protocol/headline.ts';

const headline: Headline = {
  id: 'a',
  version: 1,
  sequence: 0,
  title: 'Ağdam “üzrə” 📰',
  language: 'az',
  publishedAt: '2026-11-23T18:00:00.000Z',
  updatedAt: '2026-11-23T18:00:00.000Z',
  urgency: 5,
};
const stored = (body: EntryBody): StoredEntry => ({
  sequence: 7,
  tag: 't7',
  previous: 't6',
  at: '2026-11-23T18:00:00.000Z',
  json: JSON.stringify(body),
});

describe('an entry', () => {
  it('of a first publication gives the headline its own number', () => {
    const { json: _, ...place } = stored({ change: 'published', headline });
    expect(reviveEntry(stored({ change: 'published', headline }))).toEqual({
      ...place,
      body: { change: 'published', headline: { ...headline, sequence: 7 } },
    });
  });

  it('of a later change leaves the headline the number of its first publication', () => {
    const body = {
      change: 'corrected',
      headline: { ...headline, sequence: 3 },
      was: { language: 'en', urgency: 5 },
    } as const;
    expect(reviveEntry(stored(body)).body).toEqual(body);
  });

  it('of a kill has no headline', () => {
    const body = { change: 'retracted', id: 'a', version: 2, notice: 'Withdrawn' } as const;
    expect(reviveEntry(stored(body)).body).toEqual(body);
  });
});

describe('a record', () => {
  it('is given the number that stands beside it', () => {
    const record = { revision: 1, status: 'live', headline, history: [] } as const;
    expect(reviveRecord({ sequence: 7, json: JSON.stringify(record) })).toEqual({
      ...record,
      headline: { ...headline, sequence: 7 },
    });
  });
});
