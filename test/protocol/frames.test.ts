import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeServerFrame, type ServerFrame } from '../../src/protocol/frames.ts';
import { inventHeadline } from '../client-sdk/invented-headlines.ts';

const frames: readonly ServerFrame[] = [
  {
    type: 'snapshot',
    channel: 'en',
    cursor: 'e.1.t',
    resumed: false,
    serverTime: '2024-04-24T19:42:00.000Z',
    timeZone: 'Asia/Baku',
    headlines: [inventHeadline(1)],
  },
  { type: 'resumed', channel: 'en', cursor: 'e.1.t' },
  { type: 'headline', channel: 'en', cursor: 'e.2.t', change: 'corrected', headline: inventHeadline(2) },
  { type: 'retraction', channel: 'en', cursor: 'e.3.t', id: 'story-2', notice: 'Withdrawn' },
  { type: 'unsubscribed', channel: 'en' },
  { type: 'goodbye', retryAfterMs: 1200 },
  { type: 'refusal', code: 'unknown-channel', message: 'there is no channel xx' },
];

describe('decoding a frame', () => {
  it.each(frames)('reads a $type as it was written', (frame) => {
    expect(decodeServerFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(decodeServerFrame(text)).toBeUndefined();
      }),
    );
  });

  it('never throws, and never takes a frame for whole that lacks what makes it one', () => {
    const parts = frames.flatMap((frame) =>
      Object.keys(frame)
        .filter((field) =>
          ['type', 'channel', 'cursor', 'id', 'headline', 'headlines', 'retryAfterMs', 'code'].includes(
            field,
          ),
        )
        .map((field) => ({ frame, field })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...parts),
        fc.constantFrom(null, undefined, true, [[]], {}),
        ({ frame, field }, wrong) => {
          expect(decodeServerFrame(JSON.stringify({ ...frame, [field]: wrong }))).toBeUndefined();
        },
      ),
    );
  });

  it('skips a type that a later version may add, and names that every object has', () => {
    expect(decodeServerFrame('{"type":"presence","channel":"en"}')).toBeUndefined();
    expect(decodeServerFrame('{"type":"constructor"}')).toBeUndefined();
    expect(decodeServerFrame('{"type":"__proto__"}')).toBeUndefined();
  });

  it('takes no goodbye into the past', () => {
    expect(decodeServerFrame('{"type":"goodbye","retryAfterMs":-1}')).toBeUndefined();
  });
});
