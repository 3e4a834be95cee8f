/** Part of the engine contract: what is kept is bounded, and what is dropped is the oldest. */
import { describe, expect, it } from '@jest/globals';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, correct, createNewsroom, publish, schedule } from './newsroom.ts';
import { idsOf, look } from './watch.ts';

export function describeRetention(open: OpenEngine): void {
  const openChannel = async () => {
    const fixture = await open({ logLimit: 10, recordLimit: 5 });
    await fixture.engine.channels.create(channelOf('en'));
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

    it('never drops what is scheduled: it was acknowledged and not yet shown', async () => {
      const { engine, post } = await openChannel();
      await post('held', schedule('held', Date.now() - 1_000));
      for (let n = 0; n < 12; n += 1) await post(`h${n}`, publish(`Headline ${n}`));
      const [due] = await engine.headlines.due(10);
      expect(due).toMatchObject({ channel: 'en', id: 'held' });
      await post('held', { do: 'release' }, { nowMs: due?.nowMs ?? 0 });
      expect(idsOf((await look(engine.feed, 'en')).headlines)).toContain('held');
    });
  });
}
