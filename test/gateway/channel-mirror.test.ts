import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { type Cursor, NO_TAG } from '../../src/protocol/cursor.ts';
import { createModelStore } from '../domain/model-store.ts';

describe('a mirror that is behind what a reader was told elsewhere', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function begin() {
    const store = createModelStore();
    store.commit();
    const mirror = new ChannelMirror(
      { name: 'en', language: 'en', timeZone: 'UTC', origins: [] },
      store.baseline({ headlines: 10, tail: 10 }),
      { now: Date.now, onChange: () => {} },
    );
    const reached: string[] = [];
    const reach = (name: string, cursor: Cursor | undefined) =>
      void mirror.reach(cursor).then(() => reached.push(name));
    const settle = () => jest.advanceTimersByTimeAsync(0);
    return { store, mirror, reached, reach, settle };
  }

  it('answers once it has heard of it, and whom it knows at once', async () => {
    const { store, mirror, reached, reach, settle } = begin();
    reach('none', undefined);
    reach('old', store.head);
    reach('another past', { epoch: 'x', sequence: 9, tag: NO_TAG });
    const { entry, epoch } = store.commit();
    reach('ahead', store.head);
    await settle();
    expect(reached).toEqual(['none', 'old', 'another past']);
    mirror.onEntries([entry], epoch);
    await settle();
    expect(reached.at(-1)).toBe('ahead');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('answers when the channel began anew, or after a while', async () => {
    const { store, mirror, reached, reach, settle } = begin();
    const ahead = { ...store.head, sequence: 7 };
    reach('until it begins anew', ahead);
    store.flush();
    mirror.onBaseline(store.baseline({ headlines: 10, tail: 10 }));
    await settle();
    expect(reached).toEqual(['until it begins anew']);
    reach('until it takes too long', { ...store.head, sequence: 7 });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reached).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reached).toHaveLength(2);
  });

  it('lets so many wait, and no more', async () => {
    const { store, reached, reach, settle } = begin();
    for (let reader = 0; reader < 10_005; reader += 1) reach('r', { ...store.head, sequence: 7 });
    await settle();
    expect(reached).toHaveLength(5);
  });
});
