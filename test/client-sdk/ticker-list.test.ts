import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyFrame,
  emptyTickerList,
  expire,
  expiresInMs,
  type ListFrame,
  type TickerList,
  TOMBSTONE_LIMIT,
} from '../../client-sdk/src/ticker-list.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';

const NOW = Date.UTC(2024, 3, 24, 12);
const cursorAt = (sequence: number, epoch = 'e1') => `${epoch}.${sequence}.t${sequence}`;

const snapshot = (headlines: readonly Headline[], sequence = 0, epoch = 'e1'): ListFrame => ({
  type: 'snapshot',
  channel: 'en',
  cursor: cursorAt(sequence, epoch),
  resumed: false,
  serverTime: new Date(NOW).toISOString(),
  timeZone: 'Asia/Baku',
  headlines,
});
const headline = (sequence: number, of: Headline, cursor = cursorAt(sequence)): ListFrame => ({
  type: 'headline',
  channel: 'en',
  cursor,
  change: 'published',
  headline: of,
});
const retraction = (sequence: number, id: string, cursor = cursorAt(sequence)): ListFrame => ({
  type: 'retraction',
  channel: 'en',
  cursor,
  id,
});
const knowing = (...frames: readonly ListFrame[]): TickerList =>
  frames.reduce((known, frame) => applyFrame(known, frame, NOW).next, emptyTickerList(20));
const ids = ({ list }: TickerList) => list.headlines.map(({ id }) => id);

