/** What the URL of a Redis says, and what is said of a wrong one. */
import { describe, expect, it } from '@jest/globals';
import { describeAddress, readRedisAddress } from '../../src/engines/redis/redis-address.ts';
import { accepted } from '../contracts/newsroom.ts';

const read = (url: string) => accepted(readRedisAddress(url));
const messageOf = (url: string) => {
  const result = readRedisAddress(url);
  if (result.ok) throw new Error(`${url} was expected to be refused`);
  return result.refusal.message;
};

describe('the address of Redis', () => {
  it('is one host, with database, user and password', () => {
    expect(read('redis://redis.internal')).toEqual({
      kind: 'single',
      isTls: false,
      login: {},
      place: { host: 'redis.internal', port: 6379 },
      database: 0,
    });
    expect(read('rediss://news:p%40ss%2Fword:1@[::1]:7000/3')).toEqual({
      kind: 'single',
      isTls: true,
      login: { username: 'news', password: 'p@ss/word:1' },
      place: { host: '::1', port: 7000 },
      database: 3,
    });
    expect(read('redis://:secret@h/')).toMatchObject({ login: { password: 'secret' }, database: 0 });
  });

  it('is sentinels, and what they call the primary', () => {
    expect(read('redis+sentinel://:pass@a,b:26380,[fd00::1]:1/news%20room')).toEqual({
      kind: 'sentinel',
      isTls: false,
      login: { password: 'pass' },
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
        { host: 'fd00::1', port: 1 },
      ],
      sentinelLogin: {},
      name: 'news room',
    });
    const withLogin = 'rediss+sentinel://u:p@a/main?sentinelUsername=watch&sentinelPassword=s%26s';
    expect(read(withLogin)).toMatchObject({
      isTls: true,
      login: { username: 'u', password: 'p' },
      sentinelLogin: { username: 'watch', password: 's&s' },
    });
  });

  it('is some nodes of a cluster', () => {
    expect(read('redis+cluster://u:p@a:7000,b:7001,c')).toEqual({
      kind: 'cluster',
      isTls: false,
      login: { username: 'u', password: 'p' },
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
        { host: 'c', port: 6379 },
      ],
    });
    expect(read('rediss+cluster://a')).toMatchObject({ isTls: true });
  });

  it('is said in messages by its hosts alone', () => {
    const said = [
      'rediss://user:hush@[::1]:7000/3',
      'redis+sentinel://user:hush@a,b:1/main?sentinelPassword=hush',
      'redis+cluster://user:hush@a,b',
    ].map((url) => describeAddress(read(url)));
    expect(said).toEqual(['[::1]:7000', 'a:26379,b:1/main', 'a:6379,b:6379']);
  });

  it.each([
    ['http://:hush@a', /begin with redis/],
    ['redis+sentinels://:hush@a/main', /begin with redis/],
    ['redis://:hush@', /HOST:PORT/],
    ['redis://:hush', /HOST:PORT/],
    ['redis://:hush/2@a', /percent-encoded/],
    ['redis://:hush@a:0', /ports/],
    ['redis://:hush@a:65536', /ports/],
    ['redis://:hush%@a', /percent-encoded/],
    ['redis://hush@a', /password after the user/],
    ['redis://:hush@a,b', /one host/],
    ['redis://:hush@a/main', /number as its database/],
    ['redis://a?password=hush', /no parameters/],
    ['redis://:a#hush@a', /%23/],
    ['redis+sentinel://:hush@a,b', /\/NAME/],
    ['redis+sentinel://:hush@a/main?password=hush', /sentinelUsername/],
    ['redis+sentinel://:hush@a/main?sentinelUsername=hush', /sentinelPassword/],
    ['redis+sentinel://:hush@a,,b/main', /HOST:PORT/],
    ['redis+cluster://:hush@a/1', /no database/],
    ['redis+cluster://:hush@a/0', /no database, .*a cluster has none/],
    ['rediss+cluster://:hush@a,b:7001/0', /no database/],
  ])('that is wrong as %s is refused with what is wrong, and nothing of it quoted', (url, words) => {
    const message = messageOf(url);
    expect(message).toMatch(words);
    expect(message).not.toContain('hush');
  });

  it('names a hundred hosts at most', () => {
    const url = (hosts: number) => `redis+cluster://${Array(hosts).fill('a').join()}`;
    expect(read(url(100))).toMatchObject({ kind: 'cluster' });
    expect(messageOf(url(101))).toMatch(/100 hosts/);
  });
});
