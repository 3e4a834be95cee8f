import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Commit, CommitResult, Feed, FeedObserver, HeadlineStore } from '../../src/domain/engine.ts';
import { startCanary } from '../../src/gateway/canary.ts';

describe('canary', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** An engine whose feed can fall silent while its commits succeed: the port is the boundary here. */
  function begin() {
    const state = { isDeaf: false, commits: 0 };
    let observer: FeedObserver | undefined;
    const feed: Feed = {
      follow(_channel, _options, told) {
        observer = told;
        told.onBaseline({ head: { epoch: 'e', sequence: 0, tag: '0' }, headlines: [], tail: [] });
        return () => {
          observer = undefined;
        };
      },
    };
    const headlines = {
      async commit({ id, record, entry }: Commit): Promise<CommitResult> {
        state.commits += 1;
        const sequence = state.commits;
        if (!state.isDeaf && entry) {
          const body = { change: 'published', headline: record.headline } as const;
          observer?.onEntries([{ sequence, tag: entry.tag, previous: '', at: entry.at, body }], 'e');
        }
        return { kind: 'committed', receipt: { id, record } };
      },
    } as HeadlineStore;
    return { state, canary: startCanary(headlines, feed, { probeMs: 2_000, limitMs: 5_000 }) };
  }

  it('is heard while its probes come back, and not once they have not for too long', async () => {
    const { state, canary } = begin();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(canary.isHeard).toBe(true);
    state.isDeaf = true;
    await jest.advanceTimersByTimeAsync(8_000);
    expect(canary.isHeard).toBe(false);
    state.isDeaf = false;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(canary.isHeard).toBe(true);
    canary.stop();
  });

  it('commits nothing after it was stopped, also in the middle of a probe', async () => {
    const { state, canary } = begin();
    canary.stop();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(state.commits).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
