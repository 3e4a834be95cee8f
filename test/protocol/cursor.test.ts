import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCursor, parseCursor } from '../../src/protocol/cursor.ts';

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);

describe('a cursor', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 999_999_999_999_999 }), name, (epoch, sequence, tag) => {
        const cursor = { epoch, sequence, tag };
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  it('is undefined for any other text, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cursor = parseCursor(text);
        expect(cursor === undefined || formatCursor(cursor) === text).toBe(true);
      }),
    );
  });

  it.each([
    '',
    '.',
    'e.1',
    'e.1.',
    'e.01.t',
    'e.-1.t',
    'e.1.5.t',
    ' e.1.t',
    'e.1.t\n',
    'e.1e3.t',
    `${'e'.repeat(33)}.1.t`,
  ])('is not %j', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
