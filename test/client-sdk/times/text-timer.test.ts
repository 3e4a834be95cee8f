import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { words as az } from '../../../client-sdk/src/languages/az.ts';
import * as dom from '../../../client-sdk/src/quiet-dom.ts';
import { createRelativeTimes } from '../../../client-sdk/src/times/relative-times.ts';
import { createTextTimer } from '../../../client-sdk/src/times/text-timer.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A document that can be hidden, and tells so. */
function createStage() {
  const target = new EventTarget();
  const stage = {
    hidden: false,
    listeners: 0,
    addEventListener(type: string, listener: () => void) {
      stage.listeners += 1;
      target.addEventListener(type, listener);
    },
    removeEventListener(type: string, listener: () => void) {
      stage.listeners -= 1;
      target.removeEventListener(type, listener);
    },
    show(isShown: boolean) {
      stage.hidden = !isShown;
      target.dispatchEvent(new Event('visibilitychange'));
    },
  };
  return stage;
}

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2024-04-24T19:42:30Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the timer of all texts', () => {
  it('is one, whoever watches, and there is none while nothing is due', () => {
    const timer = createTextTimer({ document: createStage() });
    const watches = [1, 2, 3].map(() => timer.watch(() => {}));
    expect(jest.getTimerCount()).toBe(0);
    for (const watch of watches) for (const minutes of [3, 2, 5]) watch.dueIn(minutes * MINUTE);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(2 * MINUTE);
    expect(jest.getTimerCount()).toBe(0);
    for (const watch of watches) watch.dueIn(MINUTE);
    for (const watch of watches) watch.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('calls those that are due, once, when they are due', () => {
    const timer = createTextTimer({ document: createStage() });
    const [early, late] = [jest.fn(), jest.fn()];
    timer.watch(early).dueIn(30_000);
    timer.watch(late).dueIn(40_000);
    jest.advanceTimersByTime(29_999);
    expect(early).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect([early, late].map((refresh) => refresh.mock.calls.length)).toEqual([1, 0]);
    jest.advanceTimersByTime(HOUR);
    expect([early, late].map((refresh) => refresh.mock.calls.length)).toEqual([1, 1]);
  });

  it('does nothing while the page is hidden, and all at once when it is seen again', () => {
    const stage = createStage();
    const timer = createTextTimer({ document: stage });
    const refresh = jest.fn();
    const watch = timer.watch(refresh);
    watch.dueIn(MINUTE);
    stage.show(false);
    watch.dueIn(30_000);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(HOUR);
    expect(refresh).not.toHaveBeenCalled();
    stage.show(true);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('finds out that the computer slept', () => {
    const timer = createTextTimer({ document: createStage() });
    const refresh = jest.fn();
    timer.watch(refresh).dueIn(10 * HOUR);
    // The clock went on, and the timers did not.
    jest.setSystemTime(Date.now() + 11 * HOUR);
    jest.advanceTimersByTime(5 * MINUTE);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('listens to the page only while somebody watches', () => {
    const stage = createStage();
    const timer = createTextTimer({ document: stage });
    const watches = [timer.watch(() => {}), timer.watch(() => {})];
    expect(stage.listeners).toBe(1);
    for (const watch of watches) watch.stop();
    expect(stage.listeners).toBe(0);
    watches[0]?.dueIn(MINUTE);
    watches[0]?.clear();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('forgets what is no longer on show', () => {
    const timer = createTextTimer({ document: createStage() });
    const refresh = jest.fn();
    const watch = timer.watch(refresh);
    watch.dueIn(MINUTE);
    watch.clear();
    watch.dueIn(HOUR);
    jest.advanceTimersByTime(HOUR - 1);
    expect(refresh).not.toHaveBeenCalled();
  });
});

describe('the texts of a ticker', () => {
  const published = '2024-04-24T19:41:00Z';
  const timer = () => createTextTimer({ document: createStage() });

  /** What a ticker would show, written anew whenever it is told to. */
  function follow(
    write: (texts: ReturnType<ReturnType<typeof createRelativeTimes>['at']>) => string,
    offset = 0,
  ) {
    const written: string[] = [];
    const rewrite = () =>
      written.push(write(times.at({ now: Date.now() + offset, timeZone: 'Asia/Baku', words: az.times })));
    const times = createRelativeTimes({ dom, refresh: rewrite, timer: timer() });
    rewrite();
    return { written, stop: times.stop };
  }

  it('are written anew when one of them would be another, and not before', () => {
    const { written, stop } = follow((texts) => texts.relative(published));
    jest.advanceTimersByTime(2 * MINUTE);
    expect(written).toEqual(['1 dəqiqə əvvəl', '2 dəqiqə əvvəl', '3 dəqiqə əvvəl']);
    jest.advanceTimersByTime(3 * HOUR);
    // 2 to 59 minutes and 1 to 3 hours; a text of hours does not wake each minute.
    expect(written).toHaveLength(59 + 3);
    jest.advanceTimersByTime(30 * 24 * HOUR);
    expect(written.slice(-2)).toEqual(['6 gün əvvəl', '24 aprel 2024']);
    expect(written).toHaveLength(59 + 23 + 7);
    expect(jest.getTimerCount()).toBe(0);
    stop();
  });

  it("turn to yesterday at the zone's midnight", () => {
    const { written, stop } = follow((texts) => texts.day(published).text);
    jest.advanceTimersByTime(17.5 * MINUTE - 1);
    expect(written).toEqual(['Bu gün']);
    jest.advanceTimersByTime(1);
    expect(written).toEqual(['Bu gün', 'Dünən']);
    stop();
  });

  it("go by the server's clock where the viewer's is wrong", () => {
    jest.setSystemTime(Date.parse('2024-04-24T18:42:30Z'));
    const { written, stop } = follow(
      (texts) => `${texts.day(published).text}, ${texts.relative(published)}`,
      HOUR,
    );
    jest.advanceTimersByTime(18 * MINUTE);
    expect(written.slice(0, 2)).toEqual(['Bu gün, 1 dəqiqə əvvəl', 'Bu gün, 2 dəqiqə əvvəl']);
    expect(written.at(-1)).toBe('Dünən, 19 dəqiqə əvvəl');
    stop();
  });

  it('are English where words are missing, and empty for what is no time', () => {
    const times = createRelativeTimes({ dom, refresh: () => {}, timer: timer() });
    const texts = times.at({ now: Date.now(), timeZone: 'UTC', words: { now: 'hozir' } });
    expect(texts.relative('2024-04-24T19:42:00Z')).toBe('hozir');
    expect(texts.relative('2024-04-24T19:40:00Z')).toBe('2 minutes ago');
    expect([texts.relative('soon'), texts.day('soon').text]).toEqual(['', 'Today']);
    times.stop();
  });
});
