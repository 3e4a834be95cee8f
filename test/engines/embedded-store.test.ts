import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CANARY_CHANNEL, type Engine } from '../../src/domain/engine.ts';
import {
  type EmbeddedEngineOptions,
  openEmbeddedEngine,
} from '../../src/engines/embedded/embedded-engine.ts';
import { openStore } from '../../src/engines/embedded/store.ts';
import { rowsOfChannels } from '../../src/engines/embedded/tables.ts';
import { channelOf, commitOf, createNewsroom, publish, schedule } from '../contracts/newsroom.ts';
import { expectScheduleLimit } from '../contracts/schedule-contract.ts';
import { idsOf, look, watch } from '../contracts/watch.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
const opened: Engine[] = [];

const open = async (options: Omit<EmbeddedEngineOptions, 'folder'> = {}): Promise<Engine> => {
  const engine = await openEmbeddedEngine({ folder: folder.path, ...options });
  opened.push(engine);
  return engine;
};

beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
  await folder.dispose();
});

const countRows = async (): Promise<number> => {
  const store = await openStore(folder.path);
  const counts = await store.read((transaction) =>
    rowsOfChannels(store.tables).map((table) => table.getKeysCount({ transaction })),
  );
  await store.close();
  return counts.reduce((sum, count) => sum + count, 0);
};

