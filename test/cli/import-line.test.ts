import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineCheck, type ImportLine } from '../../src/cli/import/import-line.ts';

const nowMs = Date.parse('2024-03-02T12:00:00Z');
const PUBLISHED = '2024-03-02T10:00:00Z';
const idOf = (line: ImportLine) => ('item' in line ? line.item.id : line.problem.message);

describe('a line to import', () => {
  it('without an id gets one from its instant and title, the same in each run', () => {
    const [first, second] = [createLineCheck({ nowMs }), createLineCheck({ nowMs })];
    const id = idOf(first(1, { title: 'A', publishedAt: PUBLISHED }));
    expect(id).toMatch(/^i[0-9a-f]{32}$/);
    expect(idOf(second(9, { title: 'A', publishedAt: '2024-03-02T14:00:00+04:00' }))).toBe(id);
    expect(idOf(second(10, { title: 'A', publishedAt: '2024-03-02T10:01:00Z' }))).not.toBe(id);
  });

  it('has an id of its own where another shares its title and minute', () => {
    const check = createLineCheck({ nowMs });
    const ids = [1, 2, 3].map((line) => idOf(check(line, { title: 'A', publishedAt: PUBLISHED })));
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps its id when newer stories came on top and old ones left, whatever repeats', () => {
    const story = fc.record({
      title: fc.constantFrom('A', 'B', 'C'),
      publishedAt: fc.constantFrom('2024-03-02T10:00:00Z', '2024-03-02T10:01:00Z'),
    });
    const idsOf = (oldestFirst: readonly object[]) => {
      const check = createLineCheck({ nowMs });
      return oldestFirst.map((input, index) => idOf(check(index + 1, { ...input })));
    };
    fc.assert(
      fc.property(fc.array(story), fc.array(story), fc.nat(), (before, newer, gone) => {
        const ids = idsOf(before);
        expect(new Set(ids).size).toBe(ids.length);
        expect(idsOf([...before, ...newer]).slice(0, ids.length)).toEqual(ids);
        const rest = idsOf(before.slice(Math.min(gone, before.length)));
        expect(ids).toEqual(expect.arrayContaining(rest));
      }),
    );
  });

  it('takes the id, language and zone it names before those of the command', () => {
    const check = createLineCheck({ nowMs, language: 'az', timeZone: 'Asia/Baku' });
    const input = { id: 'cms-1', title: 'A', publishedAt: '2024-03-02 14:00' };
    expect(check(1, input)).toEqual({
      item: {
        line: 1,
        id: 'cms-1',
        body: {
          version: 1,
          language: 'az',
          timeZone: 'Asia/Baku',
          title: 'A',
          publishedAt: '2024-03-02 14:00',
        },
      },
    });
    expect(check(2, { ...input, language: 'ru' })).toMatchObject({ item: { body: { language: 'ru' } } });
  });

  it.each([
    [{ publishedAt: PUBLISHED }, 'title: is missing'],
    [{ title: 'A' }, 'publishedAt: is missing'],
    [{ title: 'A', publishedAt: '2024-03-02 14:00' }, 'publishedAt: a local time needs timeZone'],
    [{ title: 'A', publishedAt: '2024-03-02T13:00:00Z' }, 'publishedAt: lies in the future'],
    [{ title: 'A', publishedAt: PUBLISHED, colour: 'red' }, 'colour: is not a known field'],
    [{ title: 'A', publishedAt: PUBLISHED, id: 'a b' }, 'id: must be 1 to 200 printable ASCII'],
    [{ title: 'A', publishedAt: PUBLISHED, version: 0 }, 'version: must be at least 1'],
  ])('is refused whole before anything is sent: %j', (input, message) => {
    expect(createLineCheck({ nowMs })(4, input)).toEqual({
      problem: { line: 4, message: expect.stringContaining(message) },
    });
  });
});