/** A channel's life: publications, corrections and kills, numbered densely. */
const lives: fc.Arbitrary<readonly ListFrame[]> = fc
  .array(fc.record({ story: fc.integer({ min: 1, max: 12 }), isKill: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  .map((acts) => {
    const versions = new Map<number, number>();
    const killed = new Set<number>();
    const frames: ListFrame[] = [];
    for (const { story, isKill } of acts) {
      if (killed.has(story)) continue;
      const version = (versions.get(story) ?? 0) + 1;
      versions.set(story, version);
      const sequence = frames.length + 1;
      if (isKill && version > 1) {
        killed.add(story);
        frames.push(retraction(sequence, `story-${story}`));
      } else frames.push(headline(sequence, inventHeadline(story, { version })));
    }
    return frames;
  });

type Happening =
  | { readonly do: 'next'; readonly count: number }
  /** A frame of the past once more, or a version of the past under a cursor that does not compare. */
  | { readonly do: 'again' | 'foreign'; readonly which: number }
  /** The connection was lost and resumed, or began anew with the list of a server that may lag behind. */
  | { readonly do: 'resume' }
  | { readonly do: 'snapshot'; readonly lag: number };
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('next'), count: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('again', 'foreign'), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resume') }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('snapshot'), lag: fc.constantFrom(0, 0, 1, 3, 8) }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

/** Lines of the channel after so many frames, newest first: what each story was last told to be. */
function standingAfter(frames: readonly ListFrame[], count: number): readonly Headline[] {
  const lines = new Map<string, Headline>();
  for (const frame of frames.slice(0, count)) {
    if (frame.type === 'retraction') lines.delete(frame.id);
    else if (frame.type === 'headline') lines.set(frame.headline.id, frame.headline);
  }
  return [...lines.values()].sort((a, b) => b.sequence - a.sequence);
}

describe('what a reader knows', () => {
  it('ends as the beginning of the channel’s own list, whatever was replayed, doubled, late or begun anew', () => {
    const last = 5;
    fc.assert(
      fc.property(lives, happenings, (frames, all) => {
        let known = emptyTickerList(last);
        let at = 0;
        let takenAway = 0;
        const killed = new Map<string, number>();
        const take = (frame: ListFrame) => {
          const shown = known.list.headlines.find(({ id }) => 'id' in frame && id === frame.id);
          if (shown && frame.type === 'retraction') killed.set(shown.id, shown.version);
          known = applyFrame(known, frame, NOW).next;
          const risen = known.list.headlines.filter(({ id, version }) => (killed.get(id) ?? 0) >= version);
          expect(risen).toEqual([]);
        };
        const next = () => {
          const frame = frames[at];
          if (!frame) return;
          at += 1;
          if (frame.type === 'retraction') takenAway += 1;
          take(frame);
        };
        const begin = (from: number) => {
          at = from;
          takenAway = 0;
          take(snapshot(standingAfter(frames, at).slice(0, last), at));
        };
        begin(0);
        for (const happening of all) {
          if (happening.do === 'next') for (let n = 0; n < happening.count; n += 1) next();
          else if (happening.do === 'snapshot') begin(Math.max(0, at - happening.lag));
          else if (happening.do === 'resume') {
            take({ type: 'resumed', channel: 'en', cursor: known.cursor ?? '' });
          } else {
            const earlier = frames[happening.which % Math.max(1, at)];
            if (!earlier || at === 0) continue;
            if (happening.do === 'again') take(earlier);
            else if (earlier.type === 'headline') {
              // A change of the past whose cursor says nothing: nothing that stands is altered by it.
              const before = known;
              take({ ...earlier, cursor: 'another form' });
              const { id } = earlier.headline;
              const find = ({ list }: TickerList) => list.headlines.find((line) => line.id === id);
              const line = find(before);
              if (line)
                expect(find(known)).toBe(line.version >= earlier.headline.version ? line : earlier.headline);
              known = before;
            }
          }
        }
        while (at < frames.length) next();
        const buried = ({ id, version }: Headline) => (known.tombstones.get(id) ?? 0) >= version;
        const standing = standingAfter(frames, at)
          .filter((line) => !buried(line))
          .slice(0, last);
        const { headlines } = known.list;
        expect(headlines).toEqual(standing.slice(0, headlines.length));
        expect(headlines.length).toBeGreaterThanOrEqual(standing.length - takenAway);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same when frames come again at any later place', () => {
    fc.assert(
      fc.property(lives, fc.infiniteStream(fc.nat()), (frames, draws) => {
        const again = frames.flatMap((frame, at) => {
          const earlier = frames[(draws.next().value ?? 0) % (at + 1)];
          return earlier ? [frame, earlier] : [frame];
        });
        expect(knowing(...again)).toEqual(knowing(...frames));
      }),
    );
  });

  it('is the same when replay and live overlap after a resumption', () => {
    fc.assert(
      fc.property(lives, fc.nat(), fc.nat(), (frames, a, b) => {
        const [from, to] = [a % frames.length, b % frames.length].sort((x, y) => x - y) as [number, number];
        const resumed: ListFrame = { type: 'resumed', channel: 'en', cursor: cursorAt(from) };
        const all = [...frames.slice(0, to), resumed, ...frames.slice(from)];
        expect(knowing(...all)).toEqual(knowing(...frames));
      }),
    );
  });

  it('never shows a killed line again through a late duplicate, also where cursors do not compare', () => {
    fc.assert(
      fc.property(lives, (frames) => {
        const opaque = frames.map((frame, at): ListFrame => ({ ...frame, cursor: `later form ${at}` }));
        const killed = opaque.flatMap((frame) => (frame.type === 'retraction' ? [frame.id] : []));
        const shown = ids(knowing(...opaque, ...opaque.filter((frame) => frame.type === 'headline')));
        expect(shown.filter((id) => killed.includes(id))).toEqual([]);
      }),
    );
  });

  it('takes a snapshot for the whole truth, but for a line that was killed', () => {
    const known = knowing(snapshot(inventHeadlines(3)), retraction(1, 'story-2'));
    const lagging = applyFrame(known, snapshot(inventHeadlines(3), 0), NOW).next;
    expect(ids(lagging)).toEqual(['story-3', 'story-1']);
    expect(ids(applyFrame(known, snapshot([inventHeadline(9)], 0, 'e2'), NOW).next)).toEqual(['story-9']);
  });

  it('shows a headline again that left the filter and came back as a later version', () => {
    const known = knowing(snapshot(inventHeadlines(2)), retraction(1, 'story-2'));
    expect(ids(applyFrame(known, headline(2, inventHeadline(2, { version: 3 })), NOW).next)).toEqual([
      'story-2',
      'story-1',
    ]);
  });

  it('counts on from a snapshot of an earlier place, as after a restored backup', () => {
    const known = knowing(snapshot([], 50), snapshot([], 10));
    expect(ids(applyFrame(known, headline(11, inventHeadline(1)), NOW).next)).toEqual(['story-1']);
  });

  it('does not move its place for the word that it is resumed, before the missed changes came', () => {
    const known = knowing(snapshot([], 5));
    const resumed: ListFrame = { type: 'resumed', channel: 'en', cursor: cursorAt(9) };
    expect(applyFrame(known, resumed, NOW).next).toBe(known);
  });

  it('says what is news and what is not', () => {
    const known = knowing(snapshot(inventHeadlines(2), 1));
    expect(applyFrame(known, headline(2, inventHeadline(3)), NOW).isNews).toBe(true);
    expect(applyFrame(known, headline(1, inventHeadline(3)), NOW).isNews).toBe(false);
    expect(applyFrame(known, headline(2, inventHeadline(2)), NOW).isNews).toBe(false);
  });

  it('keeps a bounded number of tombstones', () => {
    const frames = Array.from({ length: 300 }, (_, at) => [
      headline(at * 2 + 1, inventHeadline(at + 1)),
      retraction(at * 2 + 2, `story-${at + 1}`),
    ]).flat();
    const { tombstones } = knowing(...frames);
    expect(tombstones.size).toBe(TOMBSTONE_LIMIT);
    expect(tombstones.has('story-300')).toBe(true);
  });

  it('lets headlines expire by the clock of the server', () => {
    const expiresAt = new Date(NOW + 60_000).toISOString();
    const ahead: ListFrame = {
      ...snapshot([inventHeadline(1, { expiresAt })]),
      serverTime: new Date(NOW + 40_000).toISOString(),
    } as ListFrame;
    const known = knowing(ahead);
    expect(expiresInMs(known, NOW)).toBe(20_000);
    expect(expire(known, NOW + 19_999)).toBe(known);
    expect(ids(expire(known, NOW + 20_000))).toEqual([]);
  });

  it('does not show what had expired when it came', () => {
    const expiresAt = new Date(NOW - 1).toISOString();
    expect(ids(knowing(headline(1, inventHeadline(1, { expiresAt }))))).toEqual([]);
  });
});
