import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type InputContext,
  parseDelete,
  parsePatch,
  parsePost,
  parsePut,
  SKEW_MS,
} from '../../src/domain/headline-input.ts';
import type { Result } from '../../src/protocol/refusal.ts';

const SIX_PM = Date.UTC(2026, 10, 23, 18);
const context: InputContext = { nowMs: SIX_PM, language: 'az' };

const show = (result: Result<unknown>): unknown => (result.ok ? result.value : result.refusal.message);
const post = (body: unknown): unknown => show(parsePost(body, context));
const put = (body: unknown): unknown => show(parsePut(body, context));
const patch = (body: unknown): unknown => show(parsePatch(body));
/** RFC 3339 of an instant that far from now. */
const at = (ms: number): string => new Date(SIX_PM + ms).toISOString();

describe('a post', () => {
  it('needs a title only: language is the channel’s, urgency 5, and no time is given', () => {
    expect(post({ title: ' Title ' })).toEqual({
      content: { title: 'Title', language: 'az', urgency: 5 },
    });
  });

  it('keeps everything it may say', () => {
    const content = {
      title: 'Title',
      language: 'en-GB',
      urgency: 2,
      url: 'https://example.org/story',
      section: 'politics',
      tags: ['COP29', 'Bakı'],
      labels: ['live', 'video'],
      image: { url: 'https://example.org/a.jpg', width: 640, height: 480, alt: 'A square' },
      source: 'APA',
      byline: 'A. Writer',
      summary: 'More words',
      replaces: 'older:1',
      notice: 'Corrects the date',
    };
    const { language, ...rest } = content;
    const body = { ...rest, language: 'EN-gb', id: 'cms/1', expiresAt: at(60_000) };
    expect(language).toBe('en-GB');
    expect(post(body)).toEqual({
      id: 'cms/1',
      content: { ...content, expiresAt: at(60_000) },
    });
  });

  it('may be of the past, and of the next five minutes, whose clock runs ahead', () => {
    expect(post({ title: 'T', publishedAt: '1999-12-31T23:59:59Z' })).toMatchObject({
      publishedAtMs: Date.UTC(1999, 11, 31, 23, 59, 59),
    });
    expect(post({ title: 'T', publishedAt: at(SKEW_MS) })).toMatchObject({ publishedAtMs: SIX_PM + SKEW_MS });
    expect(post({ title: 'T', publishedAt: at(SKEW_MS + 1) })).toBe(
      'publishedAt: lies in the future: schedule with publishAt instead',
    );
  });

  it('is scheduled by publishAt, in local time with its zone too', () => {
    expect(post({ title: 'T', publishAt: '2026-11-24 08:00', timeZone: 'Asia/Baku' })).toMatchObject({
      publishedAtMs: Date.UTC(2026, 10, 24, 4),
      releaseAtMs: Date.UTC(2026, 10, 24, 4),
    });
    expect(post({ title: 'T', publishAt: at(1) })).toMatchObject({ releaseAtMs: SIX_PM + 1 });
  });

  it('is not scheduled where its time has come, or is long past, or a year away', () => {
    for (const ms of [0, -SKEW_MS]) {
      const draft = post({ title: 'T', publishAt: at(ms) });
      expect(draft).toMatchObject({ publishedAtMs: SIX_PM + ms });
      expect(draft).not.toHaveProperty('releaseAtMs');
    }
    expect(post({ title: 'T', publishAt: at(-SKEW_MS - 1) })).toBe(
      'publishAt: lies in the past: leave it out to publish now',
    );
    expect(post({ title: 'T', publishAt: at(367 * 24 * 3_600_000) })).toBe(
      'publishAt: lies more than 366 days ahead',
    );
    expect(post({ title: 'T', publishAt: at(1), publishedAt: at(0) })).toBe(
      'publishAt: cannot stand beside publishedAt',
    );
  });

  it('expires after its publication only', () => {
    const message = 'expiresAt: must be later than the publication';
    expect(post({ title: 'T', expiresAt: at(0) })).toBe(message);
    expect(post({ title: 'T', publishAt: at(60_000), expiresAt: at(60_000) })).toBe(message);
  });

  it('names the field of a time, and what is wrong with it', () => {
    const berlin = { title: 'T', timeZone: 'Europe/Berlin' };
    expect(post({ ...berlin, publishAt: '2027-03-28 02:30' })).toMatch(
      /^publishAt: 2027-03-28 02:30 does not exist in Europe\/Berlin/,
    );
    expect(post({ ...berlin, publishedAt: '2025-10-26 02:30' })).toMatch(
      /^publishedAt: 2025-10-26 02:30 exists twice in Europe\/Berlin/,
    );
    expect(post({ title: 'T', expiresAt: 'tomorrow' })).toMatch(/^expiresAt: must be RFC 3339/);
    expect(post({ title: 'T', publishedAt: '2026-11-23 18:00' })).toMatch(/^publishedAt: a local time needs/);
    expect(post({ title: 'T', publishedAt: '2026-11-23 18:00', timeZone: 'Nowhere' })).toBe(
      'timeZone: must be an IANA time zone, as Asia/Baku',
    );
  });
});

