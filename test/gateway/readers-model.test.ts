/**
 * Every reader sees every change of its audience in order, once, or is given a snapshot in between: whatever is lost,
 * late or doubled on the way to the gateways, whatever becomes of the store, and however the readers come, block,
 * break off and come back to another gateway. [design 3, promise 2]
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EntryBody } from '../../src/domain/log-entry.ts';
import { cloudEvents, type Encoding, eventStream, flat, newslineV1 } from '../../src/gateway/encoding.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import {
  type Announcement,
  createModelStore,
  MODEL_AT,
  type ModelStore,
  turn,
} from '../domain/model-store.ts';
import { type ModelGateway, startModelGateway } from './model-gateway.ts';
import { createModelReader, type ModelReader, type Section } from './model-reader.ts';

const GATEWAYS = 2;
const STORIES = 6;

type Act = 'write' | 'move' | 'kill';
interface At {
  readonly gateway: number;
}
interface Of {
  readonly reader: number;
}
type Step =
  | { readonly do: 'commit'; readonly story: number; readonly act: Act; readonly heardBy: readonly number[] }
  | ({ readonly do: 'announce'; readonly which: number } & At)
  | ({ readonly do: 'look' | 'deliver' | 'fail' | 'check' | 'restart' } & At)
  | { readonly do: 'trim' | 'rewind'; readonly count: number }
  | { readonly do: 'flush' | 'beginEpoch' | 'turn' }
  | ({ readonly do: 'connect' | 'subscribeAgain' } & At & Of)
  | ({ readonly do: 'hangUp'; readonly part: number } & Of)
  | ({ readonly do: 'block' | 'drain' | 'receive' } & Of);

const ENCODINGS: readonly Encoding[] = [newslineV1, eventStream, flat, cloudEvents];
const SECTIONS: readonly Section[] = [undefined, 'sport'];
/** Three of each kind, so that they share rings. */
const READERS = [1, 2, 3].flatMap(() =>
  ENCODINGS.flatMap((encoding) => SECTIONS.map((section) => ({ encoding, section }))),
);

const gateway = fc.nat({ max: GATEWAYS - 1 });
const reader = fc.nat({ max: READERS.length - 1 });
const steps = (isHarsh: boolean): fc.Arbitrary<Step[]> => {
  const some = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
  return fc.array(
    fc.oneof(
      some(
        12,
        fc.record({
          do: fc.constant('commit'),
          story: fc.nat({ max: STORIES - 1 }),
          act: fc.constantFrom<Act>('write', 'write', 'move', 'kill'),
          heardBy: fc.subarray([...Array(GATEWAYS).keys()]),
        }),
      ),
      some(2, fc.record({ do: fc.constant('announce'), which: fc.nat(), gateway })),
      some(10, fc.record({ do: fc.constantFrom('look', 'deliver', 'deliver', 'check'), gateway })),
      some(1, fc.record({ do: fc.constantFrom('fail', 'restart', 'restart'), gateway })),
      some(12, fc.record({ do: fc.constant('connect'), gateway, reader })),
      some(1, fc.record({ do: fc.constant('subscribeAgain'), gateway, reader })),
      some(
        4,
        fc.record({ do: fc.constant('hangUp'), part: fc.double({ min: 0, max: 1, noNaN: true }), reader }),
      ),
      some(6, fc.record({ do: fc.constantFrom('block', 'drain', 'receive'), reader })),
      some(6, fc.record({ do: fc.constant('turn') })),
      ...(isHarsh
        ? [
            some(1, fc.record({ do: fc.constantFrom('flush', 'beginEpoch') })),
            some(
              3,
              fc.record({ do: fc.constantFrom('trim', 'rewind'), count: fc.integer({ min: 1, max: 4 }) }),
            ),
          ]
        : []),
    ),
    { minLength: 20, maxLength: 150, size: 'max' },
  );
};

/** The next entry of a story's life: what it becomes rests on what the store has of it now. */
function bodyOf(
  store: ModelStore,
  story: number,
  act: Act,
  versions: number[],
): (sequence: number) => EntryBody {
  const id = `story-${story}`;
  const before = store.headlines().find((headline) => headline.id === id);
  // Above all that was ever said of it, as a desk on a store that lost some of it may not know: readers must bear both.
  versions[story] = (versions[story] ?? 0) + 1;
  const version = versions[story];
  const was = before && {
    language: 'en',
    urgency: 5,
    ...(before.section !== undefined && { section: before.section }),
  };
  if (act === 'kill')
    return () => ({ change: 'retracted', id, version, ...(was && { was: was as Headline }) });
  const wasIn = before?.section ?? 'city';
  const section = act === 'move' ? (wasIn === 'city' ? 'sport' : 'city') : wasIn;
  return (sequence) => {
    const headline: Headline = {
      id,
      version,
      sequence: before?.sequence ?? sequence,
      title: `Words ${version} of story ${story}.`,
      language: 'en',
      urgency: 5,
      section,
      publishedAt: before?.publishedAt ?? `2026-11-23T17:0${sequence % 3}:00.000Z`,
      updatedAt: MODEL_AT,
    };
    if (!before) return { change: 'published', headline };
    return {
      change: 'updated',
      headline,
      ...(section !== before.section && was && { was: was as Headline }),
    };
  };
}

