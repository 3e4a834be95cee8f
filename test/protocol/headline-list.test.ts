import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Headline } from '../../src/protocol/headline.ts';
import {
  compareHeadlines,
  listOf,
  withHeadline,
  withoutExpired,
  withoutHeadline,
} from '../../src/protocol/headline-list.ts';
import { inventHeadline, inventHeadlines } from '../client-sdk/invented-headlines.ts';

/** Headlines with ids of their own; several share a minute, as they do in newsrooms. */
const stories = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 }).map((sequences) =>
  sequences.map((sequence) =>
    inventHeadline(sequence, {
      publishedAt: new Date(Date.UTC(2024, 3, 24, 8, sequence % 7)).toISOString(),
    }),
  ),
);

const add = (limit: number, headlines: readonly Headline[]) =>
  headlines.reduce(withHeadline, listOf([], limit)).headlines;

describe('the list of headlines', () => {
  it('comes out the same in whatever order its headlines come in', () => {
    fc.assert(
      fc.property(
        stories.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([some, shuffled]) => {
          expect(add(100, shuffled)).toEqual([...some].sort(compareHeadlines));
        },
      ),
    );
  });

  it('keeps to its limit, and has the newest', () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: 1, max: 10 }), (all, limit) => {
        const newest = [...all].sort(compareHeadlines).slice(0, limit);
        expect(add(limit, all)).toEqual(newest);
      }),
    );
  });

  it('is the very same list after a duplicate, or an older version', () => {
    fc.assert(
      fc.property(stories, fc.nat(), (all, at) => {
        const list = all.reduce(withHeadline, listOf([], 100));
        const again = all[at % all.length] as Headline;
        expect(withHeadline(list, { ...again })).toBe(list);
        expect(withHeadline(list, { ...again, version: 0, title: 'Older words' })).toBe(list);
      }),
    );
  });

  it('puts a new version in the place of the old one', () => {
    const list = listOf(inventHeadlines(3), 3);
    const corrected = inventHeadline(2, { version: 2, title: 'Pier two stays closed' });
    expect(withHeadline(list, corrected).headlines.map(({ title }) => title)).toEqual([
      inventHeadline(3).title,
      'Pier two stays closed',
      inventHeadline(1).title,
    ]);
  });

  it('keeps two stories of one title and one minute, the later one first', () => {
    const { publishedAt } = inventHeadline(1);
    const twins = [1, 2].map((sequence) => inventHeadline(sequence, { title: 'Pier opens', publishedAt }));
    expect(add(5, twins).map(({ id }) => id)).toEqual(['story-2', 'story-1']);
  });

  it('does not guess what stands below its end, where there is more than it was given', () => {
    const full = listOf([inventHeadline(5), inventHeadline(4)], 2);
    const shorter = withoutHeadline(full, 'story-4');
    expect(withHeadline(shorter, inventHeadline(1))).toBe(shorter);
    expect(withHeadline(listOf([inventHeadline(5)], 2), inventHeadline(1)).headlines).toHaveLength(2);
  });

  it('shows what is new though all it had was killed', () => {
    const full = listOf([inventHeadline(5), inventHeadline(4)], 2);
    const empty = ['story-4', 'story-5'].reduce(withoutHeadline, full);
    expect(withHeadline(empty, inventHeadline(3))).toBe(empty);
    expect(withHeadline(empty, inventHeadline(6)).headlines.map(({ id }) => id)).toEqual(['story-6']);
  });

  it('has, of all that stands above its floor, the newest, whatever came and went', () => {
    fc.assert(
      fc.property(
        stories,
        fc.integer({ min: 1, max: 6 }),
        fc.nat({ max: 30 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        (all, limit, known, kills) => {
          const before = [...all.slice(0, known)].sort(compareHeadlines);
          let list = listOf(before, limit);
          const standing = new Map(before.map((headline) => [headline.id, headline]));
          for (const [at, headline] of all.slice(known).entries()) {
            const victim = kills[at] ? list.headlines[0] : undefined;
            if (victim) {
              standing.delete(victim.id);
              list = withoutHeadline(list, victim.id);
            }
            standing.set(headline.id, headline);
            list = withHeadline(list, headline);
          }
          const { floor } = list;
          const sure = [...standing.values()].filter((each) => !floor || compareHeadlines(each, floor) < 0);
          const newest = sure.sort(compareHeadlines).slice(0, limit);
          expect(list.headlines.slice(0, newest.length)).toEqual(newest);
        },
      ),
    );
  });

  it('loses what expired, and is the very same list where nothing did', () => {
    const expiresAt = '2024-04-24T10:00:00.000Z';
    const list = listOf([inventHeadline(2, { expiresAt }), inventHeadline(1)], 5);
    expect(withoutExpired(list, '2024-04-24T09:59:59.999Z')).toBe(list);
    expect(withoutExpired(list, expiresAt).headlines.map(({ id }) => id)).toEqual(['story-1']);
  });
});
