/** Part of the engine contract: channels and API keys are kept, changed and deleted. */
import { describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/domain/api-key.ts';
import type { OpenEngine } from './engine-contract.ts';
import { channelOf, commitOf, createNewsroom, publish, schedule } from './newsroom.ts';
import { idsOf, look } from './watch.ts';

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

export function describeStores(open: OpenEngine): void {
  describe('channels', () => {
    it('creates, lists, gets, and creates none twice', async () => {
      const { engine } = await open();
      const en = { ...channelOf('en'), origins: ['https://site.example', '*'] };
      expect(await engine.channels.list()).toEqual({ channels: [], unknown: [] });
      expect(await engine.channels.create(en)).toBe(true);
      expect(await engine.channels.create(channelOf('az'))).toBe(true);
      expect(await engine.channels.create({ ...en, language: 'fr' })).toBe(false);
      expect(await engine.channels.get('en')).toEqual(en);
      expect(await engine.channels.get('nowhere')).toBeUndefined();
      expect([...(await engine.channels.list()).channels].sort(byName)).toEqual([channelOf('az'), en]);
    });

    it('lets one of many creations of a name win', async () => {
      const { engine } = await open();
      const won = await Promise.all(
        Array.from({ length: 10 }, () => engine.channels.create(channelOf('en'))),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('updates the settings given and keeps the others', async () => {
      const { engine } = await open();
      await engine.channels.create({ ...channelOf('en'), origins: ['*'] });
      const updated = await engine.channels.update('en', { language: 'en-GB', origins: [] });
      expect(updated).toEqual({ ...channelOf('en'), language: 'en-GB', origins: [] });
      expect(await engine.channels.get('en')).toEqual(updated);
      expect(await engine.channels.update('en', {})).toEqual(updated);
      expect(await engine.channels.update('nowhere', { language: 'en' })).toBeUndefined();
      expect((await engine.channels.list()).channels).toHaveLength(1);
    });

    it('loses neither of two updates of different settings at once', async () => {
      const { engine } = await open();
      await engine.channels.create(channelOf('en'));
      await Promise.all([
        engine.channels.update('en', { language: 'fr' }),
        engine.channels.update('en', { timeZone: 'Europe/Paris' }),
      ]);
      expect(await engine.channels.get('en')).toMatchObject({ language: 'fr', timeZone: 'Europe/Paris' });
    });

    it('deletes a channel with its headlines, its schedule and its receipts', async () => {
      const { engine } = await open();
      await engine.channels.create(channelOf('en'));
      await engine.channels.create(channelOf('en-2'));
      const idempotency = { key: 'k', fingerprint: 'f', ttlMs: 60_000 };
      await createNewsroom(engine, 'en')('a', publish('A'), { idempotency });
      await createNewsroom(engine, 'en')('b', schedule('B', Date.now() - 1_000));
      await createNewsroom(engine, 'en-2')('a', publish('of the neighbour'));

      expect(await engine.channels.delete('en')).toBe(true);
      expect(await engine.channels.delete('en')).toBe(false);
      expect(await engine.channels.wasDeleted('en')).toBe(true);
      expect(await engine.channels.get('en')).toBeUndefined();
      expect(await engine.headlines.read('en', 'a')).toBeUndefined();
      expect(await engine.headlines.receipt('en', idempotency)).toEqual({ kind: 'absent' });
      expect(await engine.headlines.due(10)).toEqual([]);
      expect(await engine.headlines.commit(commitOf('en', 'a'))).toEqual({ kind: 'unknown-channel' });

      expect(await engine.channels.create(channelOf('en'))).toBe(true);
      expect(await engine.headlines.read('en', 'a')).toBeUndefined();
      expect(await engine.headlines.read('en', 'b')).toBeUndefined();
      expect(await look(engine.feed, 'en')).toMatchObject({ headlines: [], tail: [], head: { sequence: 0 } });
      expect(idsOf((await look(engine.feed, 'en-2')).headlines)).toEqual(['a']);
    });
  });

  describe('API keys', () => {
    const keyOf = (name: string) =>
      createApiKey({ name, scopes: ['publish'], channels: ['*'] }, Date.UTC(2026, 0, 1)).stored;

    it('puts, gets, lists and deletes', async () => {
      const { engine } = await open();
      const [cms, wire] = [keyOf('cms'), keyOf('wire')];
      expect(await engine.keys.list()).toEqual([]);
      await engine.keys.put(cms);
      await engine.keys.put(wire);
      expect(await engine.keys.get(cms.id)).toEqual(cms);
      expect(await engine.keys.get('000000000000')).toBeUndefined();
      expect([...(await engine.keys.list())].sort(byName)).toEqual([cms, wire]);
      expect(await engine.keys.delete(cms.id)).toBe(true);
      expect(await engine.keys.delete(cms.id)).toBe(false);
      expect(await engine.keys.get(cms.id)).toBeUndefined();
      expect(await engine.keys.list()).toEqual([wire]);
    });

    it('puts a key of a known id in place of it', async () => {
      const { engine } = await open();
      const key = keyOf('cms');
      await engine.keys.put(key);
      await engine.keys.put({ ...key, name: 'renamed' });
      expect(await engine.keys.list()).toEqual([{ ...key, name: 'renamed' }]);
    });
  });

  it('keeps channels and keys when it is opened again', async () => {
    const { engine, reopen } = await open();
    const key = createApiKey({ name: 'cms', scopes: ['admin'], channels: ['en'] }, 0).stored;
    await engine.channels.create(channelOf('en'));
    await engine.channels.update('en', { language: 'az' });
    await engine.keys.put(key);
    const again = await reopen();
    expect((await again.channels.list()).channels).toEqual([{ ...channelOf('en'), language: 'az' }]);
    expect(await again.keys.list()).toEqual([key]);
  });
}
