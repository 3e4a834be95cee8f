import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseClientFrame, parseSubscriptionQuery } from '../../src/gateway/subscription.ts';

const query = (text: string) => parseSubscriptionQuery(text);
const fieldsOf = (text: string) => {
  const result = query(text);
  return result.ok
    ? []
    : (result.refusal.errors ?? [{ field: result.refusal.code }]).map(({ field }) => field);
};

describe('subscription', () => {
  it('reads filters, of which a field may have several values', () => {
    expect(query('section=politics&section=sport&language=EN-gb&maxUrgency=3&last=5')).toEqual({
      ok: true,
      value: { filter: { section: ['politics', 'sport'], language: ['en-GB'], maxUrgency: 3 }, last: 5 },
    });
  });

  it.each([
    ['last=101', 'last'],
    ['last=-1', 'last'],
    ['last=1.5', 'last'],
    ['last=', 'last'],
    ['maxUrgency=0', 'maxUrgency'],
    ['maxUrgency=ten', 'maxUrgency'],
    ['language=en_GB!', 'language.0'],
    ['section=', 'section.0'],
    ['sektion=sport', 'sektion'],
    ['since=nonsense', 'bad-cursor'],
    [Array.from({ length: 11 }, (_, n) => `tag=t${n}`).join('&'), 'tag'],
  ])('refuses %s and names the field', (text, field) => {
    expect(fieldsOf(text)).toEqual([field]);
  });

  it('takes subscribe and unsubscribe frames', () => {
    expect(
      parseClientFrame('{"type":"subscribe","channel":"en","filter":{"section":["sport"]},"since":"e.4.t"}'),
    ).toEqual({
      ok: true,
      value: {
        type: 'subscribe',
        channel: 'en',
        subscription: { filter: { section: ['sport'] }, since: { epoch: 'e', sequence: 4, tag: 't' } },
      },
    });
    expect(parseClientFrame('{"type":"unsubscribe","channel":"en"}')).toEqual({
      ok: true,
      value: { type: 'unsubscribe', channel: 'en' },
    });
  });

  it.each([
    ['', 'unknown-frame'],
    ['[]', 'unknown-frame'],
    ['null', 'unknown-frame'],
    ['{"type":"publish"}', 'unknown-frame'],
    ['{"type":"__proto__"}', 'unknown-frame'],
    ['{"type":"subscribe"}', 'invalid-field'],
    ['{"type":"subscribe","channel":"_canary"}', 'invalid-field'],
    ['{"type":"subscribe","channel":"en","extra":1}', 'invalid-field'],
    ['{"type":"subscribe","channel":"en","filter":{"maxUrgency":99}}', 'invalid-field'],
    ['{"type":"subscribe","channel":"en","since":"x"}', 'bad-cursor'],
  ])('refuses the frame %s', (text, code) => {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, refusal: { code } });
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseClientFrame(text);
        query(text);
      }),
    );
  });
});
