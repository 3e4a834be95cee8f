import { describe, expect, it } from '@jest/globals';
import { parseChannel, parseChannelPatch } from '../../src/domain/channel.ts';

const kept = { keepChanges: 10_000, keepHeadlines: 50_000 };
const defaults = { timeZone: 'Asia/Baku' };
const parse = (body: unknown): unknown => {
  const channel = parseChannel(body, defaults);
  return channel.ok ? channel.value : channel.refusal.message;
};

describe('a channel', () => {
  it('needs a name only; its zone is the one of the service', () => {
    const channel = { name: 'en', language: 'en', timeZone: 'Asia/Baku', origins: [], ...kept };
    expect(parse({ name: 'en' })).toEqual(channel);
  });

  it('has settings of its own', () => {
    const origins = ['https://site.example', 'https://*.site.example:8443', '*'];
    const keep = { keepChanges: 100, keepHeadlines: 1_000_000, keepDays: 30 };
    const channel = { name: 'sport-1', language: 'az', timeZone: 'Europe/Berlin', origins, ...keep };
    expect(parse(channel)).toEqual(channel);
  });

  it('has a name that may stand in keys, URLs and Pub/Sub channels, and none of ours', () => {
    for (const name of ['', '_canary', '-a', 'A', 'a b', 'a/b', 'a:b', 'é', 'a*', 'a\n', 'x'.repeat(64)]) {
      expect([name, parse({ name })]).toEqual([name, expect.stringMatching(/^name: must be 1 to 63 of/)]);
    }
    expect(parse({ name: `${'x'.repeat(63)}` })).toMatchObject({ language: 'en' });
  });

  it('names what is wrong by its field', () => {
    expect(parse({ name: 'en', timeZone: 'Mars/Olympus' })).toBe(
      'timeZone: must be an IANA time zone, as Asia/Baku',
    );
    expect(parse({ name: 'en', language: 'en_GB' })).toMatch(/^language: must be a BCP 47/);
    expect(parse({ name: 'en', zone: 'UTC' })).toBe('zone: is not a known field');
    expect(parse({})).toBe('name: is missing');
    expect(parse(undefined)).toBe('body: is missing');
  });

  it('takes origins as browsers say them, with one star for all hosts below', () => {
    for (const origin of [
      'null',
      'site.example',
      'https://',
      'https://site.example/',
      'https://site.example/path',
      'https://site.example:443',
      'https://user@site.example',
      'https://*',
      'https://*.',
      'https://*.*.site.example',
      'https://a*.site.example',
      'https://site.*',
      'ftp://site.example',
      'javascript:alert(1)',
    ]) {
      expect([origin, parse({ name: 'en', origins: ['*', origin] })]).toEqual([
        origin,
        expect.stringMatching(/^origins\.1: must be an origin/),
      ]);
    }
    expect(parse({ name: 'en', origins: ['HTTPS://Site.Example'] })).toMatchObject({
      origins: ['https://site.example'],
    });
  });
});

describe('a patch of a channel', () => {
  it('is what it names, and never the name', () => {
    expect(parseChannelPatch({ language: 'AZ' })).toEqual({ ok: true, value: { language: 'az' } });
    expect(parseChannelPatch({})).toEqual({ ok: true, value: {} });
    expect(parseChannelPatch({ keepDays: null })).toEqual({ ok: true, value: { keepDays: null } });
    expect(parseChannelPatch({ name: 'other' })).toMatchObject({
      ok: false,
      refusal: { errors: [{ field: 'name', message: 'is not a known field' }] },
    });
  });
});
