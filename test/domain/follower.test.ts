import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Baseline, NOWHERE } from '../../src/domain/engine.ts';
import { createFollower, interpret } from '../../src/domain/follower.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import type { Cursor } from '../../src/protocol/cursor.ts';
import {
  type Announcement,
  createModelStore,
  createSlowReader,
  modelEntry as entryOf,
  type ModelStore,
  turn,
} from './model-store.ts';

/** An observer that throws nothing, but remembers the first thing that was not as promised. */
function createWitness() {
  const baselines: Baseline[] = [];
  const sinceBaseline: LogEntry[] = [];
  const all: LogEntry[] = [];
  let position: Cursor | undefined;
  const faults: string[] = [];
  /** When the store was asked, for each time it had nothing that was not passed on. */
  const confirmed: number[] = [];
  return {
    baselines,
    confirmed,
    sinceBaseline,
    all,
    faults,
    get position() {
      return position;
    },
    onConfirmed(askedAtMs: number) {
      confirmed.push(askedAtMs);
    },
    onBaseline(baseline: Baseline) {
      baselines.push(baseline);
      sinceBaseline.length = 0;
      position = baseline.head;
    },
    onEntries(entries: readonly LogEntry[], epoch: string) {
      if (entries.length === 0) faults.push('told of nothing');
      for (const entry of entries) {
        const follows =
          epoch === position?.epoch &&
          entry.sequence === position.sequence + 1 &&
          entry.previous === position.tag;
        if (!follows) {
          faults.push(`${epoch} ${entry.sequence} ${entry.tag} after ${JSON.stringify(position)}`);
        }
        position = { epoch, sequence: entry.sequence, tag: entry.tag };
        sinceBaseline.push(entry);
        all.push(entry);
      }
    },
  };
}

type Step =
  | { readonly do: 'commit'; readonly fate: 'announced' | 'lost' | 'held' }
  /** A held announcement, or an old one again. */
  | { readonly do: 'announce'; readonly which: number }
  | { readonly do: 'look' | 'deliver' | 'fail' | 'reconcile' | 'flush' | 'beginEpoch' }
  /** The head as it stands, or as it once stood. */
  | { readonly do: 'compare'; readonly which?: number | undefined }
  | { readonly do: 'trim' | 'rewind'; readonly count: number };

const gentle: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('commit'), fate: fc.constantFrom('announced', 'lost', 'held') }),
  fc.record({ do: fc.constant('announce'), which: fc.nat() }),
  fc.record({ do: fc.constant('compare'), which: fc.option(fc.nat(), { nil: undefined }) }),
  fc.record({ do: fc.constantFrom('look', 'deliver', 'fail', 'reconcile') }),
];
const harsh: fc.Arbitrary<Step>[] = [
  ...gentle,
  fc.record({ do: fc.constantFrom('flush', 'beginEpoch') }),
  fc.record({ do: fc.constantFrom('trim', 'rewind'), count: fc.integer({ min: 1, max: 4 }) }),
];
const stepsOf = (steps: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 60, size: 'max' });

async function play(steps: readonly Step[]) {
  const store = createModelStore();
  const slow = createSlowReader(store);
  const witness = createWitness();
  const follower = createFollower(slow.reader, witness, { headlines: 0, tail: 5 });
  const announcements: Announcement[] = [];
  const announce = ({ entry, epoch }: Announcement) => follower.offer(entry, epoch);
  const heads: Cursor[] = [store.head];
  /** What may make it read, and what may make one read not enough. */
  let [asked, harmed] = [0, 0];
  for (const step of steps) {
    if (step.do === 'commit') {
      const committed = store.commit();
      if (step.fate !== 'lost') announcements.push(committed);
      if (step.fate === 'announced') announce(committed);
    } else if (step.do === 'announce') {
      const announcement = announcements[step.which % Math.max(1, announcements.length)];
      if (announcement) announce(announcement);
    } else if (step.do === 'trim' || step.do === 'rewind') store[step.do](step.count);
    else if (step.do === 'flush' || step.do === 'beginEpoch') store[step.do]();
    else if (step.do === 'compare') {
      follower.compare(
        step.which === undefined ? store.head : (heads[step.which % heads.length] ?? store.head),
        performance.now(),
      );
    } else if (step.do === 'reconcile') follower.reconcile();
    else slow[step.do]();
    heads.push(store.head);
    if (['commit', 'announce', 'compare', 'reconcile'].includes(step.do)) asked += 1;
    if (['trim', 'rewind', 'flush', 'beginEpoch'].includes(step.do)) harmed += 1;
    await turn();
  }
  // The store is calm again, and the engine looks at it as it does every second.
  await slow.settle();
  follower.compare(store.head, performance.now());
  await slow.settle();
  return { store, slow, witness, follower, asked: asked + 1, harmed };
}

