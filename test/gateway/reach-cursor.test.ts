import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { reachCursor } from '../../src/gateway/reach-cursor.ts';
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
      void reachCursor(mirror, cursor).then(({ ok }) => reached.push(`${name}${ok ? '' : ': come back'}`));
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

  it('answers when the channel began anew, and when the store has said twice that there is no such change', async () => {
    const { store, mirror, reached, reach, settle } = begin();
    reach('until it begins anew', { ...store.head, sequence: 7 });
    store.flush();
    mirror.onBaseline(store.baseline({ headlines: 10, tail: 10 }));
    await settle();
    expect(reached).toEqual(['until it begins anew']);
    reach('until it is confirmed', { ...store.head, sequence: 7 });
    mirror.onConfirmed();
    await settle();
    expect(reached).toHaveLength(1);
    mirror.onConfirmed();
    await settle();
    expect(reached.at(-1)).toBe('until it is confirmed');
  });

  it('refuses for now where it hears nothing of the store', async () => {
    const { store, reached, reach } = begin();
    reach('ahead', { ...store.head, sequence: 7 });
    await jest.advanceTimersByTimeAsync(2_900);
    expect(reached).toEqual([]);
    await jest.advanceTimersByTimeAsync(200);
    expect(reached).toEqual(['ahead: come back']);
  });

  it('lets so many wait, and no more', async () => {
    const { store, reached, reach, settle } = begin();
    for (let reader = 0; reader < 10_005; reader += 1) reach('r', { ...store.head, sequence: 7 });
    await settle();
    expect(reached).toEqual(Array.from({ length: 5 }, () => 'r: come back'));
  });
});
