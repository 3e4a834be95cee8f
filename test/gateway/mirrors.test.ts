import { afterEach, describe, expect, it } from '@jest/globals';
import type { Channel } from '../../src/domain/channel.ts';
import type { Baseline, ChannelStore, Feed, FeedObserver } from '../../src/domain/engine.ts';
import { type Mirrors, startMirrors } from '../../src/gateway/mirrors.ts';
import { until } from '../support/until.ts';

const channel: Channel = { name: 'en', language: 'en', timeZone: 'UTC', origins: [] };
const baseline: Baseline = { head: { epoch: 'e', sequence: 0, tag: '0' }, headlines: [], tail: [] };

describe('mirrors of a gateway that has just begun', () => {
  let mirrors: Mirrors;
  afterEach(() => mirrors.stop());

  /** A store that answers when it is let; the port is the boundary here. */
  function begin(
    list: () => Promise<readonly Channel[]>,
    { wasDeleted = async () => true, unknown = () => [] as readonly string[] } = {},
  ) {
    const observers: FeedObserver[] = [];
    let lists = 0;
    const feed: Feed = {
      follow(_name, _options, observer) {
        observers.push(observer);
        return () => {};
      },
    };
    const channels = {
      async list() {
        lists += 1;
        return { channels: await list(), unknown: unknown() };
      },
      wasDeleted,
    } as Pick<ChannelStore, 'list' | 'wasDeleted'> as ChannelStore;
    const gone: string[] = [];
    const troubles: unknown[] = [];
    mirrors = startMirrors(channels, feed, {
      now: Date.now,
      onChange: () => {},
      onGone: (mirror) => gone.push(mirror.channel.name),
      onTrouble: (error) => troubles.push(error),
      refreshMs: 60_000,
    });
    return { observers, gone, troubles, lists: () => lists };
  }

  it('never tells a reader that a channel is not there before the store has said so', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { observers } = begin(() => gate.then(() => [channel]));
    const asked = Array.from({ length: 10 }, () => mirrors.find('en'));
    open();
    await until(() => observers.length > 0);
    observers[0]?.onBaseline(baseline);
    const found = await Promise.all(asked);
    expect(found.map((result) => result.ok)).toEqual(asked.map(() => true));
  });

  it('asks readers to come back while the store does not answer', async () => {
    begin(() => Promise.reject(new Error('gone')));
    expect(await mirrors.find('en')).toMatchObject({ ok: false, refusal: { code: 'engine-unavailable' } });
  });

  it('says that a channel is not there once the store has said so, and asks once for a flood of wrong names', async () => {
    const { lists } = begin(() => Promise.resolve([channel]));
    await new Promise((resolve) => setImmediate(resolve));
    const before = lists();
    const found = await Promise.all(
      Array.from({ length: 500 }, (_, index) => mirrors.find(`wrong-${index}`)),
    );
    expect(found.every((result) => !result.ok && result.refusal.code === 'unknown-channel')).toBe(true);
    expect(lists() - before).toBe(1);
  });

  it('is warm once every channel has been read, and stays so while a channel made later is', async () => {
    const names = ['az', 'en'];
    const { observers } = begin(async () => names.map((name) => ({ ...channel, name })));
    await until(() => observers.length === 2);
    expect(mirrors.isWarm).toBe(false);
    observers[0]?.onBaseline(baseline);
    expect(mirrors.isWarm).toBe(false);
    observers[1]?.onBaseline(baseline);
    expect(mirrors.isWarm).toBe(true);
    names.push('sport');
    await mirrors.refresh();
    expect(observers).toHaveLength(3);
    expect(mirrors.isWarm).toBe(true);
  });

  it('lets a channel go that was deleted, and keeps one that the store has lost, until it is there again', async () => {
    for (const wasDeleted of [true, false]) {
      let channels: Channel[] = [channel];
      const { observers, gone, troubles } = begin(async () => channels, {
        wasDeleted: async () => wasDeleted,
      });
      await until(() => observers.length > 0);
      observers[0]?.onBaseline(baseline);
      channels = [];
      await mirrors.refresh();
      await mirrors.refresh();
      expect(gone).toEqual(wasDeleted ? ['en'] : []);
      expect(troubles).toHaveLength(wasDeleted ? 0 : 1);
      expect(mirrors.isBereft).toBe(!wasDeleted);
      channels = [channel];
      await mirrors.refresh();
      expect(mirrors.isBereft).toBe(false);
      expect(observers).toHaveLength(wasDeleted ? 2 : 1);
      mirrors.stop();
    }
  });

  it('serves the channels it is told of, and keeps those of a part of the store that does not answer', async () => {
    const named = (name: string) => ({ ...channel, name });
    let channels = [named('az'), named('en')];
    let unknown: string[] = [];
    const { observers, gone, troubles } = begin(async () => channels, { unknown: () => unknown });
    await until(() => observers.length === 2);
    for (const observer of observers) observer.onBaseline(baseline);
    channels = [named('en'), named('sport')];
    unknown = ['az', 'ru'];
    await mirrors.refresh();
    observers[2]?.onBaseline(baseline);
    expect(gone).toEqual([]);
    expect(String(troubles)).toMatch(/does not answer that has az, ru/);
    expect([...mirrors.all].map((mirror) => mirror.channel.name).sort()).toEqual(['az', 'en', 'sport']);
    // Not there, as far as we know; but nobody said so.
    expect(await mirrors.find('ru')).toMatchObject({ ok: false, refusal: { code: 'engine-unavailable' } });
    expect(await mirrors.find('wrong')).toMatchObject({ ok: false, refusal: { code: 'unknown-channel' } });
    expect(mirrors.isBereft).toBe(false);
    [channels, unknown] = [[named('en'), named('sport')], []];
    await mirrors.refresh();
    expect(gone).toEqual(['az']);
  });

  it('is warm with what it is told of, where a part of the store does not answer from the beginning', async () => {
    const { observers } = begin(async () => [channel], { unknown: () => ['az'] });
    await until(() => observers.length > 0);
    observers[0]?.onBaseline(baseline);
    expect(mirrors.isWarm).toBe(true);
  });

  it('follows a new channel though the store cannot say whether another was deleted', async () => {
    let channels = [channel];
    const { observers, gone } = begin(async () => channels, {
      wasDeleted: () => Promise.reject(new Error('gone')),
    });
    await until(() => observers.length > 0);
    channels = [{ ...channel, name: 'sport' }];
    await mirrors.refresh();
    expect(observers).toHaveLength(2);
    expect(gone).toEqual([]);
  });
});
