import { describe, expect, it } from '@jest/globals';
import type { EntryBody, LogEntry } from '../../src/domain/log-entry.ts';
import { visibleChange } from '../../src/gateway/visible-change.ts';
import type { Headline } from '../../src/protocol/headline.ts';

const headline: Headline = {
  id: 'h1',
  version: 2,
  sequence: 4,
  title: 'Harbour reopens',
  language: 'en',
  publishedAt: '2026-03-01T10:00:00.000Z',
  updatedAt: '2026-03-01T10:05:00.000Z',
  urgency: 4,
  section: 'economy',
};
const entry = (body: EntryBody): LogEntry => ({
  sequence: 9,
  tag: 'b',
  previous: 'a',
  at: headline.updatedAt,
  body,
});
const seenBy = (section: string | undefined, body: EntryBody) =>
  visibleChange('en', 'e', entry(body), section === undefined ? {} : { section: [section] })?.kind;

describe('visible change', () => {
  it('shows a headline to those whose filter it passes', () => {
    const body: EntryBody = { change: 'published', headline };
    expect([seenBy(undefined, body), seenBy('economy', body), seenBy('sport', body)]).toEqual([
      'headline',
      'headline',
      undefined,
    ]);
  });

  it('takes a headline away from those whose filter it has left', () => {
    const body: EntryBody = {
      change: 'updated',
      headline,
      was: { language: 'en', urgency: 4, section: 'sport' },
    };
    expect([seenBy('sport', body), seenBy('economy', body), seenBy('culture', body)]).toEqual([
      'retraction',
      'headline',
      undefined,
    ]);
  });

  it('tells a kill to those who saw the headline, with its notice and never its text', () => {
    const body: EntryBody = {
      change: 'retracted',
      id: 'h1',
      version: 3,
      notice: 'Wrong.',
      was: { language: 'en', urgency: 4, section: 'economy' },
    };
    const change = visibleChange('en', 'e', entry(body), { section: ['economy'] });
    expect(change).toEqual({
      kind: 'retraction',
      channel: 'en',
      cursor: 'e.9.b',
      at: headline.updatedAt,
      sequence: 9,
      id: 'h1',
      version: 3,
      notice: 'Wrong.',
    });
    expect(seenBy('sport', body)).toBeUndefined();
  });

  it('tells everyone of a kill of what was never seen', () => {
    expect(seenBy('sport', { change: 'retracted', id: 'h9', version: 1 })).toBe('retraction');
  });
});
