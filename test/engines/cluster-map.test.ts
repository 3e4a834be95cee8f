/** Who has which slot, where servers of a cluster disagree. */
import { describe, expect, it } from '@jest/globals';
import { type ClusterView, mergeViews, readView, slotOf } from '../../src/engines/redis/cluster-map.ts';

const A = { host: '10.0.0.1', port: 7000 };
const B = { host: '10.0.0.2', port: 7000 };
const C = { host: '10.0.0.3', port: 7000 };

const viewOf = (saidBy: typeof A, claims: ClusterView['claims']): ClusterView => ({
  saidBy,
  claims,
  places: claims.map(({ place }) => place),
});

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
    expect(view.saidBy).toEqual(A);
    const map = mergeViews([view]);
    expect([map.ownerOf(99), map.ownerOf(100)]).toEqual([A, C]);
    expect(map).toMatchObject({ isWhole: true, owners: [A, C] });
  });

  it('follows the newest election, whoever tells of it, in whatever order', () => {
    const cutOff = viewOf(A, [{ from: 0, to: 16383, place: A, election: 1 }]);
    const others = viewOf(C, [{ from: 0, to: 16383, place: B, election: 7 }]);
    for (const views of [
      [cutOff, others],
      [others, cutOff],
    ]) {
      expect(mergeViews(views)).toMatchObject({ owners: [B] });
      expect(mergeViews(views).ownerOf(0)).toEqual(B);
    }
  });

  it('does not go back in time where no one answers but a primary that was cut off', () => {
    const before = mergeViews([
      viewOf(B, [
        { from: 0, to: 8_000, place: B, election: 7 },
        { from: 8_001, to: 16_383, place: C, election: 2 },
      ]),
    ]);
    const cutOff = viewOf(A, [
      { from: 0, to: 8_000, place: A, election: 1 },
      { from: 8_001, to: 16_383, place: C, election: 2 },
    ]);
    const map = mergeViews([cutOff], before);
    expect([map.ownerOf(0), map.ownerOf(9_000)]).toEqual([B, C]);
    // Nor later, when what was kept is what was known before.
    expect(mergeViews([cutOff], map).ownerOf(0)).toEqual(B);
  });

  it('keeps what it knew of slots that those who answer know nothing of, and takes what is newer', () => {
    const before = mergeViews([viewOf(A, [{ from: 0, to: 16_383, place: A, election: 1 }])]);
    const map = mergeViews(
      [
        viewOf(C, [
          { from: 0, to: 99, place: B, election: 7 },
          { from: 100, to: 199, place: A, election: 1 },
        ]),
      ],
      before,
    );
    expect([map.ownerOf(0), map.ownerOf(100), map.ownerOf(200)]).toEqual([B, A, A]);
    expect(map.isWhole).toBe(true);
  });

  it('follows a cluster that was set up anew, its elections counted from the beginning', () => {
    const before = mergeViews([viewOf(A, [{ from: 0, to: 16_383, place: A, election: 9 }])]);
    const claims = [
      { from: 0, to: 8_000, place: B, election: 1 },
      { from: 8_001, to: 16_383, place: C, election: 2 },
    ];
    const map = mergeViews([viewOf(B, claims), viewOf(C, claims)], before);
    expect(map.owners).toEqual([B, C]);
  });

  it('is not whole where no one has a slot', () => {
    const map = mergeViews([viewOf(A, [{ from: 1, to: 16383, place: A, election: 1 }])]);
    expect(map.isWhole).toBe(false);
    expect(map.ownerOf(0)).toBeUndefined();
  });
});
