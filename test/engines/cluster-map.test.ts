/** Who has which slot, where servers of a cluster disagree. */
import { describe, expect, it } from '@jest/globals';
import { mergeViews, readView, slotOf } from '../../src/engines/redis/cluster-map.ts';

const A = { host: '10.0.0.1', port: 7000 };
const B = { host: '10.0.0.2', port: 7000 };
const C = { host: '10.0.0.3', port: 7000 };

describe('the slot of a key', () => {
  it('is what Redis computes', () => {
    // As `CLUSTER KEYSLOT` of Redis 7 answers.
    expect(slotOf('123456789')).toBe(12739);
    expect(slotOf('newsline:channels')).toBe(8440);
    expect(slotOf('')).toBe(0);
    expect(slotOf('Bakı')).toBe(15485);
  });

  it('is that of what stands in the first braces, where anything does', () => {
    expect(slotOf('newsline:{en}:log')).toBe(slotOf('en'));
    expect(slotOf('a{en}{az}')).toBe(slotOf('en'));
    expect(slotOf('a{}{en}')).not.toBe(slotOf('en'));
    expect(slotOf('a{en')).not.toBe(slotOf('en'));
  });
});

describe('the map of a cluster', () => {
  const line = (id: string, election: number) =>
    `${id} 10.0.0.9:7000@17000 master - 0 0 ${election} connected 0-5`;

  it('is read from what a server says, its own host filled in where it does not know it', () => {
    const slots = [
      [0, 99, ['', 7000, 'a', []], [B.host, B.port, 'b', []]],
      [100, 16383, [C.host, C.port, 'c', []]],
    ];
    const view = readView(slots, `${line('a', 3)}\n${line('c', 5)}\n`, A);
    expect(view.claims).toEqual([
      { from: 0, to: 99, place: A, election: 3 },
      { from: 100, to: 16383, place: C, election: 5 },
    ]);
    expect(view.places).toEqual([A, B, C]);
    const map = mergeViews([view]);
    expect([map.ownerOf(99), map.ownerOf(100)]).toEqual([A, C]);
    expect(map).toMatchObject({ isWhole: true, owners: [A, C] });
  });

  it('follows the newest election, whoever tells of it, in whatever order', () => {
    const cutOff = { claims: [{ from: 0, to: 16383, place: A, election: 1 }], places: [A] };
    const others = { claims: [{ from: 0, to: 16383, place: B, election: 7 }], places: [B] };
    for (const views of [
      [cutOff, others],
      [others, cutOff],
    ]) {
      expect(mergeViews(views)).toMatchObject({ owners: [B] });
      expect(mergeViews(views).ownerOf(0)).toEqual(B);
    }
  });

  it('is not whole where no one has a slot', () => {
    const map = mergeViews([{ claims: [{ from: 1, to: 16383, place: A, election: 1 }], places: [A] }]);
    expect(map.isWhole).toBe(false);
    expect(map.ownerOf(0)).toBeUndefined();
  });
});
