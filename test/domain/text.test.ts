import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { languageTag, plainText, webAddress } from '../../src/domain/text.ts';
import { check } from '../../src/domain/validation.ts';

const read = (schema: z.ZodType<unknown>, value: unknown): unknown => {
  const result = check(schema, value, 'text');
  return result.ok ? result.value : `refused: ${result.refusal.message}`;
};
const title = plainText(300);

describe('plain text', () => {
  it('is normalised to NFC and trimmed', () => {
    expect(read(title, '  Cafe\u0301 \u00A0')).toBe('Café');
    expect(read(title, 'Ilham Əliyev: “Ağdam”')).toBe('Ilham Əliyev: “Ağdam”');
  });

  it('is markup to no one: it stays as it was written', () => {
    expect(read(title, '<b>5 < 6 & "x"</b>')).toBe('<b>5 < 6 & "x"</b>');
  });

  it('counts code points after normalisation, not UTF-16 units', () => {
    expect(read(title, '📰'.repeat(300))).toBe('📰'.repeat(300));
    expect(read(title, '📰'.repeat(301))).toBe('refused: text: must have at most 300 characters');
    expect(read(title, 'e\u0301'.repeat(300))).toBe('é'.repeat(300));
  });

  it('must show something', () => {
    for (const text of ['', '   ', '\u00A0\u2003', '\u200B', '\u200D\uFEFF', '\u200E']) {
      expect(read(title, text)).toBe('refused: text: must not be empty');
    }
    expect(read(title, '5')).toBe('5');
  });

  it('has no control characters and no line breaks', () => {
    for (const text of [
      'a\nb',
      'a\rb',
      'a\tb',
      'a\0b',
      'a\u001Bb',
      'a\u007Fb',
      'a\u0085b',
      'a\u2028b',
      'a\u2029b',
    ]) {
      expect(read(title, text)).toBe('refused: text: must not have control characters or line breaks');
    }
  });

  it('has nothing that turns its direction around, and may be of any direction itself', () => {
    for (const character of '\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069') {
      expect(read(title, `a${character}b`)).toBe(
        'refused: text: must not have characters that override text direction',
      );
    }
    expect(read(title, 'عاجل: خبر')).toBe('عاجل: خبر');
    expect(read(title, 'שלום \u200Fעולם')).toBe('שלום \u200Fעולם');
  });

  it('has no half of a surrogate pair', () => {
    for (const text of ['a\uD800', '\uDC00a', '\uDCF0\uD83D']) {
      expect(read(title, text)).toContain('must be well-formed Unicode');
    }
  });

  it('is taken again unchanged once it was taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 320 }), (text) => {
        const once = title.safeParse(text);
        if (!once.success) return;
        expect(title.parse(once.data)).toBe(once.data);
        expect(once.data.isWellFormed() && [...once.data].length <= 300).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a web address', () => {
  it('is http or https, as it was written', () => {
    for (const url of ['https://example.org/a?b=c#d', 'http://localhost:8080/x', 'HTTPS://example.org/ə']) {
      expect(read(webAddress, url)).toBe(url);
    }
  });

  it('is nothing that runs, hides, or leads elsewhere than it seems', () => {
    for (const url of [
      'javascript:alert(1)',
      'JavaScript://example.org/%0aalert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'blob:https://example.org/x',
      'file:///etc/passwd',
      'ftp://example.org/',
      '//example.org/',
      '/path',
      'example.org',
      'https://',
      'https:///example.org',
      'https:\\\\example.org',
      'https://user:secret@example.org/',
      'https://paypal.example@evil.example/',
      'https://exa mple.org/',
      'https://example.org/\n',
      'https://example.org/\uD800',
    ]) {
      expect([url, read(webAddress, url)]).toEqual([url, 'refused: text: must be an http or https URL']);
    }
  });

  it('is bounded', () => {
    const url = `https://example.org/${'x'.repeat(2048)}`;
    expect(read(webAddress, url)).toBe('refused: text: must have at most 2048 characters');
  });
});

describe('a language tag', () => {
  it('is given back in its canonical form', () => {
    expect(['en', 'EN-gb', 'az-latn-AZ', 'zh-hant', 'iw'].map((tag) => read(languageTag, tag))).toEqual([
      'en',
      'en-GB',
      'az-Latn-AZ',
      'zh-Hant',
      'he',
    ]);
  });

  it('is refused where it is none', () => {
    for (const tag of ['', 'e', 'english language', 'en_GB', '<b>', 'x'.repeat(36)]) {
      expect(read(languageTag, tag)).toMatch(/^refused: text: must/);
    }
  });
});
