import { describe, expect, it } from '@jest/globals';
import type { Baseline } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { createAddressBudgets } from '../../src/gateway/address-budgets.ts';
import { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { type Encoding, eventStream, flat, newslineV1 } from '../../src/gateway/encoding.ts';
import { createFilterPlaces } from '../../src/gateway/filter-places.ts';
import { accepted } from '../../src/protocol/refusal.ts';

const AT = '2026-03-01T10:00:00.000Z';
const TAIL = 200;
const SUMMARY = 'On and on it goes. '.repeat(30);

const entry = (sequence: number): LogEntry => ({
  sequence,
  tag: `t${sequence}`,
  previous: `t${sequence - 1}`,
  at: AT,
  body: {
    change: 'published',
    headline: {
      id: `h${sequence}`,
      version: 1,
      sequence,
      title: `Headline ${sequence}`,
      summary: SUMMARY,
      language: 'en',
      publishedAt: AT,
      updatedAt: AT,
      urgency: 5,
    },
  },
});
const tail = Array.from({ length: TAIL }, (_, index) => entry(index + 1));
const baseline: Baseline = {
  head: { epoch: 'e', sequence: TAIL, tag: `t${TAIL}` },
  headlines: [],
  tail,
};

function openMirror(options: { limitBytes?: number; limitAudiences?: number } = {}) {
  let nowMs = Date.parse(AT);
  const mirror = new ChannelMirror({ name: 'en', language: 'en', timeZone: 'UTC', origins: [] }, baseline, {
    now: () => nowMs,
    onChange: () => {},
    ...options,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { mirror, pass, now: () => nowMs };
}

/** Counts the frames it builds. */
function countingEncoding(): { encoding: Encoding; readonly framed: number } {
  let framed = 0;
  const change: Encoding['change'] = (visible) => {
    framed += 1;
    return newslineV1.change(visible);
  };
  return {
    encoding: { ...newslineV1, change },
    get framed() {
      return framed;
    },
  };
}

const free = () => accepted(() => {});
const cursor = (sequence: number) => ({ epoch: 'e', sequence, tag: `t${sequence}` });

describe('an audience', () => {
  it('frames what was before it once, however many ask for it and however far back', () => {
    const counting = countingEncoding();
    const { mirror } = openMirror({ limitBytes: 40_000 });
    const found = mirror.audience({}, counting.encoding, free);
    if (!found.ok) throw new Error(found.refusal.message);
    for (let reader = 0; reader < 100; reader += 1) {
      for (const sequence of [1, 5, 100, 150]) expect(found.value.locate(cursor(sequence))).toBeUndefined();
      expect(found.value.locate(cursor(TAIL - 10))).toBeDefined();
    }
    expect(counting.framed).toBeLessThanOrEqual(TAIL);
  });
});

describe('the audiences of a channel', () => {
  it('are there without a filter in every dialect, whatever filters others took', () => {
    const { mirror } = openMirror({ limitAudiences: 3 });
    const join = (section: string) => {
      const found = mirror.audience({ section: [section] }, newslineV1, free);
      // Someone reads on: it is not idle.
      if (found.ok) found.value.readers.push({} as never);
      return found.ok;
    };
    expect(['a', 'b', 'c', 'd'].map(join)).toEqual([true, true, true, false]);
    expect([newslineV1, eventStream, flat].map((dialect) => mirror.audience({}, dialect, free).ok)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('give the places of their filters back, when idle, when another needs one, and when the channel goes', () => {
    const budgets = createAddressBudgets();
    const places = createFilterPlaces(budgets, { filters: 2, filtersPerAddress: 2 });
    const { mirror, pass, now } = openMirror({ limitAudiences: 2 });
    const take = () => places.take('203.0.113.7');
    const open = (section: string) => mirror.audience({ section: [section] }, newslineV1, take).ok;
    const isFree = () => {
      const [one, two] = [take(), take()];
      for (const place of [one, two]) if (place.ok) place.value();
      return one.ok && two.ok;
    };
    expect([open('a'), open('b'), isFree()]).toEqual([true, true, false]);
    expect([open('c'), open('d'), isFree()]).toEqual([true, true, false]);
    pass(120_000);
    mirror.sweep(now());
    expect(isFree()).toBe(true);
    expect([open('e'), isFree()]).toEqual([true, false]);
    mirror.close();
    expect(isFree()).toBe(true);
  });
});