describe('an embedded store', () => {
  it('keeps nothing of a write that throws half way, and all of the others that share its flush', async () => {
    const store = await openStore(folder.path);
    const { records } = store.tables;
    const row = { revision: 1, status: 'live', publishedAt: '', sequence: 1, stamp: 1, json: '{}' } as const;
    const results = await Promise.allSettled([
      store.write(() => records.putSync([1, 'before'], row)),
      store.write(() => {
        records.putSync([1, 'half'], row);
        throw new Error('a bug');
      }),
      store.write(() => records.putSync([1, 'after'], row)),
    ]);
    const kept = await store.read((transaction) => [...records.getKeys({ transaction })]);
    await store.close();
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(kept).toEqual([
      [1, 'after'],
      [1, 'before'],
    ]);
  });

  it('leaves not one row of a deleted channel, and every row of its neighbour', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('az'));
    await engine.close();
    const empty = await countRows();

    const again = await open();
    await again.channels.create(channelOf('en'));
    const idempotency = { key: 'k', fingerprint: 'f', ttlMs: 60_000 };
    await createNewsroom(again, 'az')('a', publish('of the neighbour'), { idempotency });
    const post = createNewsroom(again, 'en');
    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        post(`h${n}`, n % 2 ? publish('A') : schedule('B', Date.now()), {
          idempotency: { ...idempotency, key: `k${n}` },
        }),
      ),
    );
    await again.channels.delete('en');
    expect(idsOf((await look(again.feed, 'az')).headlines)).toEqual(['a']);
    await again.close();
    // record, entry, live, age, receipt, expiry
    expect((await countRows()) - empty).toBe(6);
  });

  it('ends a deletion that was cut short when it opens', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await Promise.all(Array.from({ length: 50 }, (_, n) => post(`h${n}`, publish('A'))));
    // Closing lets the write that is under way end, and refuses the sweep that would have followed.
    const deletion = engine.channels.delete('en');
    const closed = engine.close();
    await expect(deletion).rejects.toThrow('the embedded store is closed');
    await closed;
    expect(await countRows()).toBeGreaterThan(100);
    const again = await open();
    expect(await again.channels.list()).toEqual({ channels: [], unknown: [] });
    await again.close();
    expect(await countRows()).toBe(0);
  });

  it('forgets idempotency keys whose time is over, and above its limit those that expire next', async () => {
    let nowMs = 1_000_000;
    const engine = await open({ now: () => nowMs, limits: { receiptLimit: 3 } });
    await engine.channels.create(channelOf('en'));
    const idempotency = (n: number) => ({ key: `k${n}`, fingerprint: 'f', ttlMs: 10_000 });
    const kinds = async () =>
      Promise.all([0, 1, 2, 3, 4].map((n) => engine.headlines.receipt('en', idempotency(n)))).then(
        (receipts) => receipts.map(({ kind }) => kind),
      );
    for (const n of [0, 1, 2, 3]) {
      nowMs += 1_000;
      await engine.headlines.commit(commitOf('en', `h${n}`, { idempotency: idempotency(n) }));
    }
    expect(await kinds()).toEqual(['absent', 'repeated', 'repeated', 'repeated', 'absent']);
    nowMs += 8_500;
    expect(await kinds()).toEqual(['absent', 'absent', 'repeated', 'repeated', 'absent']);
    await engine.headlines.commit(commitOf('en', 'h4', { idempotency: idempotency(4) }));
    await engine.close();
    const store = await openStore(folder.path);
    const kept = await store.read((transaction) => [
      store.tables.receipts.getKeysCount({ transaction }),
      store.tables.expiries.getKeysCount({ transaction }),
    ]);
    await store.close();
    expect(kept).toEqual([3, 3]);
  });

  it('takes an idempotency key anew once its time is over', async () => {
    let nowMs = 1_000_000;
    const engine = await open({ now: () => nowMs });
    await engine.channels.create(channelOf('en'));
    const commit = (id: string, fingerprint: string) =>
      engine.headlines.commit(commitOf('en', id, { idempotency: { key: 'k', fingerprint, ttlMs: 5_000 } }));
    expect(await commit('a', 'one')).toMatchObject({ kind: 'committed' });
    nowMs += 4_999;
    expect(await commit('b', 'two')).toMatchObject({ kind: 'key-reused' });
    nowMs += 1;
    expect(await commit('b', 'two')).toMatchObject({ kind: 'committed', receipt: { id: 'b' } });
    expect(await commit('b', 'two')).toMatchObject({ kind: 'repeated', receipt: { id: 'b' } });
  });

  it('never drops the record it has just acknowledged, though all others are still to come', async () => {
    const engine = await open({ limits: { recordLimit: 2 } });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    for (const id of ['a', 'b']) await post(id, schedule(id, Date.now() + 60_000));
    await post('c', publish('C'));
    expect(await engine.headlines.read('en', 'c')).toMatchObject({ status: 'live' });
  });

  it('takes no more plans than there can be, and another for each that is killed or released', async () => {
    const engine = await open({ limits: { scheduleLimit: 2 } });
    await engine.channels.create(channelOf('en'));
    await expectScheduleLimit(engine, 2);
  });

  it('keeps the order of the commits where the clock is set back', async () => {
    let nowMs = 2_000_000;
    const engine = await open({ now: () => nowMs, limits: { recordLimit: 2 } });
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await post('a', publish('A'));
    nowMs -= 1_000_000;
    await post('b', publish('B'));
    await post('c', publish('C'));
    expect(idsOf((await look(engine.feed, 'en')).headlines)).toEqual(['c', 'b']);
  });

  it('shrinks to smaller limits as commits come, and keeps the log dense', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    const post = createNewsroom(engine, 'en');
    await Promise.all(Array.from({ length: 120 }, (_, n) => post(`h${n}`, publish('A'))));
    await engine.close();
    const again = await open({ limits: { logLimit: 5, recordLimit: 5 } });
    const postAgain = createNewsroom(again, 'en');
    for (let n = 0; n < 10; n += 1) await postAgain(`g${n}`, publish('B'));
    const { tail, headlines } = await look(again.feed, 'en', { headlines: 1_000, tail: 1_000 });
    expect(tail.map(({ sequence }) => sequence)).toEqual([126, 127, 128, 129, 130]);
    expect(idsOf(headlines)).toEqual(['g9', 'g8', 'g7', 'g6', 'g5']);
  });

  it('refuses limits that mean nothing', async () => {
    for (const limits of [{ logLimit: 0 }, { recordLimit: -1 }, { receiptLimit: 1.5 }]) {
      await expect(open({ limits })).rejects.toThrow(RangeError);
    }
  });

  it('knows no name that cannot be a key', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    for (const name of ['', '\0', 'en\0', 'x'.repeat(5_000)]) {
      expect(await engine.channels.get(name)).toBeUndefined();
      expect(await engine.channels.update(name, { language: 'az' })).toBeUndefined();
      expect(await engine.channels.delete(name)).toBe(false);
      expect(await engine.keys.get(name)).toBeUndefined();
      expect(await engine.keys.delete(name)).toBe(false);
      expect(await engine.headlines.read('en', name)).toBeUndefined();
      expect(await engine.headlines.read(name, 'a')).toBeUndefined();
      expect(await engine.headlines.commit(commitOf(name, 'a'))).toEqual({ kind: 'unknown-channel' });
    }
  });

  it('lets no one create or delete the canary channel', async () => {
    const engine = await open();
    expect(await engine.channels.create(channelOf(CANARY_CHANNEL))).toBe(false);
    expect(await engine.channels.delete(CANARY_CHANNEL)).toBe(false);
    expect(await engine.headlines.commit(commitOf(CANARY_CHANNEL, 'a'))).toMatchObject({ kind: 'committed' });
  });

  it('waits for commits under way when it closes', async () => {
    const engine = await open();
    await engine.channels.create(channelOf('en'));
    const commits = Array.from({ length: 20 }, (_, n) => engine.headlines.commit(commitOf('en', `h${n}`)));
    await engine.close();
    expect((await Promise.all(commits)).every(({ kind }) => kind === 'committed')).toBe(true);
    const again = await open();
    expect((await look(again.feed, 'en')).head.sequence).toBe(20);
  });
});

describe('an observer that throws', () => {
  it('is reported, and keeps neither the commit nor the other followers from going on', async () => {
    const troubles: unknown[] = [];
    const engine = await open({ onTrouble: ({ channel, error }) => troubles.push([channel, error]) });
    await engine.channels.create(channelOf('en'));
    const error = new Error('a bug in an observer');
    const stop = engine.feed.follow(
      'en',
      { headlines: 1, tail: 1 },
      {
        onBaseline() {},
        onEntries() {
          throw error;
        },
      },
    );
    const watching = watch(engine.feed, 'en');
    await watching.until(({ baselines }) => baselines.length > 0);
    expect(await engine.headlines.commit(commitOf('en', 'a'))).toMatchObject({ kind: 'committed' });
    await watching.reach(1);
    expect(troubles).toContainEqual(['en', error]);
    stop();
    watching.stop();
  });
});