describe('a refusal', () => {
  it('names each field with the rule it breaks', () => {
    const image = { url: 'https://example.org/a.jpg', width: 640, height: 480 };
    for (const [body, message] of [
      [{}, 'title: is missing'],
      [undefined, 'body: is missing'],
      [null, 'body: must be an object'],
      [[], 'body: must be an object'],
      ['Title', 'body: must be an object'],
      [{ title: 5 }, 'title: must be a string'],
      [{ title: 'a\nb' }, 'title: must not have control characters or line breaks'],
      [{ title: 'x'.repeat(301) }, 'title: must have at most 300 characters'],
      [{ title: 'T', urgency: 0 }, 'urgency: must be at least 1'],
      [{ title: 'T', urgency: 10 }, 'urgency: must be at most 9'],
      [{ title: 'T', urgency: 1.5 }, 'urgency: must be a whole number'],
      [{ title: 'T', urgency: '1' }, 'urgency: must be a number'],
      [{ title: 'T', url: 'javascript:alert(1)' }, 'url: must be an http or https URL'],
      [{ title: 'T', url: 'data:text/html,x' }, 'url: must be an http or https URL'],
      [{ title: 'T', labels: ['live', 'audio'] }, 'labels.1: must be "live" or "photo" or "video"'],
      [
        { title: 'T', tags: ['a', 'b\u202Ec'] },
        'tags.1: must not have characters that override text direction',
      ],
      [{ title: 'T', tags: Array(21).fill('a') }, 'tags: must have at most 20 entries'],
      [{ title: 'T', image: { ...image, foo: 1 } }, 'image.foo: is not a known field'],
      [{ title: 'T', image: { ...image, width: 0 } }, 'image.width: must be at least 1'],
      [
        { title: 'T', image: { ...image, alt: 'a\u0007' } },
        'image.alt: must not have control characters or line breaks',
      ],
      [{ title: 'T', image: { ...image, url: 'data:,x' } }, 'image.url: must be an http or https URL'],
      [{ title: 'T', image: 'https://example.org/a.jpg' }, 'image: must be an object'],
      [
        { title: 'T', embargo: 'x', staff: 'y' },
        'embargo: is not a known field; staff: is not a known field',
      ],
      [JSON.parse('{"title":"T","__proto__":{}}'), '__proto__: is not a known field'],
      [{ title: 'T', id: 'a b' }, 'id: must be 1 to 200 printable ASCII characters without spaces'],
      [{ title: 'T', id: '..' }, 'id: must be 1 to 200 printable ASCII characters without spaces'],
      [{ title: 'T', replaces: '' }, 'replaces: must be 1 to 200 printable ASCII characters without spaces'],
    ] as const) {
      expect([body, post(body)]).toEqual([body, message]);
    }
  });

  it('lists every field of one request once, up to a limit', () => {
    const result = parsePost({ urgency: 0, url: 'x', section: '', labels: 'live' }, context);
    expect(result).toMatchObject({ ok: false, refusal: { code: 'invalid-field' } });
    const fields = result.ok ? [] : (result.refusal.errors ?? []).map(({ field }) => field);
    expect(fields.sort()).toEqual(['labels', 'section', 'title', 'urgency', 'url']);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, n]));
    const flooded = parsePost({ title: 'T', ...many }, context);
    expect(flooded.ok ? [] : flooded.refusal.errors).toHaveLength(20);
    expect(flooded.ok ? '' : flooded.refusal.message.length).toBeLessThan(200);
  });

  it('is what anything else gets: no input throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        for (const result of [
          parsePost(body, context),
          parsePut(body, context),
          parsePatch(body),
          parseDelete(body),
        ]) {
          expect(typeof result.ok).toBe('boolean');
        }
      }),
    );
  });
});