const LIMITS = { limitTail: 10, limitFrames: 8, limitBytes: 8_000 };

async function play(all: readonly Step[]) {
  const store = createModelStore();
  const gateways: ModelGateway[] = Array.from({ length: GATEWAYS }, () => startModelGateway(store, LIMITS));
  const readers: ModelReader[] = READERS.map((kind) =>
    createModelReader(store, {
      ...kind,
      last: kind.encoding.control ? 4 : 0,
      limitFrames: LIMITS.limitFrames,
    }),
  );
  const announcements: Announcement[] = [];
  const versions: number[] = [];
  /** Who reads where, to hang up with a gateway that ends. */
  const seats = new Map<ModelReader, number>();
  const at = (index: number) => gateways[index] as ModelGateway;
  const of = (index: number) => readers[index] as ModelReader;

  // It begins as on any day: gateways are warm, and everyone reads.
  for (const each of gateways) await each.reads.settle();
  for (const [index, each] of readers.entries()) {
    seats.set(each, index % GATEWAYS);
    each.connect(at(index % GATEWAYS));
  }
  for (const step of all) {
    switch (step.do) {
      case 'commit': {
        const announcement = store.commit(bodyOf(store, step.story, step.act, versions));
        announcements.push(announcement);
        for (const index of step.heardBy) at(index).hear(announcement);
        break;
      }
      case 'announce': {
        const announcement = announcements[step.which % Math.max(1, announcements.length)];
        if (announcement) at(step.gateway).hear(announcement);
        break;
      }
      case 'look':
      case 'deliver':
      case 'fail':
        at(step.gateway).reads[step.do]();
        break;
      case 'check':
        at(step.gateway).check();
        break;
      case 'restart': {
        at(step.gateway).stop();
        for (const [reading, index] of seats) if (index === step.gateway) reading.hangUp(0.5);
        gateways[step.gateway] = startModelGateway(store, LIMITS);
        break;
      }
      case 'trim':
      case 'rewind':
        store[step.do](step.count);
        break;
      case 'flush':
      case 'beginEpoch':
        store[step.do]();
        break;
      case 'turn':
        await turn();
        break;
      case 'connect':
        if (!of(step.reader).isConnected) seats.set(of(step.reader), step.gateway);
        of(step.reader).connect(at(step.gateway));
        break;
      case 'subscribeAgain':
        of(step.reader).subscribeAgain(at(seats.get(of(step.reader)) ?? 0));
        break;
      case 'hangUp':
        of(step.reader).hangUp(step.part);
        break;
      default:
        of(step.reader)[step.do]();
    }
    // Between two steps promises settle, and no slice of a fan-out runs.
    await Promise.resolve();
  }

  // The store is calm again, each gateway looks at it, and who is away comes back.
  for (const each of gateways) {
    await each.reads.settle();
    each.check();
    await each.reads.settle();
  }
  for (const each of gateways) {
    each.check();
    await each.reads.settle();
  }
  for (const [index, each] of readers.entries()) {
    each.drain();
    each.connect(at(index % GATEWAYS));
  }
  for (let round = 0; round < 3; round += 1) await turn();
  for (const [index, each] of readers.entries()) {
    // Closed because it fell behind while it was blocked: it comes back.
    each.receive();
    each.connect(at(index % GATEWAYS));
  }
  for (let round = 0; round < 3; round += 1) await turn();
  for (const each of readers) each.receive();
  const lists = readers.map(({ snapshots }) => snapshots);
  // What comes now comes to everyone, and as the change it is.
  for (const act of ['write', 'move'] as const) {
    const announcement = store.commit(bodyOf(store, STORIES, act, versions));
    for (const each of gateways) each.hear(announcement);
  }
  for (let round = 0; round < 3; round += 1) await turn();
  for (const each of readers) each.receive();
  expect(readers.map(({ snapshots }) => snapshots)).toEqual(lists);
  for (const each of gateways) each.stop();
  return readers.flatMap((each, index) =>
    each.conclude().map((fault) => `reader ${index}, ${each.encoding.name}, ${each.section}: ${fault}`),
  );
}

describe('readers of two gateways', () => {
  it('see every visible change in order, once, or a snapshot in between, whatever is lost, late, blocked or broken', async () => {
    await fc.assert(
      fc.asyncProperty(steps(false), async (all) => {
        expect(await play(all)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('are never led over a break: trimmed, rewound, forked, emptied or begun anew, they are told so', async () => {
    await fc.assert(
      fc.asyncProperty(steps(true), async (all) => {
        expect(await play(all)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
