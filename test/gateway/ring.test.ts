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
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 300, size: 'max' });
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

  type Step =
    | { readonly do: 'append'; readonly size: number; readonly gap: number }
    /** Someone resumes from before what is held. */
    | { readonly do: 'prepend'; readonly count: number }
    | { readonly do: 'clear' | 'begin' | 'read'; readonly which: number };
  const some = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
  /** Prepending and clearing are seldom, so that frames that are gone pile up in between. */
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      some(
        60,
        fc.record({
          do: fc.constant('append'),
          size: fc.integer({ min: 1, max: 40 }),
          gap: fc.integer({ min: 1, max: 3 }),
        }),
      ),
      some(1, fc.record({ do: fc.constant('prepend'), count: fc.integer({ min: 1, max: 6 }) })),
      some(40, fc.record({ do: fc.constantFrom('begin', 'read', 'read'), which: fc.nat() })),
      some(1, fc.record({ do: fc.constant('clear'), which: fc.nat() })),
    ),
    { minLength: 10, maxLength: 500, size: 'max' },
  );

  it('leads every position through exactly the frames after it, or says that they are gone, whatever came in between', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 60, max: 900 }),
        (all, most, bytes) => {
          /** Ten frames that were there before the ring was. */
          let frames = Array.from({ length: 10 }, (_, index) => frame(index + 1));
          const ring = createRing(10, { limitFrames: most, limitBytes: bytes, limitWriteBytes: 100 });
          const readers: { at: number; seen: number; life: number }[] = [];
          let life = 0;
          for (const step of all) {
            const last = frames.at(-1)?.sequence ?? 0;
            if (step.do === 'append') {
              frames.push(frame(last + step.gap, step.size));
              ring.append(frames.at(-1) as RingFrame);
            } else if (step.do === 'prepend') {
              const { floor } = ring;
              const from = floor - step.count;
              const older = frames.filter(({ sequence }) => sequence > from && sequence <= floor);
              if (from >= 0) ring.prepend(older, from);
            } else if (step.do === 'clear') {
              // Seldom: frames that are gone are to pile up.
              if (step.which % 8 !== 0) continue;
              life += 1;
              ring.clear(last);
              frames = frames.slice(-5);
            } else if (step.do === 'begin') {
              const cursor = ring.floor + (step.which % (last - ring.floor + 1));
              readers.push({ at: ring.positionAfter(cursor), seen: cursor, life });
            } else {
              const reader = readers[step.which % Math.max(1, readers.length)];
              if (!reader || reader.at === ring.head) continue;
              const isGone = reader.at < ring.base;
              if (reader.life < life) expect(isGone).toBe(true);
              if (isGone) {
                readers.splice(readers.indexOf(reader), 1);
                continue;
              }
              const read = ring.read(reader.at);
              const next = frames
                .filter(({ sequence }) => sequence > reader.seen)
                .slice(0, read.next - reader.at);
              expect(read.bytes).toEqual(Buffer.concat(next.map((one) => one.bytes)));
              reader.at = read.next;
              reader.seen = next.at(-1)?.sequence ?? reader.seen;
            }
          }
          const held = readAll(ring, ring.base).length;
          expect(ring.head - ring.base).toBeLessThanOrEqual(most);
          expect(held).toBeLessThanOrEqual(Math.max(bytes, frames.at(-1)?.bytes.length ?? 0));
          for (const { at, seen, life: born } of readers) {
            if (born < life || at < ring.base) continue;
            const rest = frames.filter(({ sequence }) => sequence > seen);
            expect(readAll(ring, at)).toEqual(Buffer.concat(rest.map((one) => one.bytes)));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
