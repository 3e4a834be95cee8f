/** What strangers and broken systems send to the newsroom's side: refused, counted, and no reader's trouble. */
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { requestText } from '../support/raw-socket.ts';
import { ended, refused } from '../support/service-metrics.ts';
import { ATTACKER, from, laySiege, type Siege } from '../support/siege.ts';

const HEADLINES = '/v1/channels/main/headlines';
const KEY = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };

describe('a newsroom with hostile senders', () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.stop());

  it.each<[string, Buffer | string, Record<string, string>, number, string]>([
    [
      'a body that would grow large',
      gzipSync(Buffer.alloc(50 << 20)),
      { 'content-encoding': 'gzip' },
      415,
      'not-json',
    ],
    [
      'one of another kind',
      gzipSync(Buffer.alloc(50 << 20)),
      { 'content-encoding': 'br, gzip' },
      415,
      'not-json',
    ],
    ['one over the limit', ' '.repeat(70_000), {}, 413, 'body-too-large'],
    [
      'fifty thousand arrays in each other',
      '['.repeat(50_000) + ']'.repeat(10_000),
      {},
      400,
      'malformed-json',
    ],
    ['thirty thousand arrays that end', '['.repeat(30_000) + ']'.repeat(30_000), {}, 422, 'invalid-field'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'malformed-json'],
    ['a name that JavaScript takes for its own', '{"__proto__":{"title":"x"}}', {}, 422, 'invalid-field'],
  ])('refuses %s, and counts it', async (_name, body, fields, status, code) => {
    const counted = await siege.growth(refused(code), () =>
      siege.under(async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, async () => {
            const response = await fetch(`${siege.url}${HEADLINES}`, {
              method: 'POST',
              headers: { ...KEY, ...from(ATTACKER), ...fields },
              body: Buffer.from(body),
            });
            return [response.status, ((await response.json()) as { type: string }).type];
          }),
        );
        expect(new Set(answers.flat())).toEqual(new Set([status, `urn:newsline:problem:${code}`]));
      }),
    );
    expect(counted).toBe(20);
  });

  it('ends who has no key and sends without end, and no longer looks keys up for its address', async () => {
    const counted = await siege.growth(ended('slow-request'), () =>
      siege.under(async () => {
        const senders = await Promise.all(Array.from({ length: 40 }, () => siege.raw()));
        await Promise.all(
          senders.map(async (sender) => {
            const fields = { ...from(ATTACKER), 'transfer-encoding': 'chunked' };
            await sender.send(requestText(HEADLINES, fields, 'POST'));
            while (await sender.send(`1000\r\n${'x'.repeat(4_096)}\r\n`)) await setTimeout();
          }),
        );
        const statuses = senders.map(({ received }) => received.slice(9, 12));
        expect(statuses.filter((status) => status === '401').length).toBe(30);
        expect(statuses.filter((status) => status === '429').length).toBe(10);
      }),
    );
    expect(counted).toBe(40);
  });
});
