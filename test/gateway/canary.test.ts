import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Commit, CommitResult, Feed, FeedObserver, HeadlineStore } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { type CanaryOptions, startCanary } from '../../src/gateway/canary.ts';

const PROBE_MS = 1_000;
const LIMIT_MS = 1_500;

describe('canary', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** An engine whose commits succeed, and whose feed says of them what a test lets it: the port is the boundary here. */
  function begin({ isDeaf = false, ...options }: CanaryOptions & { isDeaf?: boolean } = {}) {
    const silence = (_entry: LogEntry) => {};
    const state = { commits: 0, commitMs: 0, tell: isDeaf ? silence : announce };
    const observers: FeedObserver[] = [];
    const feed: Feed = {
      follow(_channel, _options, observer) {
        observers.push(observer);
        observer.onBaseline({ head: { epoch: 'e', sequence: 0, tag: '0' }, headlines: [], tail: [] });
        return () => void observers.pop();
      },
    };
    function announce(entry: LogEntry) {
      observers[0]?.onAnnounced?.(entry.tag);
      repair(entry);
    }
    function repair(entry: LogEntry) {
      observers[0]?.onEntries([entry], 'e');
    }
    const headlines = {
      async commit({ id, record, entry }: Commit): Promise<CommitResult> {
        state.commits += 1;
        const body = { change: 'published', headline: record.headline } as const;
        if (entry) state.tell({ sequence: state.commits, tag: entry.tag, previous: '', at: entry.at, body });
        if (state.commitMs > 0) await new Promise((resolve) => setTimeout(resolve, state.commitMs));
        return { kind: 'committed', receipt: { id, record } };
      },
    } as HeadlineStore;
    const canary = startCanary(headlines, feed, { probeMs: PROBE_MS, limitMs: LIMIT_MS, ...options });
    const later = (ms: number) => (entry: LogEntry) => void setTimeout(announce, ms, entry);
    return { state, canary, announce, repair, later, silence };
  }

  /** Each hearing in turn, looked at every tenth of a second. */
  async function watch(canary: ReturnType<typeof startCanary>, ms: number): Promise<string[]> {
    const seen: string[] = [canary.hearing];
    for (let passed = 0; passed < ms; passed += 100) {
      await jest.advanceTimersByTimeAsync(100);
      if (canary.hearing !== seen.at(-1)) seen.push(canary.hearing);
    }
    return seen;
  }

  it('is silent until the first probe has come back', async () => {
    const { state, canary, announce } = begin({ isDeaf: true });
    expect(await watch(canary, PROBE_MS / 2)).toEqual(['silent']);
    state.tell = announce;
    expect(await watch(canary, PROBE_MS)).toEqual(['silent', 'heard']);
    canary.stop();
  });

  it('falls silent within probe and limit, whenever its probes stop coming back, and hears again with the next', async () => {
    const { state, canary, announce, silence } = begin();
    await jest.advanceTimersByTimeAsync(10_050);
    expect(canary.hearing).toBe('heard');
    state.tell = silence;
    await jest.advanceTimersByTimeAsync(PROBE_MS + LIMIT_MS);
    expect(canary.hearing).toBe('silent');
    state.tell = announce;
    await jest.advanceTimersByTimeAsync(PROBE_MS);
    expect(canary.hearing).toBe('heard');
    canary.stop();
  });

  it('is late where probes are followed without an announcement', async () => {
    const { state, canary, announce, repair } = begin({ isDeaf: true });
    state.tell = (entry) => void setTimeout(repair, 700, entry);
    expect(await watch(canary, 10_000)).toEqual(['silent', 'late']);
    state.tell = announce;
    expect(await watch(canary, 2_000)).toEqual(['late', 'heard']);
    canary.stop();
  });

  it('does not waver where one announcement is lost, nor where one comes after the log was read', async () => {
    const { state, canary, announce, repair, silence } = begin();
    await jest.advanceTimersByTimeAsync(5_050);
    let next = 0;
    state.tell = (entry) => {
      next += 1;
      if (next === 1) silence(entry);
      else if (next === 3) {
        repair(entry);
        setTimeout(announce, 100, entry);
      } else announce(entry);
    };
    expect(await watch(canary, 5_000)).toEqual(['heard']);
    canary.stop();
  });

  it('does not count a probe that comes back after its limit', async () => {
    const { state, canary, later } = begin();
    await jest.advanceTimersByTimeAsync(5_050);
    state.tell = later(LIMIT_MS + 100);
    expect(await watch(canary, 20_000)).toEqual(['heard', 'silent']);
    canary.stop();
  });

  it('falls silent in time also where the commit itself hangs', async () => {
    const { state, canary, silence } = begin();
    await jest.advanceTimersByTimeAsync(5_050);
    state.tell = silence;
    state.commitMs = 60_000;
    await jest.advanceTimersByTimeAsync(PROBE_MS + LIMIT_MS);
    expect(canary.hearing).toBe('silent');
    canary.stop();
  });

  it('commits nothing after it was stopped, also in the middle of a probe', async () => {
    const { state, canary } = begin({ isDeaf: true });
    canary.stop();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(state.commits).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('needs time for a second probe within the limit', () => {
    expect(() => begin({ probeMs: 1_500, limitMs: 1_500 })).toThrow(TypeError);
  });
});
