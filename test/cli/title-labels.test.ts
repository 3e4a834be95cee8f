import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitLabels } from '../../src/cli/import/title-labels.ts';

describe('the labels of a title', () => {
  it.each([
    ['Talks go on - LIVE', 'Talks go on', ['live']],
    ['Talks go on -PHOTOS/VIDEO', 'Talks go on', ['photo', 'video']],
    ['Talks go on- PHOTO', 'Talks go on', ['photo']],
    ['Talks go on – VIDEO', 'Talks go on', ['video']],
    ['Talks go on — VIDEO, PHOTOS', 'Talks go on', ['video', 'photo']],
    ['Talks go on - LIVE - VIDEO', 'Talks go on', ['live', 'video']],
    ['Danışıqlar davam edir - FOTO/VİDEO', 'Danışıqlar davam edir', ['photo', 'video']],
    ['Переговоры - ПРЯМОЙ ЭФИР', 'Переговоры', ['live']],
    ['Well-known singer - PHOTO', 'Well-known singer', ['photo']],
  ])('of %s', (text, title, labels) => {
    expect(splitLabels(text)).toEqual({ title, labels });
  });

  it.each([
    'Where the wild things live',
    'The match - live',
    'Back to NON-LIVE',
    'Talks - LIVE or not',
    'Talks - LIVE/',
    'Talks - constructor',
    '- LIVE',
    'LIVE',
    '',
  ])('are none in "%s"', (text) => {
    expect(splitLabels(text)).toEqual({ title: text, labels: [] });
  });

  it('leave the rest of the title as it was', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && !/[-–—]/.test(text));
    fc.assert(
      fc.property(
        word,
        fc.constantFrom(' - ', ' -', '- ', ' – '),
        fc.constantFrom('LIVE', 'PHOTO', 'VIDEO'),
        (title, dash, label) => {
          expect(splitLabels(`${title}${dash}${label}`)).toEqual({ title, labels: [label.toLowerCase()] });
        },
      ),
    );
  });
});
