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

  it('answers once it has heard of it, and at once whom it knows or who comes from before what it holds', async () => {
    const { store, mirror, reached, reach, settle } = begin();
    const [first] = store.log;
    store.trim(1);
    const { entry, epoch } = store.commit();
    reach('none', undefined);
    reach('known', { epoch, sequence: 1, tag: first?.tag ?? '' });
    reach('ahead', store.head);
    await settle();
    expect(reached).toEqual(['none', 'known']);
    mirror.onEntries([entry], epoch);
    await settle();
    expect(reached.at(-1)).toBe('ahead');
    store.trim(9);
    mirror.onBaseline(store.baseline({ headlines: 10, tail: 10 }));
    reach('trimmed', { epoch, sequence: 1, tag: first?.tag ?? '' });
    await settle();
    expect(reached.at(-1)).toBe('trimmed');
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each<[string, (head: Cursor) => Cursor]>([
    ['later', (head) => ({ ...head, sequence: 7 })],
    ['of another history', (head) => ({ ...head, tag: 'other' })],
    ['of an epoch it has not heard of', () => ({ epoch: 'x', sequence: 9, tag: NO_TAG })],
  ])('calls a cursor lost that is %s once the store, asked after the reader came, says so', async (_, of) => {
    const { store, mirror, reached, reach, settle } = begin();
    const beforeMs = performance.now();
    await jest.advanceTimersByTimeAsync(10);
    reach('reader', of(store.head));
    await settle();
    expect(reached).toEqual([]);
    for (let answers = 0; answers < 3; answers += 1) mirror.onConfirmed(beforeMs);
    await settle();
    expect(reached).toEqual([]);
    await jest.advanceTimersByTimeAsync(10);
    mirror.onConfirmed(performance.now());
    await settle();
    expect(reached).toEqual(['reader']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('answers as soon as the channel began anew where the reader is', async () => {
    const { store, mirror, reached, reach, settle } = begin();
    store.flush();
    store.commit();
    reach('reader', store.head);
    await settle();
    expect(reached).toEqual([]);
    mirror.onBaseline(store.baseline({ headlines: 10, tail: 10 }));
    await settle();
    expect(reached).toEqual(['reader']);
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