describe('following', () => {
  it('gives every entry once and in order, whatever is lost, late, doubled or failing', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(gentle), async (steps) => {
        const { store, slow, witness, asked } = await play(steps);
        expect(slow.count).toBeLessThanOrEqual(asked + 1);
        expect(witness.faults).toEqual([]);
        expect(witness.baselines).toHaveLength(1);
        expect(witness.position).toEqual(store.head);
        const begun = witness.baselines[0]?.head.sequence ?? 0;
        expect(witness.all).toEqual(store.log.filter(({ sequence }) => sequence > begun));
      }),
      { numRuns: 300 },
    );
  });

  it('ends where the store is, on an unbroken chain, however the store was trimmed, rewound or emptied', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(harsh), async (steps) => {
        const { store, slow, witness, asked, harmed } = await play(steps);
        // One to find the harm out, one to end the epoch, one for what is so now.
        expect(slow.count).toBeLessThanOrEqual(asked + 1 + 3 * harmed);
        expect(witness.faults).toEqual([]);
        expect(witness.position).toEqual(store.head);
        const oldest = store.log[0]?.sequence ?? Number.POSITIVE_INFINITY;
        const shown = witness.sinceBaseline.filter(({ sequence }) => sequence >= oldest);
        expect(shown).toEqual(shown.length === 0 ? [] : store.log.slice(-shown.length));
      }),
      { numRuns: 500 },
    );
  });

  /** A follower with a hundred entries behind it, and no read under way. */
  async function follow() {
    const store = createModelStore();
    for (let n = 0; n < 100; n += 1) store.commit();
    const slow = createSlowReader(store);
    const witness = createWitness();
    const troubles: string[] = [];
    const follower = createFollower(slow.reader, witness, {
      headlines: 0,
      tail: 0,
      onTrouble: ({ kind }) => troubles.push(kind),
    });
    follower.reconcile();
    await slow.settle();
    const check = async () => {
      follower.compare(store.head, performance.now());
      await slow.settle();
    };
    return { store, slow, witness, follower, troubles, check };
  }

  it('passes on what is next without a read', async () => {
    const { store, witness, follower } = await follow();
    const { entry, epoch } = store.commit();
    follower.offer(entry, epoch);
    expect(witness.all).toEqual([entry]);
  });

  it('repairs a hole by one read, whatever is announced while it is under way, and by one more what came after it looked', async () => {
    const { store, slow, witness, follower } = await follow();
    const before = slow.count;
    const announcements = Array.from({ length: 50 }, () => store.commit());
    const announce = () => {
      for (const { entry, epoch } of announcements.toReversed()) follower.offer(entry, epoch);
    };
    announce();
    slow.look();
    announcements.push(...Array.from({ length: 50 }, () => store.commit()));
    announce();
    await slow.settle();
    expect(slow.count - before).toBe(2);
    expect(witness.faults).toEqual([]);
    expect(witness.all.map(({ tag }) => tag)).toEqual(announcements.map(({ entry }) => entry.tag));
  });

  it('repairs a hole longer than one read', async () => {
    const { store, witness, check } = await follow();
    for (let n = 0; n < 2_500; n += 1) store.commit();
    await check();
    expect(witness.faults).toEqual([]);
    expect(witness.baselines).toHaveLength(1);
    expect(witness.all).toHaveLength(2_500);
  });

  it.each([
    ['rewound', (store: ModelStore) => store.rewind(1)],
    [
      'forked',
      (store: ModelStore) => {
        store.rewind(2);
        store.commit();
        store.commit();
      },
    ],
    [
      'forked',
      (store: ModelStore) => {
        store.rewind(2);
        for (let n = 0; n < 5; n += 1) store.commit();
      },
    ],
  ])('ends the epoch of a store that was %s', async (kind, harm) => {
    const { store, witness, troubles, check } = await follow();
    const { epoch } = store.head;
    harm(store);
    await check();
    expect(troubles).toEqual([kind]);
    expect(witness.baselines).toHaveLength(2);
    expect(witness.position).toEqual(store.head);
    expect(store.head.epoch).not.toBe(epoch);
  });

  it.each([
    [
      'trimmed',
      (store: ModelStore) => {
        for (let n = 0; n < 5; n += 1) store.commit();
        store.trim(103);
      },
    ],
    ['new-epoch', (store: ModelStore) => store.flush()],
  ])('begins anew when the log is %s, and leaves the epoch alone', async (kind, harm) => {
    const { store, witness, troubles, check } = await follow();
    harm(store);
    const { epoch } = store.head;
    await check();
    expect(troubles).toEqual([kind]);
    expect(witness.baselines).toHaveLength(2);
    expect(witness.position).toEqual({ ...store.head, epoch });
  });

  it('does not mix a read with announcements of another chain that came in while it was under way', async () => {
    const { store, slow, witness, follower } = await follow();
    store.commit();
    store.commit();
    follower.reconcile();
    slow.look();
    store.rewind(2);
    const { entry, epoch } = store.commit();
    follower.offer(entry, epoch);
    slow.deliver();
    await slow.settle();
    expect(witness.faults).toEqual([]);
    expect(witness.all).toEqual([entry]);
  });

  it('tells of a read that failed, and tries again when asked', async () => {
    const { store, slow, witness, follower, troubles } = await follow();
    store.commit();
    follower.reconcile();
    slow.fail();
    await turn();
    expect(troubles).toEqual(['unreadable']);
    expect(witness.all).toEqual([]);
    follower.reconcile();
    await slow.settle();
    expect(witness.all).toHaveLength(1);
  });

  it('confirms from the time of asking what it found whole: by a check, a read of what is next, or a beginning', async () => {
    const { store, slow, witness, follower } = await follow();
    const confirmed = async (act: () => void | Promise<void>) => {
      witness.confirmed.length = 0;
      await act();
      await slow.settle();
      return witness.confirmed.slice();
    };
    expect(await confirmed(() => follower.compare(store.head, 7))).toEqual([7]);

    store.commit();
    const before = performance.now();
    let looked = before;
    const next = await confirmed(async () => {
      follower.reconcile();
      await turn();
      looked = performance.now();
      store.commit();
    });
    expect(witness.all).toHaveLength(2);
    expect(next).toHaveLength(1);
    expect(next[0]).toBeGreaterThanOrEqual(before);
    expect(next[0]).toBeLessThanOrEqual(looked);

    // What is longer than one read is whole with its last, and asked for then.
    for (let n = 0; n < 1_500; n += 1) store.commit();
    expect(await confirmed(() => follower.reconcile())).toHaveLength(1);
    const since = performance.now();
    store.flush();
    const [anew] = await confirmed(() => follower.reconcile());
    expect(anew).toBeGreaterThanOrEqual(since);
    // What could not be read confirms nothing, and neither does what does not continue what was passed on.
    expect(
      await confirmed(async () => {
        follower.reconcile();
        await turn();
        slow.fail();
      }),
    ).toEqual([]);
  });

  it('says nothing more once stopped, not even what was under way', async () => {
    const { store, slow, witness, follower } = await follow();
    const { entry, epoch } = store.commit();
    follower.reconcile();
    slow.look();
    follower.stop();
    slow.deliver();
    follower.offer(entry, epoch);
    follower.reconcile();
    await slow.settle();
    expect(witness.all).toEqual([]);
  });
});

