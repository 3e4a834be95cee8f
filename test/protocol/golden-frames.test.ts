/**
 * The frames of docs/protocol.md: what the gateway writes and what a reader reads are exactly what is written there.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  type ControlFrame,
  cloudEvents,
  controlFrame,
  eventStream,
  flat,
  newslineV1,
} from '../../src/gateway/encoding.ts';
import { parseClientFrame } from '../../src/gateway/subscription.ts';
import type { VisibleChange } from '../../src/gateway/visible-change.ts';
import { CLOSE } from '../../src/protocol/close-code.ts';
import { decodeServerFrame } from '../../src/protocol/frames.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { closeCodeOf, PROBLEM_TYPE, REFUSAL_CODES, toProblem } from '../../src/protocol/refusal.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const golden = new Map(
  [...page.matchAll(/^```(?:json|text) golden=(\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

function textOf(name: string): string {
  const text = golden.get(name);
  if (text === undefined) throw new Error(`docs/protocol.md has no golden frame ${name}`);
  return text;
}
const jsonOf = (name: string): unknown => JSON.parse(textOf(name));
/** On the wire there are no line breaks: fields in the page's order, nothing between them. */
const compact = (name: string): string => JSON.stringify(jsonOf(name));

/** Text of a frame that fits into one WebSocket frame of less than 64 KiB. [RFC 6455 5.2] */
function unframe(bytes: Buffer | undefined): string {
  if (!bytes) throw new Error('no frame was written');
  const short = (bytes[1] ?? 0) < 126;
  const text = bytes.subarray(short ? 2 : 4);
  expect(bytes[0]).toBe(0x81);
  expect(short ? bytes[1] : bytes.readUInt16BE(2)).toBe(text.length);
  return text.toString();
}

const headline = jsonOf('example') as Headline;
const corrected: VisibleChange = {
  kind: 'headline',
  change: 'corrected',
  channel: 'main',
  cursor: 'k3J9x0QzPw1a.42.Zm9vYmFy',
  at: headline.updatedAt,
  sequence: 42,
  headline,
};
const retracted: VisibleChange = {
  kind: 'retraction',
  channel: 'main',
  cursor: 'k3J9x0QzPw1a.43.YmFyYmF6',
  at: '2026-11-23T17:20:00.000Z',
  sequence: 43,
  id: headline.id,
  version: 3,
  notice: 'Withdrawn: the ferry runs as planned.',
};
const resumed = { type: 'resumed', channel: 'main', cursor: 'k3J9x0QzPw1a.40.cXV4cXV1' } as const;
const view = {
  channel: 'main',
  cursor: corrected.cursor,
  serverTime: '2026-11-23T17:15:00.000Z',
  timeZone: 'Asia/Baku',
  headlines: [headline],
};
const control = (frame: ControlFrame) => controlFrame(newslineV1, frame);

const written: Readonly<Record<string, Buffer>> = {
  snapshot: newslineV1.snapshot(view),
  resumed: control(resumed),
  headline: newslineV1.change(corrected),
  retraction: newslineV1.change(retracted),
  goodbye: control({ type: 'goodbye', retryAfterMs: 2750 }),
  unsubscribed: control({ type: 'unsubscribed', channel: 'sport' }),
  refusal: control({
    type: 'refusal',
    code: 'unknown-channel',
    message: 'there is no channel "sport"',
    channel: 'sport',
  }),
};

describe('the golden frames of docs/protocol.md', () => {
  it.each(Object.keys(written))('has the gateway write %s as the page shows it', (name) => {
    expect(unframe(written[name])).toBe(compact(name));
  });

  it.each(Object.keys(written))('has a reader read %s as the page shows it', (name) => {
    expect(decodeServerFrame(textOf(name))).toEqual(jsonOf(name));
  });

  it('has the bare dialect write what the page shows', () => {
    expect(unframe(flat.change(corrected))).toBe(compact('flat-headline'));
    expect(unframe(flat.change(retracted))).toBe(compact('flat-retraction'));
  });

  it('has CloudEvents written as the page shows them', () => {
    expect(unframe(cloudEvents.change(retracted))).toBe(compact('cloud-event'));
  });

  it('has server-sent events written as the page shows them, with an empty line at the end', () => {
    expect(controlFrame(eventStream, resumed).toString()).toBe(`${textOf('event')}\n`);
  });

  it('has the gateway understand what the page says a reader may send', () => {
    const { filter, last } = jsonOf('subscribe') as { filter: object; last: number };
    const since = { epoch: 'k3J9x0QzPw1a', sequence: 42, tag: 'Zm9vYmFy' };
    expect(parseClientFrame(textOf('subscribe'))).toEqual({
      ok: true,
      value: { type: 'subscribe', channel: 'sport', subscription: { filter, last, since } },
    });
    expect(parseClientFrame(textOf('unsubscribe'))).toEqual({ ok: true, value: jsonOf('unsubscribe') });
  });

  it('shows no frame that no test looks at', () => {
    const others = [
      'example',
      'flat-headline',
      'flat-retraction',
      'cloud-event',
      'event',
      'subscribe',
      'unsubscribe',
    ];
    expect([...golden.keys()].sort()).toEqual([...Object.keys(written), ...others].sort());
  });
});

describe('the tables of docs/protocol.md', () => {
  it('name every refusal with its status and close code, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| (\d{4}) +\|/gm)].map((row) =>
      row.slice(1, 4).join(' '),
    );
    const wanted = REFUSAL_CODES.map(
      (code) => `${code} ${toProblem({ code, message: '' }).status} ${closeCodeOf(code)}`,
    );
    expect(rows).toEqual(wanted);
    expect(page).toContain(`\`${PROBLEM_TYPE}CODE\``);
  });

  it('name every close code, and no other', () => {
    const rows = [...page.matchAll(/^\| (\d{4}) +\|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(CLOSE));
  });
});
