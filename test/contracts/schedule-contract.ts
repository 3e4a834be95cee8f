/** Part of the engine contract: what is scheduled is seen by no reader before its time, and is released once. */
import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/domain/engine.ts';
import { NO_TAG } from '../../src/protocol/cursor.ts';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, correct, createNewsroom, deskOf, publish, schedule } from './newsroom.ts';
import { idsOf, look, storyOf, watch } from './watch.ts';

const HOUR_MS = 3_600_000;

/** @param left how many more a channel `en` takes. */
export async function expectScheduleLimit(engine: Engine, left: number): Promise<void> {
  const post = createNewsroom(engine, 'en');
  const now = await engine.headlines.now('en');
  const plan = (id: string) => deskOf(engine).submit('en', id, schedule(id, now + HOUR_MS));
  const plans = Array.from({ length: left }, (_, n) => `p${n}`);
  for (const id of plans) expect(await plan(id)).toMatchObject({ ok: true });
  expect(await plan('more')).toMatchObject({ ok: false, refusal: { code: 'limit-reached' } });
  expect(await engine.headlines.read('en', 'more')).toBeUndefined();
  // What is planned may be edited, and what is published now is no plan.
  await post('p0', correct('other words'));
  await post('live', publish('live'));
  await post('p0', { do: 'retract' });
  expect(await plan('more')).toMatchObject({ ok: true });
  await post('p1', { do: 'release' }, { nowMs: now + HOUR_MS });
  expect(await plan('another')).toMatchObject({ ok: true });
  expect(await plan('too many')).toMatchObject({ ok: false });
}

export function describeSchedule(open: OpenEngine): void {
  const openChannel = async () => {
    const fixture = await open();
    await fixture.engine.channels.create(channelOf('en'));
    return { ...fixture, post: createNewsroom(fixture.engine, 'en') };
  };

  describe('schedules', () => {
    it('show a scheduled headline in no baseline, no log and to no follower, whatever becomes of it', async () => {
      const { engine, post } = await openChannel();
      const watching = watch(engine.feed, 'en');
      await post('held', schedule('embargoed words', Date.now() + HOUR_MS));
      await post('held', correct('embargoed words, corrected'));
      await post('killed', schedule('embargoed words', Date.now() + HOUR_MS));
      await post('killed', { do: 'retract' });
      const empty = await look(engine.feed, 'en');
      expect(empty).toMatchObject({ headlines: [], tail: [], head: { sequence: 0, tag: NO_TAG } });

      await post('live', publish('words for all'));
      await watching.reach(1);
      const baseline = await look(engine.feed, 'en');
      expect(JSON.stringify([watching.baselines, watching.entries, baseline])).not.toMatch(
        /embargoed|held|killed/,
      );
      expect(baseline.head.sequence).toBe(1);
      expect(await engine.headlines.read('en', 'held')).toMatchObject({
        status: 'scheduled',
        headline: { title: 'embargoed words, corrected', sequence: 0 },
      });
      expect(await engine.headlines.read('en', 'killed')).toMatchObject({ status: 'retracted' });
      watching.stop();
    });

    it('name by their own clock what is due, earliest first, at most so many of each channel', async () => {
      const { engine, post } = await openChannel();
      await engine.channels.create(channelOf('az'));
      const now = Date.now();
      await post('later', schedule('later', now + HOUR_MS));
      await post('third', schedule('third', now - 1_000));
      await post('first', schedule('first', now - 3_000));
      await createNewsroom(engine, 'az')('second', schedule('second', now - 2_000));
      const due = await engine.headlines.due(10);
      expect(due.map(({ channel, id }) => `${channel}/${id}`)).toEqual(['en/first', 'az/second', 'en/third']);
      for (const { nowMs } of due) expect(Math.abs(nowMs - Date.now())).toBeLessThan(HOUR_MS);
      const some = await engine.headlines.due(1);
      expect(some.map(({ id }) => id)).toEqual(['first', 'second']);
    });

    it('list what is to come in a channel, earliest first, and how much there is', async () => {
      const { engine, post } = await openChannel();
      await engine.channels.create(channelOf('az'));
      const now = await engine.headlines.now('en');
      await createNewsroom(engine, 'az')('elsewhere', schedule('elsewhere', now + HOUR_MS));
      await post('shown', publish('shown'));
      await post('killed', schedule('killed', now + HOUR_MS));
      await post('killed', { do: 'retract' });
      for (const hours of [3, 1, 2]) await post(`in-${hours}`, schedule('words', now + hours * HOUR_MS));
      await post('in-2', correct('other words'));
      const { total, records } = await engine.headlines.scheduled('en', 10);
      expect(total).toBe(3);
      expect(records).toMatchObject([
        { headline: { id: 'in-1', title: 'words' }, releaseAt: new Date(now + HOUR_MS).toISOString() },
        { headline: { id: 'in-2', title: 'other words', version: 2 }, status: 'scheduled' },
        { headline: { id: 'in-3' } },
      ]);
      const next = await engine.headlines.scheduled('en', 1);
      expect([next.total, next.records.map(({ headline }) => headline.id)]).toEqual([3, ['in-1']]);
      expect(await engine.headlines.scheduled('nowhere', 10)).toEqual({ total: 0, records: [] });
      await post('in-1', { do: 'release' }, { nowMs: now + HOUR_MS });
      expect(await engine.headlines.scheduled('en', 10)).toMatchObject({ total: 2 });
    });

    it('release once, by however many desks at the same time, at the time that was set', async () => {
      const { engine, post } = await openChannel();
      const releaseAtMs = Date.now() - 1_000;
      await post('a', schedule('A', releaseAtMs));
      const watching = watch(engine.feed, 'en');
      await watching.until(({ baselines }) => baselines.length > 0);
      const [due] = await engine.headlines.due(10);
      const results = await Promise.all(
        Array.from({ length: 5 }, () =>
          deskOf(engine).submit('en', 'a', { do: 'release' }, { nowMs: due?.nowMs ?? 0 }),
        ),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await engine.headlines.due(10)).toEqual([]);
      await post('b', publish('B'));
      await watching.reach(2);
      expect(watching.entries.map(storyOf)).toEqual(['a', 'b']);
      expect(watching.entries[0]?.body).toMatchObject({
        change: 'published',
        headline: { id: 'a', sequence: 1, publishedAt: new Date(releaseAtMs).toISOString() },
      });
      expect(idsOf((await look(engine.feed, 'en')).headlines)).toContain('a');
      watching.stop();
    });

    it('take a killed or moved headline off what is due', async () => {
      const { engine, post } = await openChannel();
      const past = Date.now() - 1_000;
      await post('killed', schedule('A', past));
      await post('killed', { do: 'retract' });
      await post('moved', schedule('B', past));
      const draft = {
        content: { title: 'B', language: 'en', urgency: 5 },
        publishedAtMs: past + HOUR_MS,
      } as const;
      await post('moved', {
        do: 'upsert',
        draft: { ...draft, releaseAtMs: past + HOUR_MS },
        version: 2,
        change: 'updated',
      });
      expect(await engine.headlines.due(10)).toEqual([]);
    });

    it('keep what is scheduled when opened again', async () => {
      const { post, reopen } = await openChannel();
      await post('a', schedule('A', Date.now() - 1_000));
      const again = await reopen();
      const [due] = await again.headlines.due(10);
      expect(due).toMatchObject({ channel: 'en', id: 'a' });
      const released = await createNewsroom(again, 'en')('a', { do: 'release' }, { nowMs: due?.nowMs ?? 0 });
      expect(released.record).toMatchObject({ status: 'live', headline: { sequence: 1 } });
    });
  });
}
