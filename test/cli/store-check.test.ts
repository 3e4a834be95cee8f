import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createStoreCheck } from '../../src/cli/store-check.ts';
import {
  type Commit,
  type CommitResult,
  EngineUnavailable,
  type HeadlineStore,
} from '../../src/domain/engine.ts';

describe('the check of the store by a process that follows none', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** A store that answers as a test lets it: the port is the boundary here. */
  function begin() {
    const state = { commits: 0, answer: (): Promise<void> => Promise.resolve() };
    const headlines = {
      async commit({ id, record, entry }: Commit): Promise<CommitResult> {
        state.commits += 1;
        expect(entry).toBeUndefined();
        await state.answer();
        return { kind: 'committed', receipt: { id, record } };
      },
    } as HeadlineStore;
    return { state, check: createStoreCheck(headlines, { limitMs: 2_000, keepMs: 1_000 }) };
  }

  it('asks once a second at most, however many want to know', async () => {
    const { state, check } = begin();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => check()));
    expect(answers.every((answer) => answer === undefined)).toBe(true);
    await jest.advanceTimersByTimeAsync(900);
    await check();
    expect(state.commits).toBe(1);
    await jest.advanceTimersByTimeAsync(200);
    await check();
    expect(state.commits).toBe(2);
  });

  it('says that the store takes no changes where a commit is refused, and takes it back', async () => {
    const { state, check } = begin();
    state.answer = () => Promise.reject(new EngineUnavailable('gone'));
    expect(await check()).toBe('the store does not take changes');
    state.answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await check()).toBeUndefined();
  });

  it('waits no longer than its limit, and does not ask again while a question hangs', async () => {
    const { state, check } = begin();
    let release = () => {};
    state.answer = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const asked = check();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await asked).toBe('the store does not answer in time');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await check()).toBe('the store does not answer in time');
    expect(state.commits).toBe(1);
    release();
    state.answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await check()).toBeUndefined();
  });
});