describe('a put', () => {
  it('needs the version of the CMS, and updates unless it corrects', () => {
    expect(put({ title: 'T', version: 7 })).toMatchObject({ version: 7, change: 'updated' });
    expect(put({ title: 'T', version: 7, change: 'corrected' })).toMatchObject({ change: 'corrected' });
    expect(put({ title: 'T' })).toBe('version: is missing');
    expect(put({ title: 'T', version: 0 })).toBe('version: must be at least 1');
    expect(put({ title: 'T', version: 1, change: 'retracted' })).toBe(
      'change: must be "updated" or "corrected"',
    );
    expect(put({ title: 'T', version: 1, id: 'a' })).toBe('id: is not a known field');
  });

  it('takes versions that are microseconds since 1970, and leaves room for changes after the highest', () => {
    expect(put({ title: 'T', version: Date.now() * 1_000 })).toMatchObject({ change: 'updated' });
    expect(put({ title: 'T', version: Number.MAX_SAFE_INTEGER })).toMatch(/^version: must be at most/);
  });
});

describe('a patch', () => {
  it('is the fields it names; null takes one away', () => {
    const body = {
      change: 'corrected',
      title: ' New ',
      url: null,
      expiresAt: null,
      labels: ['live', 'live'],
    };
    expect(patch(body)).toEqual({
      change: 'corrected',
      fields: { title: 'New', url: undefined, expiresAt: undefined, labels: ['live'] },
    });
    const parsed = parsePatch(body);
    expect(parsed.ok && Object.keys(parsed.value.fields).sort()).toEqual([
      'expiresAt',
      'labels',
      'title',
      'url',
    ]);
  });

  it('reads a local time in its zone', () => {
    const expiresAt = '2026-11-24 08:00';
    expect(patch({ change: 'updated', expiresAt, timeZone: 'Asia/Baku' })).toEqual({
      change: 'updated',
      fields: { expiresAt: '2026-11-24T04:00:00.000Z' },
    });
    expect(patch({ change: 'updated', expiresAt })).toMatch(/^expiresAt: a local time needs timeZone/);
  });

  it('is refused where it changes nothing, or takes away what every headline has', () => {
    expect(patch({ change: 'updated' })).toBe('body: changes nothing');
    expect(patch({ change: 'updated', timeZone: 'Asia/Baku' })).toBe('body: changes nothing');
    expect(patch({ title: 'T' })).toBe('change: is missing');
    for (const field of ['title', 'language', 'urgency', 'notice']) {
      expect(patch({ change: 'updated', [field]: null })).toMatch(new RegExp(`^${field}: must be`));
    }
    for (const field of ['version', 'sequence', 'publishedAt', 'publishAt', 'id']) {
      expect(patch({ change: 'updated', title: 'T', [field]: 1 })).toBe(`${field}: is not a known field`);
    }
  });
});

describe('a kill', () => {
  it('may have a notice, and no body at all', () => {
    expect(show(parseDelete(undefined))).toEqual({});
    expect(show(parseDelete(null))).toEqual({});
    expect(show(parseDelete({ notice: ' Wrong ' }))).toEqual({ notice: 'Wrong' });
    expect(show(parseDelete({ reason: 'x' }))).toBe('reason: is not a known field');
  });
});
