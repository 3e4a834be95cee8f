/** Part of the engine contract: a follower sees a baseline, then every entry, in order, once. */
import { describe, expect, it } from '@jest/globals';
import { CANARY_CHANNEL, type Commit } from '../../src/domain/engine.ts';
import { createProber } from '../../src/domain/prober.ts';
import { NO_TAG } from '../../src/protocol/cursor.ts';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, commitOf, correct, createNewsroom, publish, SIX_PM_MS } from './newsroom.ts';
import { idsOf, look, storyOf, watch } from './watch.ts';

const MINUTE_MS = 60_000;

export function describeFeed(open: OpenEngine): void {
  const openChannel = async () => {
    const fixture = await open();
    await fixture.engine.channels.create(channelOf('en'));
    return { ...fixture, post: createNewsroom(fixture.engine, 'en') };
  };

  describe('baselines', () => {
    it('are empty of a channel without headlines', async () => {
      const { engine } = await openChannel();
      expect(await look(engine.feed, 'en')).toEqual({
        head: { epoch: expect.stringMatching(/^[A-Za-z0-9_-]{1,32}$/), sequence: 0, tag: NO_TAG },
        headlines: [],
        tail: [],
      });
    });

    it('list newest first by publication, then by first entry, as many as were asked for', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('same words', { publishedAtMs: SIX_PM_MS + MINUTE_MS }));
      await post('b', publish('same words', { publishedAtMs: SIX_PM_MS + MINUTE_MS }));
      await post('old', publish('old', { publishedAtMs: SIX_PM_MS - 5 * MINUTE_MS }));
      await post('c', publish('c', { publishedAtMs: SIX_PM_MS + MINUTE_MS }));
      await post('newest', publish('newest', { publishedAtMs: SIX_PM_MS + 2 * MINUTE_MS }));
      await post('before-1970', publish('history', { publishedAtMs: -MINUTE_MS }));
      await post('killed', publish('killed', { publishedAtMs: SIX_PM_MS + 3 * MINUTE_MS }));
      await post('killed', { do: 'retract' });
      await post('a', correct('other words'));
      const all = await look(engine.feed, 'en', { headlines: 100, tail: 0 });
      expect(idsOf(all.headlines)).toEqual(['newest', 'c', 'b', 'a', 'old', 'before-1970']);
      expect(all.headlines[3]).toMatchObject({ title: 'other words', version: 2 });
      expect(all.tail).toEqual([]);
      const some = await look(engine.feed, 'en', { headlines: 2, tail: 3 });
      expect(idsOf(some.headlines)).toEqual(['newest', 'c']);
      expect(some.tail.map(({ sequence }) => sequence)).toEqual([7, 8, 9]);
      expect(some.head).toMatchObject({ sequence: 9, tag: some.tail.at(-1)?.tag });
    });
  });

  describe('followers', () => {
    it('see the baseline first, then every entry in order, once', async () => {
      const { engine, post } = await openChannel();
      await post('before', publish('before'));
      const watching = watch(engine.feed, 'en');
      await watching.until(({ baselines }) => baselines.length > 0);
      await post('a', publish('A'));
      await post('a', correct('A, corrected'));
      await post('a', { do: 'retract', notice: 'withdrawn' });
      await watching.reach(4);
      expect(watching.baselines).toHaveLength(1);
      expect(idsOf(watching.baselines[0]?.headlines ?? [])).toEqual(['before']);
      expect(watching.entries.map(({ body }) => body.change)).toEqual([
        'published',
        'corrected',
        'retracted',
      ]);
      expect(watching.entries[0]?.body).toMatchObject({ headline: { id: 'a', sequence: 2 } });
      expect(watching.entries).toEqual((await look(engine.feed, 'en', { headlines: 0, tail: 3 })).tail);
      watching.stop();
    });

    it('join while the desk is at its busiest, and miss nothing', async () => {
      const { engine, post } = await openChannel();
      const posts = Array.from({ length: 60 }, (_, n) => post(`h${n}`, publish(`Headline ${n}`)));
      await Promise.race(posts);
      const watching = [watch(engine.feed, 'en'), watch(engine.feed, 'en')];
      await Promise.all(posts);
      for (const { reach } of watching) await reach(60);
      for (const { baselines, entries, stop } of watching) {
        expect(baselines).toHaveLength(1);
        expect((baselines[0]?.head.sequence ?? 0) + entries.length).toBe(60);
        stop();
      }
    });

    it('of one channel hear nothing of another', async () => {
      const { engine, post } = await openChannel();
      await engine.channels.create(channelOf('en-2'));
      const watching = watch(engine.feed, 'en');
      const neighbour = watch(engine.feed, 'en-2');
      await neighbour.until(({ baselines }) => baselines.length > 0);
      await createNewsroom(engine, 'en-2')('b', publish('B'));
      await neighbour.reach(1);
      await post('a', publish('A'));
      await watching.reach(1);
      expect([...watching.entries, ...(watching.baselines[0]?.tail ?? [])].map(storyOf)).toEqual(['a']);
      expect(neighbour.position).toMatchObject({ sequence: 1 });
      watching.stop();
      neighbour.stop();
    });

    it('hear no more once they stop, while others go on', async () => {
      const { engine, post } = await openChannel();
      const [leaving, staying] = [watch(engine.feed, 'en'), watch(engine.feed, 'en')];
      await Promise.all(
        [leaving, staying].map(({ until }) => until(({ baselines }) => baselines.length > 0)),
      );
      await post('a', publish('A'));
      await Promise.all([leaving.reach(1), staying.reach(1)]);
      leaving.stop();
      leaving.stop();
      await post('b', publish('B'));
      await staying.reach(2);
      expect(leaving.position).toMatchObject({ sequence: 1 });
      staying.stop();
    });

    it('go on in the same epoch, at the next number, when the engine is opened again', async () => {
      const { engine, post, reopen } = await openChannel();
      await post('a', publish('A'));
      const before = await look(engine.feed, 'en');
      const again = await reopen();
      const watching = watch(again.feed, 'en');
      await watching.until(({ baselines }) => baselines.length > 0);
      expect(watching.baselines).toEqual([before]);
      await createNewsroom(again, 'en')('b', publish('B'));
      await watching.reach(2);
      expect(watching.position).toMatchObject({ epoch: before.head.epoch, sequence: 2 });
      watching.stop();
    });

    it('are given an empty baseline when their channel is deleted, and a new epoch when it is made anew', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('A'));
      const watching = watch(engine.feed, 'en');
      await watching.until(({ baselines }) => baselines.length > 0);
      const old = watching.position?.epoch;
      await engine.channels.delete('en');
      await watching.until(({ baselines }) => baselines.at(-1)?.headlines.length === 0);
      expect(watching.position).toMatchObject({ sequence: 0, tag: NO_TAG });
      expect(watching.position?.epoch).not.toBe(old);
      const gone = watching.position?.epoch;
      await engine.channels.create(channelOf('en'));
      await post('b', publish('B'));
      await watching.reach(1);
      expect([old, gone]).not.toContain(watching.position?.epoch);
      const { baselines, entries } = watching;
      expect([...idsOf(baselines.at(-1)?.headlines ?? []), ...entries.map(storyOf)]).toEqual(['b']);
      watching.stop();
    });
  });

  describe('the canary channel', () => {
    it('is committed to and followed without being made, and stands in no list', async () => {
      const { engine, reopen } = await open();
      const probe = createNewsroom(engine, CANARY_CHANNEL);
      await probe('probe-1', publish('probe'));
      const watching = watch(engine.feed, CANARY_CHANNEL);
      await watching.until(({ baselines }) => baselines.length > 0);
      await probe('probe-2', publish('probe'));
      await watching.reach(2);
      expect(watching.entries.map(storyOf)).toEqual(['probe-2']);
      expect(await engine.channels.list()).toEqual({ channels: [], unknown: [] });
      expect(await engine.channels.get(CANARY_CHANNEL)).toBeUndefined();
      watching.stop();
      const again = await reopen();
      await createNewsroom(again, CANARY_CHANNEL)('probe-3', publish('probe'));
      expect((await look(again.feed, CANARY_CHANNEL)).head.sequence).toBe(3);
    });

    it('is heard by a follower who was there before its first commit', async () => {
      const { engine } = await open();
      const watching = watch(engine.feed, CANARY_CHANNEL);
      await watching.until(({ baselines }) => baselines.length > 0);
      await createNewsroom(engine, CANARY_CHANNEL)('probe', publish('probe'));
      await watching.reach(1);
      expect([...(watching.baselines.at(-1)?.tail ?? []), ...watching.entries].map(storyOf)).toEqual([
        'probe',
      ]);
      watching.stop();
    });

    it('tells a follower of each announcement beside its entry, and of nothing where a commit writes none', async () => {
      const { engine } = await open();
      const prober = createProber(engine.headlines, 'contract');
      await prober.probe(SIX_PM_MS, 'tag-0');
      const told: string[] = [];
      const until = { reached: () => {} };
      const stop = engine.feed.follow(
        CANARY_CHANNEL,
        { headlines: 0, tail: 0 },
        {
          onBaseline: () => until.reached(),
          onAnnounced: (tag) => void told.push(`announced ${tag}`),
          onEntries(entries) {
            told.push(...entries.map(({ tag }) => `entry ${tag}`));
            until.reached();
          },
        },
      );
      await new Promise<void>((resolve) => {
        until.reached = resolve;
      });
      // No entry, and nothing announced.
      await prober.probe(SIX_PM_MS);
      const heard = new Promise<void>((resolve) => {
        until.reached = resolve;
      });
      await prober.probe(SIX_PM_MS, 'tag-1');
      await heard;
      expect(told).toEqual(['announced tag-1', 'entry tag-1']);
      stop();
    });

    it('keeps the probe of each of many gateways until its next', async () => {
      const { engine } = await open();
      const probes = Array.from({ length: 200 }, (_, n) => commitOf(CANARY_CHANNEL, `gateway-${n}`));
      const kinds = async (commits: readonly Commit[]) =>
        new Set(
          (await Promise.all(commits.map((commit) => engine.headlines.commit(commit)))).map(
            ({ kind }) => kind,
          ),
        );
      expect(await kinds(probes)).toEqual(new Set(['committed']));
      const next = probes.map((probe) => ({
        ...probe,
        expectedRevision: 1,
        record: { ...probe.record, revision: 2 },
      }));
      expect(await kinds(next)).toEqual(new Set(['committed']));
    });

    it('keeps next to nothing', async () => {
      const { engine } = await open();
      const probe = createNewsroom(engine, CANARY_CHANNEL);
      await Promise.all(Array.from({ length: 1_100 }, (_, n) => probe(`probe-${n}`, publish('probe'))));
      const { head, headlines, tail } = await look(engine.feed, CANARY_CHANNEL, {
        headlines: 2_000,
        tail: 2_000,
      });
      expect(head.sequence).toBe(1_100);
      expect(headlines.length).toBeLessThanOrEqual(1_000);
      expect(tail.length).toBeLessThanOrEqual(100);
    });
  });
}
