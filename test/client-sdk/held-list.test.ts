import { describe, expect, it } from '@jest/globals';
import { holdList, nextExpiryMs, replaceHeld, updateHeldList } from '../../client-sdk/src/held-list.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';

describe('a list that a reader holds', () => {
  const headlines = inventHeadlines(3);
  const [newest, middle, oldest] = headlines as [Headline, Headline, Headline];
  const held = holdList(headlines);
  const update = (latest: readonly Headline[], limit = 20, nowMs = 0, before = held) =>
    updateHeldList(before, latest, { limit, nowMs });

  it('lets new headlines wait, and is the very same while nothing it shows is another', () => {
    const { shown, waiting } = update([inventHeadline(4), ...headlines]);
    expect(waiting).toBe(1);
    expect(shown).toBe(headlines);
  });

  it('loses a killed headline, and not one that newer ones pushed out', () => {
    expect(update([inventHeadline(4), newest, oldest], 3).shown).toEqual([newest, oldest]);
    expect(update([inventHeadline(5), inventHeadline(4), newest], 3).shown).toBe(headlines);
    expect(update([newest], 3).shown).toEqual([newest]);
    expect(update([], 3).shown).toEqual([]);
  });

  it('loses what was pushed out once a list came whole, which may lack it because it was killed', () => {
    const whole = [inventHeadline(5), inventHeadline(4), { ...newest }];
    expect(update(whole, 3).shown).toEqual([newest]);
  });

  it('loses what expires after it was pushed out, and knows when that is', () => {
    const expiresAt = '2030-01-01T00:00:00.000Z';
    const shown = [newest, middle, { ...oldest, expiresAt }];
    const before = holdList(shown);
    expect(nextExpiryMs(before)).toBe(Date.parse(expiresAt));
    expect(nextExpiryMs(held)).toBeUndefined();
    const latest = [inventHeadline(4), newest, middle];
    expect(update(latest, 3, Date.parse(expiresAt) - 1, before).shown).toEqual(shown);
    expect(update(latest, 3, Date.parse(expiresAt), before).shown).toEqual([newest, middle]);
  });

  it('takes a correction that came with a whole list, and lets other new versions wait', () => {
    const corrected = { ...middle, version: 2, title: 'Right', notice: 'It was wrong.' };
    expect(update([newest, corrected, oldest]).shown).toEqual([newest, corrected, oldest]);
    const updated = { ...middle, version: 2, title: 'Longer' };
    expect(update([newest, updated, oldest]).shown).toBe(headlines);
  });

  it('has one headline replaced or taken out, also one that was pushed out', () => {
    const corrected = { ...middle, version: 2 };
    expect(replaceHeld(held, middle.id, corrected).shown).toEqual([newest, corrected, oldest]);
    expect(replaceHeld(held, middle.id).shown).toEqual([newest, oldest]);
  });
});
