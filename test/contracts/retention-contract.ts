/** Part of the engine contract: what is kept is bounded, and what is dropped is the oldest. */
import { describe, expect, it } from '@jest/globals';
import type { Channel } from '../../src/domain/channel.ts';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, correct, createNewsroom, draftOf, publish, schedule } from './newsroom.ts';
import { idsOf, look } from './watch.ts';

export function describeRetention(open: OpenEngine): void {
  const openChannel = async (settings: Partial<Channel> = {}) => {
    const fixture = await open({ logLimit: 10, recordLimit: 5 });
    await fixture.engine.channels.create({ ...channelOf('en'), ...settings });
    return { ...fixture, post: createNewsroom(fixture.engine, 'en') };
  };

  describe('retention', () => {
    it('keeps the newest entries of the log, dense up to the head', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('A'));
      for (let n = 1; n < 25; n += 1) await post('a', correct(`words ${n}`));
      const { tail, head } = await look(engine.feed, 'en');
      expect(tail.map(({ sequence }) => sequence)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
      expect(head.sequence).toBe(25);
    });

    it('drops the records not changed for longest, tombstones among them', async () => {
      const { engine, post } = await openChannel();
      await post('killed', { do: 'retract' });
      for (const id of ['a', 'b', 'c', 'd']) await post(id, publish(id));
      await post('a', correct('a, corrected'));
      await post('e', publish('e'));
      await post('f', publish('f'));
      expect(await engine.headlines.read('en', 'killed')).toBeUndefined();
      expect(await engine.headlines.read('en', 'b')).toBeUndefined();
      expect(await engine.headlines.read('en', 'a')).toMatchObject({ revision: 2 });
      expect(idsOf((await look(engine.feed, 'en')).headlines)).toEqual(['f', 'e', 'd', 'c', 'a']);
    });

    it('never drops what is scheduled, however much and however old: it was acknowledged and not yet shown', async () => {
      const { engine, post, letPass } = await openChannel({ keepDays: 30 });
      const planned = Array.from({ length: 12 }, (_, n) => `held-${n}`);
      for (const id of planned) await post(id, schedule(id, Date.now() - 1_000));
      for (let n = 0; n < 12; n += 1) await post(`h${n}`, publish(`Headline ${n}`));
      await letPass(400, 'en');
      while (await engine.headlines.sweep());
      const due = await engine.headlines.due(100);
      expect(due.map(({ id }) => id).sort()).toEqual([...planned].sort());
      await post('held-3', { do: 'release' }, { nowMs: due[0]?.nowMs ?? 0 });
      expect(idsOf((await look(engine.feed, 'en')).headlines)).toEqual(['held-3']);
    });

    it('counts what was killed before its time as what it keeps', async () => {
      const { engine, post } = await openChannel();
      for (let n = 0; n < 8; n += 1) await post(`held-${n}`, schedule('held', Date.now() + 60_000));
      await post('shown', publish('shown'));
      for (let n = 0; n < 8; n += 1) await post(`held-${n}`, { do: 'retract' });
      const ids = ['shown', ...Array.from({ length: 8 }, (_, n) => `held-${n}`)];
      const kept = await Promise.all(ids.map((id) => engine.headlines.read('en', id)));
      expect(ids.filter((_, at) => kept[at])).toEqual(['held-3', 'held-4', 'held-5', 'held-6', 'held-7']);
      expect((await look(engine.feed, 'en')).headlines).toEqual([]);
    });

    it('keeps of each channel what its own settings say', async () => {
      const { engine, post } = await openChannel({ keepChanges: 3, keepHeadlines: 2 });
      await engine.channels.create(channelOf('az'));
      const postElsewhere = createNewsroom(engine, 'az');
      for (let n = 0; n < 12; n += 1) {
        await post(`h${n}`, publish('words'));
        await postElsewhere(`h${n}`, publish('words'));
      }
      const [own, other] = [await look(engine.feed, 'en'), await look(engine.feed, 'az')];
      expect([own.headlines.length, own.tail.length]).toEqual([2, 3]);
      expect([other.headlines.length, other.tail.length]).toEqual([5, 10]);
    });

    it('drops what lowered limits leave over at the next commit, some of it, and the rest in sweeps', async () => {
      const { engine, post } = await openChannel({ keepChanges: 1_000, keepHeadlines: 1_000 });
      for (let n = 0; n < 150; n += 1) await post(`h${n}`, publish('words'));
      await engine.channels.update('en', { keepChanges: 3, keepHeadlines: 2 });
      const all = { headlines: 1_000, tail: 1_000 };
      expect((await look(engine.feed, 'en', all)).tail).toHaveLength(150);
      await post('last', publish('words'));
      const some = await look(engine.feed, 'en', all);
      for (const { length } of [some.tail, some.headlines]) {
        expect(length).toBeGreaterThan(40);
        expect(length).toBeLessThan(150);
      }
      // Any number may sweep at once.
      const sweepAll = () => Promise.all([1, 2, 3].map(() => engine.headlines.sweep()));
      while ((await sweepAll()).includes(true));
      const { headlines, tail, head } = await look(engine.feed, 'en', all);
      expect(idsOf(headlines)).toEqual(['last', 'h149']);
      expect(tail.map(({ sequence }) => sequence)).toEqual([149, 150, 151]);
      expect(head.sequence).toBe(151);
      await engine.channels.update('en', { keepChanges: 1_000, keepHeadlines: 1_000 });
      for (let n = 0; n < 9; n += 1) await post(`more-${n}`, publish('words'));
      const more = await look(engine.feed, 'en', all);
      expect([more.headlines.length, more.tail.length]).toEqual([11, 12]);
    });

    it('drops at a commit what was not changed for the days it keeps, with tombstones and changes', async () => {
      const { engine, post, letPass } = await openChannel({ keepDays: 30 });
      await post('old', publish('old'));
      await post('killed', { do: 'retract' });
      await post('renewed', publish('words'));
      await letPass(20, 'en');
      await post('renewed', correct('other words'));
      await letPass(10.5, 'en');
      await post('new', publish('new'));
      const ids = ['old', 'killed', 'renewed', 'new'];
      const kept = await Promise.all(ids.map((id) => engine.headlines.read('en', id)));
      expect(ids.filter((_, at) => kept[at])).toEqual(['renewed', 'new']);
      const { headlines, tail, head } = await look(engine.feed, 'en');
      expect(idsOf(headlines)).toEqual(['new', 'renewed']);
      expect(tail.map(({ sequence }) => sequence)).toEqual([4, 5]);
      expect(head.sequence).toBe(5);
      // What killed it is forgotten: a late retry is new.
      const late = { do: 'upsert', draft: draftOf('late'), version: 1, change: 'updated' } as const;
      expect((await post('killed', late)).record).toMatchObject({ status: 'live', revision: 1 });
    });

    it('drops in a sweep what is past its days, to the last of a quiet channel, which goes on as before', async () => {
      const { engine, post, letPass } = await openChannel({ keepDays: 30 });
      await post('a', publish('A'));
      await post('b', publish('B'));
      const before = await look(engine.feed, 'en');
      await letPass(29, 'en');
      expect(await engine.headlines.sweep()).toBe(false);
      expect(await look(engine.feed, 'en')).toEqual(before);
      await letPass(1.5, 'en');
      expect(await engine.headlines.sweep()).toBe(true);
      expect(await engine.headlines.sweep()).toBe(false);
      expect(await look(engine.feed, 'en')).toEqual({ head: before.head, headlines: [], tail: [] });
      await post('c', publish('C'));
      const after = await look(engine.feed, 'en');
      expect(idsOf(after.headlines)).toEqual(['c']);
      expect(after.tail).toMatchObject([{ sequence: 3, previous: before.head.tag }]);
    });

    it('drops nothing for its age where none is set, or no more', async () => {
      const { engine, post, letPass } = await openChannel({ keepDays: 30 });
      await engine.channels.update('en', { keepDays: null });
      expect(await engine.channels.get('en')).toEqual(channelOf('en'));
      await post('a', publish('A'));
      await letPass(4_000, 'en');
      expect(await engine.headlines.sweep()).toBe(false);
      await post('b', publish('B'));
      const { headlines, tail } = await look(engine.feed, 'en');
      expect([idsOf(headlines), tail.length]).toEqual([['b', 'a'], 2]);
    });
  });
}
