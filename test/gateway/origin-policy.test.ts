import { describe, expect, it } from '@jest/globals';
import { createOriginPolicy } from '../../src/gateway/origin-policy.ts';

const policy = createOriginPolicy(['https://everywhere.example']);
const mayRead = (origin: string | undefined, channelOrigins: string[] = []) =>
  policy.mayRead({ host: 'news.example:8080', ...(origin !== undefined && { origin }) }, channelOrigins);

describe('origin policy', () => {
  it('lets programs read, which say no origin', () => {
    expect(mayRead(undefined)).toBe(true);
  });

  it.each(['http://news.example:8080', 'https://news.example:8080', 'https://NEWS.example:8080'])(
    'lets the service’s own page at %s read',
    (origin) => {
      expect(mayRead(origin)).toBe(true);
    },
  );

  it.each([
    'https://evil.example',
    'https://news.example',
    'https://news.example:8080.evil.example',
    'https://xnews.example:8080',
    'null',
    '',
  ])('denies %p unless it is allowed', (origin) => {
    expect(mayRead(origin)).toBe(false);
  });

  it('lets read who is allowed everywhere, or for the channel', () => {
    expect(mayRead('https://everywhere.example')).toBe(true);
    expect(mayRead('http://everywhere.example')).toBe(false);
    expect(mayRead('https://site.example', ['https://site.example'])).toBe(true);
    expect(mayRead('https://site.example:444', ['https://site.example'])).toBe(false);
    expect(mayRead('https://anything.example', ['*'])).toBe(true);
  });

  it('takes a star for every host below a domain, and for nothing else', () => {
    const below = ['https://*.site.example'];
    expect(mayRead('https://az.site.example', below)).toBe(true);
    expect(mayRead('https://en.az.site.example', below)).toBe(true);
    expect(mayRead('https://site.example', below)).toBe(false);
    expect(mayRead('https://.site.example', below)).toBe(false);
    expect(mayRead('https://evilsite.example', below)).toBe(false);
    expect(mayRead('http://az.site.example', below)).toBe(false);
  });
});
