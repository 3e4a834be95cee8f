import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createPart } from '../../client-sdk/src/part.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a part', () => {
  it('that is slow tells those who wait once that it is missed, and once that it has come', async () => {
    let come = (_: string) => {};
    const part = createPart(() => new Promise<string>((resolve) => (come = resolve)));
    const told: (string | undefined)[] = [];
    // Who asks again when told, each time anew, as one does who has something to say.
    const ask = () => {
      if (told.length > 10) return;
      const content = part.get(() => {
        told.push(content);
        ask();
      });
      if (content) told.push(content);
    };
    ask();
    jest.advanceTimersByTime(1_500);
    expect(told).toEqual([undefined]);
    expect(part.isMissing).toBe(true);
    come('words');
    await jest.advanceTimersByTimeAsync(0);
    expect(part.isMissing).toBe(false);
    expect(told.filter((content) => content === undefined).length).toBeLessThanOrEqual(3);
    expect(told.at(-1)).toBe('words');
  });
});
