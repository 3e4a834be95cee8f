import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRing, type RingFrame } from '../../src/gateway/ring.ts';

const frame = (sequence: number, size = 10): RingFrame => ({
  sequence,
  tag: `t${sequence}`,
  bytes: Buffer.alloc(size, sequence % 256),
});

/** Reads from a position to the head, as a reader does. */
function readAll(ring: ReturnType<typeof createRing>, from: number): Buffer {
  const parts: Buffer[] = [];
  let position = from;
  while (position !== ring.head) {
    const { bytes, next } = ring.read(position);
    parts.push(bytes);
    position = next;
  }
  return Buffer.concat(parts);
}

describe('ring', () => {
  it('gives a reader all frames after its position in one write', () => {
    const ring = createRing(0);
    for (const sequence of [1, 2, 3]) ring.append(frame(sequence));
    const { bytes, next } = ring.read(ring.base + 1);
    expect(next).toBe(ring.head);
    expect(bytes).toEqual(Buffer.concat([frame(2).bytes, frame(3).bytes]));
  });

  it('shares one buffer among readers at the same position, and the frame itself where it is the only one', () => {
    const ring = createRing(0);
    const [first, second] = [frame(1), frame(2)];
    ring.append(first);
    ring.append(second);
    expect(ring.read(0).bytes).toBe(ring.read(0).bytes);
    expect(ring.read(1).bytes).toBe(second.bytes);
  });

  it('never writes more than the limit at once, but always one frame', () => {
    const ring = createRing(0, { limitWriteBytes: 25 });
    for (const size of [10, 10, 10, 100, 10]) ring.append(frame(ring.head + 1, size));
    const sizes: number[] = [];
    for (let position = 0; position !== ring.head; ) {
      const { bytes, next } = ring.read(position);
      sizes.push(bytes.length);
      position = next;
    }
    expect(sizes).toEqual([20, 10, 100, 10]);
  });

  it('makes every position invalid when it begins anew', () => {
    const ring = createRing(0);
    ring.append(frame(1));
    const before = ring.head;
    ring.clear(7);
    expect(ring.base).toBeGreaterThan(before);
    expect(ring.head).toBe(ring.base);
    expect(ring.floor).toBe(7);
  });

  it('holds exactly the newest frames within its limits, and says from where on it is whole', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 300 });
    const steps = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 300, maxLength: 300 });
    fc.assert(
      fc.property(
        sizes,
        steps,
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 60, max: 900 }),
        (bytes, gaps, limitFrames, limitBytes) => {
          const ring = createRing(0, { limitFrames, limitBytes, limitWriteBytes: 100 });
          let model: RingFrame[] = [];
          let floor = 0;
          let sequence = 0;
          for (const [index, size] of bytes.entries()) {
            sequence += gaps[index] ?? 1;
            const next = frame(sequence, size);
            ring.append(next);
            model.push(next);
            const held = () => model.reduce((sum, { bytes: { length } }) => sum + length, 0);
            while (model.length > limitFrames || (held() > limitBytes && model.length > 1)) {
              floor = model[0]?.sequence ?? floor;
              model = model.slice(1);
            }
          }
          expect(ring.head - ring.base).toBe(model.length);
          expect(ring.floor).toBe(floor);
          expect(readAll(ring, ring.base)).toEqual(Buffer.concat(model.map((held) => held.bytes)));
          for (const cursor of [floor, ...model.map((held) => held.sequence)]) {
            const after = model.filter((held) => held.sequence > cursor);
            expect(readAll(ring, ring.positionAfter(cursor))).toEqual(
              Buffer.concat(after.map((held) => held.bytes)),
            );
          }
          for (const held of model) expect(ring.tagAt(held.sequence)).toBe(held.tag);
          expect(ring.tagAt(sequence + 1)).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });
});
