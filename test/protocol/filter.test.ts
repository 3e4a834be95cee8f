import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendFilter, type Facets, type Filter, filterKey, passes } from '../../src/protocol/filter.ts';

const facets = (more: Partial<Facets> = {}): Facets => ({ language: 'en-GB', urgency: 5, ...more });

const filters: fc.Arbitrary<Filter> = fc.record(
  {
    section: fc.array(fc.constantFrom('harbour', 'sport', 'weather'), { minLength: 1 }),
    language: fc.array(fc.constantFrom('en', 'az', 'ru'), { minLength: 1 }),
    tag: fc.array(fc.constantFrom('ferry', 'storm'), { minLength: 1 }),
    maxUrgency: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: [] },
);

describe('a filter', () => {
  it('lets everything pass when it asks for nothing', () => {
    expect(passes({}, facets())).toBe(true);
  });

  it('is met by any value of a field, and only when every field is met', () => {
    const filter: Filter = { section: ['harbour', 'weather'], tag: ['storm'], maxUrgency: 3 };
    const met = facets({ section: 'weather', tags: ['ferry', 'storm'], urgency: 3 });
    expect(passes(filter, met)).toBe(true);
    expect(passes(filter, { ...met, urgency: 4 })).toBe(false);
    expect(passes(filter, { ...met, section: 'sport' })).toBe(false);
    expect(passes(filter, { ...met, tags: ['ferry'] })).toBe(false);
  });

  it('is not met by a headline that lacks the field', () => {
    expect(passes({ section: ['harbour'] }, facets())).toBe(false);
    expect(passes({ tag: ['storm'] }, facets())).toBe(false);
  });

  it('takes a language for its regions too, in any case, but not for languages that begin alike', () => {
    expect(passes({ language: ['EN'] }, facets({ language: 'en-GB' }))).toBe(true);
    expect(passes({ language: ['en-GB'] }, facets({ language: 'en' }))).toBe(false);
    expect(passes({ language: ['e'] }, facets({ language: 'en' }))).toBe(false);
  });

  it('has one key whatever the order and number of its values', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const turned = Object.fromEntries(
          Object.entries(filter)
            .reverse()
            .map(([field, value]) => [field, Array.isArray(value) ? [...value, ...value].reverse() : value]),
        ) as Filter;
        expect(filterKey(turned)).toBe(filterKey(filter));
      }),
    );
  });

  it('has another key for another meaning', () => {
    const keys = [
      {},
      { section: ['a'] },
      { tag: ['a'] },
      { section: ['a,b'] },
      { section: ['a', 'b'] },
      { maxUrgency: 1 },
    ];
    expect(new Set(keys.map(filterKey)).size).toBe(keys.length);
  });

  it('stands in a query with each value on its own', () => {
    const query = new URLSearchParams();
    appendFilter(query, { section: ['harbour', 'a&b'], language: ['en'], maxUrgency: 2 });
    expect(query.toString()).toBe('section=harbour&section=a%26b&language=en&maxUrgency=2');
  });
});
