/** Part of the engine contract: a commit is whole or not at all, once, and numbered without a hole. */
import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/domain/engine.ts';
import { NO_TAG, parseCursor } from '../../src/protocol/cursor.ts';
import type { OpenEngine } from './engine-contract.ts';
import {
  accepted,
  channelOf,
  commitOf,
  correct,
  createNewsroom,
  deskOf,
  draftOf,
  publish,
  schedule,
} from './newsroom.ts';
import { look, storyOf } from './watch.ts';

const idempotency = { key: 'key 1/ä', fingerprint: 'print-1', ttlMs: 60_000 };
const range = (length: number) => Array.from({ length }, (_, index) => index + 1);

async function expectChain(engine: Engine, channel: string, length: number): Promise<void> {
  const { head, tail } = await look(engine.feed, channel, { headlines: 0, tail: length });
  expect(tail.map(({ sequence }) => sequence)).toEqual(range(length));
  expect(tail.map(({ previous }) => previous)).toEqual([NO_TAG, ...tail.slice(0, -1).map(({ tag }) => tag)]);
  expect(head).toMatchObject({ sequence: length, tag: tail.at(-1)?.tag });
}

export function describeHeadlines(open: OpenEngine): void {
  const openChannel = async () => {
    const fixture = await open();
    await fixture.engine.channels.create(channelOf('en'));
    return { ...fixture, post: createNewsroom(fixture.engine, 'en'), desk: deskOf(fixture.engine) };
  };

  describe('commits', () => {
    it('refuses an unknown channel', async () => {
      const { engine } = await open();
      expect(await engine.headlines.commit(commitOf('nowhere', 'a'))).toEqual({ kind: 'unknown-channel' });
      expect(await engine.headlines.read('nowhere', 'a')).toBeUndefined();
    });

    it('gives the record back as committed, with the number of its first entry', async () => {
      const { engine } = await openChannel();
      await engine.headlines.commit(commitOf('en', 'a'));
      const commit = commitOf('en', 'b');
      const result = await engine.headlines.commit(commit);
      const record = { ...commit.record, headline: { ...commit.record.headline, sequence: 2 } };
      expect(result).toEqual({
        kind: 'committed',
        receipt: { id: 'b', record, cursor: { epoch: expect.any(String), sequence: 2, tag: 't-b' } },
      });
      expect(await engine.headlines.read('en', 'b')).toEqual(record);
      const { head, tail } = await look(engine.feed, 'en');
      expect(parseCursor(`${head.epoch}.${head.sequence}.${head.tag}`)).toEqual(head);
      expect(tail.at(-1)).toEqual({
        sequence: 2,
        tag: 't-b',
        previous: 't-a',
        at: commit.entry?.at,
        body: { change: 'published', headline: record.headline },
      });
    });

    it('writes only over the revision that was decided on', async () => {
      const { engine } = await openChannel();
      const commit = commitOf('en', 'a');
      const results = await Promise.all(range(10).map(() => engine.headlines.commit(commit)));
      expect(results.map(({ kind }) => kind).sort()).toEqual([
        'committed',
        ...Array.from({ length: 9 }, () => 'conflict'),
      ]);
      const early = { ...commit, expectedRevision: 2, record: { ...commit.record, revision: 3 } };
      expect(await engine.headlines.commit(early)).toEqual({ kind: 'conflict' });
      expect(await engine.headlines.commit(commitOf('en', 'b', { expectedRevision: 1 }))).toEqual({
        kind: 'conflict',
      });
      await expectChain(engine, 'en', 1);
    });

    it('numbers fifty headlines committed at once densely, each naming the one before', async () => {
      const { engine, post } = await openChannel();
      const outcomes = await Promise.all(range(50).map((n) => post(`h${n}`, publish(`Headline ${n}`))));
      const numbers = outcomes.map(({ cursor }) => parseCursor(cursor ?? '')?.sequence);
      expect([...numbers].sort((a, b) => Number(a) - Number(b))).toEqual(range(50));
      expect(outcomes.map(({ record }) => record.headline.sequence)).toEqual(numbers);
      await expectChain(engine, 'en', 50);
    });

    it('takes fifty corrections of one headline at once, one after the other', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('first'));
      await Promise.all(range(50).map((n) => post('a', correct(`words ${n}`))));
      const record = await engine.headlines.read('en', 'a');
      expect(record).toMatchObject({ revision: 51, headline: { version: 51, sequence: 1 } });
      await expectChain(engine, 'en', 51);
    });

    it('keeps the number of the first publication through a correction and a kill', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('A'));
      await post('b', publish('B'));
      const corrected = await post('a', correct('A, corrected'));
      expect(corrected.record.headline.sequence).toBe(1);
      const { tail, headlines } = await look(engine.feed, 'en');
      expect(tail.at(-1)?.body).toMatchObject({ change: 'corrected', headline: { id: 'a', sequence: 1 } });
      expect(headlines.find(({ id }) => id === 'a')).toMatchObject({ title: 'A, corrected', sequence: 1 });
      const killed = await post('a', { do: 'retract', notice: 'wrong' });
      expect(killed.record).toMatchObject({ status: 'retracted', headline: { sequence: 1 } });
      expect((await look(engine.feed, 'en')).tail.at(-1)?.body).toMatchObject({
        change: 'retracted',
        id: 'a',
        notice: 'wrong',
      });
    });

    it('keeps a tombstone, also of an id never seen, that beats what comes late', async () => {
      const { engine, post } = await openChannel();
      await post('a', publish('A'));
      await post('a', { do: 'retract' });
      await post('never-seen', { do: 'retract' });
      for (const id of ['a', 'never-seen']) {
        const late = await post(id, {
          do: 'upsert',
          draft: draftOf('late'),
          version: 99,
          change: 'updated',
        });
        expect(late.applied).toBe(false);
        expect(await engine.headlines.read('en', id)).toMatchObject({ status: 'retracted' });
      }
      const { headlines, tail } = await look(engine.feed, 'en');
      expect(headlines).toEqual([]);
      expect(tail).toHaveLength(3);
    });

    it('keeps ids and words of any kind as they are', async () => {
      const { engine, post } = await openChannel();
      const id = `a:{en}*"\\'[~]|%00/é`.replace('é', 'e');
      const title = 'Ə “quoted” \\ "plain" 📰 {x} %s \u2028 end';
      await post(id, publish(title));
      await post(id.toUpperCase(), publish('another'));
      expect(await engine.headlines.read('en', id)).toMatchObject({ headline: { id, title } });
      const { headlines, tail } = await look(engine.feed, 'en');
      expect(headlines.find((headline) => headline.id === id)?.title).toBe(title);
      expect(tail[0]?.body).toMatchObject({ headline: { id, title } });
    });
  });

  describe('idempotency keys', () => {
    it('answer a repeat with what came of it the first time', async () => {
      const { engine, post } = await openChannel();
      const first = await post('a', publish('A'), { idempotency });
      await post('a', correct('A, corrected'));
      const again = await post('a', publish('A'), { idempotency });
      expect(again).toEqual({ ...first, repeated: true });
      expect(await engine.headlines.receipt('en', idempotency)).toMatchObject({
        kind: 'repeated',
        receipt: { id: 'a', record: { revision: 1, headline: { title: 'A', sequence: 1 } } },
      });
      await expectChain(engine, 'en', 2);
    });

    it('answer a repeat before they compare revisions', async () => {
      const { engine } = await openChannel();
      const commit = commitOf('en', 'a', { idempotency });
      const first = await engine.headlines.commit(commit);
      const again = await engine.headlines.commit(commitOf('en', 'b', { idempotency }));
      expect(again).toEqual({ ...first, kind: 'repeated' });
      expect(await engine.headlines.read('en', 'b')).toBeUndefined();
    });

    it('refuse another request under the same key', async () => {
      const { engine, post, desk } = await openChannel();
      await post('a', publish('A'), { idempotency });
      const other = { ...idempotency, fingerprint: 'print-2' };
      expect(await desk.submit('en', 'b', publish('B'), { idempotency: other })).toMatchObject({
        ok: false,
        refusal: { code: 'key-reused' },
      });
      expect(await engine.headlines.receipt('en', other)).toEqual({ kind: 'key-reused' });
      expect(await engine.headlines.read('en', 'b')).toBeUndefined();
      await expectChain(engine, 'en', 1);
    });

    it('hold for scheduled headlines, which have no place in the log', async () => {
      const { engine, post } = await openChannel();
      const command = schedule('later', Date.now() + 3_600_000);
      const first = await post('a', command, { idempotency });
      expect(first).toMatchObject({ applied: true, repeated: false, record: { status: 'scheduled' } });
      expect(first.cursor).toBeUndefined();
      expect(await post('other-id', command, { idempotency })).toEqual({ ...first, repeated: true });
      expect(await engine.headlines.read('en', 'other-id')).toBeUndefined();
    });

    it('make one headline of many duplicates at once', async () => {
      const { engine, desk } = await openChannel();
      const outcomes = await Promise.all(
        range(20).map((n) => desk.submit('en', `id-${n}`, publish('A'), { idempotency })),
      );
      const [first, ...others] = outcomes.map(accepted);
      expect(new Set(others.map(({ id }) => id))).toEqual(new Set([first?.id]));
      expect(new Set(others.map(({ cursor }) => cursor))).toEqual(new Set([first?.cursor]));
      expect(outcomes.map(accepted).filter(({ repeated }) => !repeated)).toHaveLength(1);
      await expectChain(engine, 'en', 1);
    });

    it('keep nothing of a commit that did not happen', async () => {
      const { engine } = await openChannel();
      const failing = commitOf('en', 'a', { idempotency, expectedRevision: 7 });
      expect(await engine.headlines.commit(failing)).toEqual({ kind: 'conflict' });
      expect(await engine.headlines.receipt('en', idempotency)).toEqual({ kind: 'absent' });
    });

    it('are forgotten after their time, and are of one channel', async () => {
      const { engine, post } = await openChannel();
      await engine.channels.create(channelOf('az'));
      const brief = { ...idempotency, ttlMs: 1 };
      await post('a', publish('A'), { idempotency: brief });
      let isKept = true;
      while (isKept) isKept = (await engine.headlines.receipt('en', brief)).kind !== 'absent';
      await post('b', publish('B'), { idempotency });
      expect(await engine.headlines.receipt('az', idempotency)).toEqual({ kind: 'absent' });
      expect((await createNewsroom(engine, 'az')('c', publish('C'), { idempotency })).repeated).toBe(false);
      await expectChain(engine, 'en', 2);
    });
  });

  it('keeps records, log, receipts and epoch when it is opened again', async () => {
    const { engine, post, reopen } = await openChannel();
    await post('a', publish('A'), { idempotency });
    await post('b', publish('B'));
    await post('b', { do: 'retract' });
    const before = await look(engine.feed, 'en');
    const record = await engine.headlines.read('en', 'b');

    const again = await reopen();
    expect(await look(again.feed, 'en')).toEqual(before);
    expect(await again.headlines.read('en', 'b')).toEqual(record);
    expect(await again.headlines.receipt('en', idempotency)).toMatchObject({ kind: 'repeated' });
    const next = await createNewsroom(again, 'en')('c', publish('C'));
    expect(parseCursor(next.cursor ?? '')).toMatchObject({ epoch: before.head.epoch, sequence: 4 });
    expect((await look(again.feed, 'en')).tail.map(storyOf)).toEqual(['a', 'b', 'b', 'c']);
    await expectChain(again, 'en', 4);
  });
}
