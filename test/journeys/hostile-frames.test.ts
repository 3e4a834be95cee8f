/** WebSocket frames that are wrong, torn or without end: each ends its own connection, and no other. [RFC 6455 5] */
import { setTimeout } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeCodeIn, frameOf, handshakeText, OPCODE } from '../support/raw-socket.ts';
import { ended } from '../support/service-metrics.ts';
import { ATTACKER, from, laySiege, MANY, type Siege, STREAM } from '../support/siege.ts';
import { until } from '../support/until.ts';

const { continuation, text, binary, close, ping } = OPCODE;
const unfinished = { fin: false };
const many = (frame: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => frame));

describe('a gateway that is sent wrong frames', () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.stop());

  it.each<[string, Buffer, number]>([
    ['a reserved bit', frameOf(text, '{}', { reserved: 1 }), 1002],
    ['another reserved bit', frameOf(text, '{}', { reserved: 2 }), 1002],
    ['an opcode that is kept for later', frameOf(3, '{}'), 1002],
    ['a control opcode that is kept for later', frameOf(11), 1002],
    ['a frame without a mask', frameOf(text, '{}', { isMasked: false }), 1002],
    ['a ping over 125 bytes', frameOf(ping, 'x'.repeat(126)), 1002],
    ['a ping in fragments', frameOf(ping, 'x', unfinished), 1002],
    ['the end of nothing', frameOf(continuation, 'x'), 1002],
    ['a message within another', Buffer.concat([frameOf(text, '{', unfinished), frameOf(text, '{}')]), 1002],
    ['a length of 2^62', frameOf(text, 'x', { length: 2n ** 62n }), 1009],
    ['a length with its highest bit set', frameOf(text, 'x', { length: 2n ** 63n + 1n }), 1009],
    ['a length of 100 MB', frameOf(binary, 'x', { length: 100_000_000n }), 1009],
    [
      'fragments that together are too long',
      Buffer.concat([
        frameOf(text, 'x', unfinished),
        many(frameOf(continuation, 'x'.repeat(4_000), unfinished), 17),
      ]),
      1009,
    ],
    [
      'a million empty fragments',
      Buffer.concat([frameOf(text, '', unfinished), many(frameOf(continuation, '', unfinished), 1_000_000)]),
      1008,
    ],
    ['no UTF-8', frameOf(text, Buffer.from([0xc3, 0x28])), 1007],
    [
      'no UTF-8, divided where it is right so far',
      Buffer.concat([
        frameOf(text, Buffer.from([0xe2, 0x82]), unfinished),
        frameOf(continuation, Buffer.from([0x28])),
      ]),
      1007,
    ],
    ['a close of one byte', frameOf(close, 'x'), 1002],
    ['a close with a code that is none', frameOf(close, Buffer.from([3, 237])), 1002],
    ['a close with a reason that is no UTF-8', frameOf(close, Buffer.from([3, 232, 0xff])), 1007],
  ])('ends who sends %s, and counts it', async (_name, bytes, code) => {
    const counted = await siege.growth(ended('protocol-error'), () =>
      siege.under(async () => {
        const peer = await siege.peer(STREAM);
        await Promise.race([peer.send(bytes), peer.closed]);
        await until(() => closeCodeIn(peer.received) !== undefined);
        expect(closeCodeIn(peer.received)).toBe(code);
        // It is not asked whether it would like to go.
        await peer.closed;
      }),
    );
    expect(counted).toBe(1);
  });

  it('lets no one negotiate compression, so that nothing small can grow large', async () => {
    await siege.under(async () => {
      const bomb = deflateRawSync(Buffer.alloc(64 << 20));
      const offer = { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' };
      const peer = await siege.peer(MANY, offer);
      expect(peer.received).toMatch(/^HTTP\/1.1 101 /);
      expect(peer.received).not.toMatch(/sec-websocket-extensions/i);
      const grown = await siege.growth('nodejs_external_memory_bytes', async () => {
        await peer.send(frameOf(text, bomb.subarray(0, 60_000), { reserved: 4 }));
        await until(() => closeCodeIn(peer.received) !== undefined);
      });
      expect(closeCodeIn(peer.received)).toBe(1002);
      expect(grown).toBeLessThan(32 << 20);
      await peer.closed;
    });
  });

  it('serves who sends a handshake and a frame byte by byte, and ends who tears one into too many pieces', async () => {
    await siege.under(async () => {
      const slow = await siege.raw();
      const handshake = handshakeText(MANY, from(ATTACKER));
      for (const byte of handshake) await slow.send(byte);
      await until(() => slow.received.includes('101 Switching Protocols'));
      const subscribe = frameOf(text, '{"type":"subscribe","channel":"main","last":0}');
      for (const byte of subscribe) await slow.send(Buffer.from([byte]));
      await until(() => slow.received.includes('"type":"snapshot"'));

      const [head, ...bytes] = [frameOf(text, 'x'.repeat(60_000)).subarray(0, 8), ...'x'.repeat(60_000)];
      await slow.send(head);
      for (const byte of bytes) {
        if (!(await slow.send(byte)) || closeCodeIn(slow.received) !== undefined) break;
        await setTimeout();
      }
      await slow.closed;
      expect(closeCodeIn(slow.received)).toBe(1008);
    });
  });

  it('ends who says goodbye and goes on talking, or never takes its own', async () => {
    await siege.under(async () => {
      const talker = await siege.peer(STREAM);
      await talker.send(frameOf(close, Buffer.from([3, 232])));
      while (await talker.send(many(frameOf(text, '{}'), 1_000))) await setTimeout();
      await talker.closed;

      const deaf = await siege.peer(STREAM);
      deaf.socket.pause();
      await deaf.send(frameOf(text, '{}', { reserved: 1 }));
      // A socket that is not read does not see its end; the service's metrics do.
    });
  }, 90_000);
});