describe('a reading of the log', () => {
  const position: Cursor = { epoch: 'e', sequence: 7, tag: 'g' };
  const next = entryOf(8, 'h', 'g');

  it('is judged from the position it was asked for', () => {
    expect(interpret(position, position, []).kind).toBe('current');
    expect(interpret(position, { epoch: 'e', sequence: 8, tag: 'h' }, [next])).toEqual({
      kind: 'next',
      entries: [next],
      isWhole: true,
    });
    expect(interpret(position, { epoch: 'e', sequence: 9, tag: 'i' }, [next])).toMatchObject({
      kind: 'next',
      isWhole: false,
    });
    expect(interpret(position, { epoch: 'f', sequence: 7, tag: 'g' }, []).kind).toBe('new-epoch');
    expect(interpret(position, NOWHERE, []).kind).toBe('new-epoch');
    expect(interpret(NOWHERE, position, []).kind).toBe('begun');
    expect(interpret(NOWHERE, NOWHERE, []).kind).toBe('current');
    expect(interpret(position, { epoch: 'e', sequence: 6, tag: 'f' }, []).kind).toBe('rewound');
    expect(interpret(position, { epoch: 'e', sequence: 7, tag: 'x' }, []).kind).toBe('forked');
    expect(interpret(position, { epoch: 'e', sequence: 8, tag: 'h' }, []).kind).toBe('trimmed');
    expect(interpret(position, { epoch: 'e', sequence: 9, tag: 'i' }, [entryOf(9, 'i', 'h')]).kind).toBe(
      'trimmed',
    );
    expect(interpret(position, { epoch: 'e', sequence: 8, tag: 'h' }, [entryOf(8, 'h', 'x')]).kind).toBe(
      'forked',
    );
  });
});
