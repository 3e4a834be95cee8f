import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTags } from '../../../src/cli/page-check/html-tags.ts';

const read = (html: string) =>
  readTags(html).map(({ name, attributes }) => [name, Object.fromEntries(attributes)]);

describe('the tags of a page', () => {
  it('are found with their attributes, however they are written', () => {
    expect(
      read(`<!doctype html><BODY class=a data-x = "1 > 0" hidden id='i&amp;&quot;&#65;&#x42;' ID=second><br/><p
        title="two
lines">`),
    ).toEqual([
      ['body', { class: 'a', 'data-x': '1 > 0', hidden: '', id: 'i&"AB' }],
      ['br', {}],
      ['p', { title: 'two\nlines' }],
    ]);
  });

  it('are none in comments, scripts and other text', () => {
    const html =
      '<!-- <news-ticker> --><script>"<news-ticker>"</script><style>a<b{}</style><template><news-ticker></template><title><i></title><p>';
    expect(read(html).map(([name]) => name)).toEqual(['script', 'style', 'template', 'title', 'p']);
    expect(readTags('<script type="application/json">{"a":"<b>"}</script>')[0]?.text).toBe('{"a":"<b>"}');
  });

  it('are found in any text without end or error', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '=',
      '/',
      '!--',
      '-->',
      'script',
      'a',
      ' ',
      '&#',
      '&#x110000;',
      ';',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const { name } of readTags(pieces.join(''))) expect(name).not.toBe('');
      }),
    );
  });

  it('are found in time that grows with the page alone', () => {
    const hostile = [
      '<a '.repeat(100_000),
      '<script>'.repeat(50_000),
      `<a ${'b '.repeat(200_000)}`,
      '<!--'.repeat(100_000),
    ];
    for (const html of hostile) expect(readTags(html).length).toBeLessThanOrEqual(20_000);
  });
});
