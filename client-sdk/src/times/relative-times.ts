/**
 * Relative times and days, a part of the ticker that is loaded where `times` or `days` ask for it. One for each
 * ticker; all of them share the timer.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import type * as quietDom from '../quiet-dom.ts';
import type { TimeWords } from '../words.ts';
import { type Today, todayAt } from './calendar.ts';
import { createDaySeparators } from './day-separators.ts';
import { englishTimes } from './english-times.ts';
import { createTextTimer, type TextTimer } from './text-timer.ts';
import { type DayText, dayText, relativeText, type TimeText } from './time-texts.ts';

export interface RelativeTimesOptions {
  /** Writes the texts anew; called when one of them would be another by now. */
  readonly refresh: () => void;
  /** Handed over, since a part has no modules of the core. */
  readonly dom: typeof quietDom;
  /** @default one for all tickers of a page */
  readonly timer?: TextTimer;
}

interface TimesView {
  /** Milliseconds since 1970 UTC, by the server's clock. */
  readonly now: number;
  /** IANA zone that the days are of. */
  readonly timeZone: string;
  /** Those that are missing are English. */
  readonly words?: Partial<TimeWords> | undefined;
}

/** Texts of one moment. */
export interface TimeTexts {
  /** @param instant RFC 3339. @returns as "5 minutes ago"; the empty text for an instant that is none. */
  relative(instant: string): string;
  /** @returns the day that it falls on, as "Yesterday"; today for an instant that is none. */
  day(instant: string): Pick<DayText, 'date' | 'text'>;
  /** @param lines of the headlines, in their order. @returns them, with a heading before each day. */
  withDays(headlines: readonly Headline[], lines: readonly Element[]): readonly Element[];
}

export interface RelativeTimes {
  /** Begins to write all texts of a ticker: what was written before is no longer on show. */
  at(view: TimesView): TimeTexts;
  stop(): void;
}

let pageTimer: TextTimer | undefined;

function sharedTimer(): TextTimer {
  pageTimer ??= createTextTimer();
  return pageTimer;
}

export function createRelativeTimes({
  refresh,
  dom,
  timer = sharedTimer(),
}: RelativeTimesOptions): RelativeTimes {
  const separators = createDaySeparators(dom);
  const watch = timer.watch(refresh);
  let today: Today | undefined;
  return {
    at({ now, timeZone, words }) {
      watch.clear();
      today = todayAt(now, timeZone, today);
      const view = { now, today, words: { ...englishTimes, ...words } };
      const shown = <Text extends TimeText>(text: Text): Text => {
        watch.dueIn(text.until - now);
        return text;
      };
      const day = (instant: string) => {
        const ms = Date.parse(instant);
        return shown(dayText(Number.isNaN(ms) ? now : ms, view));
      };
      return {
        relative(instant) {
          const ms = Date.parse(instant);
          return Number.isNaN(ms) ? '' : shown(relativeText(ms, view)).text;
        },
        day,
        withDays: (headlines, lines) => separators.between(headlines, lines, day),
      };
    },
    stop: watch.stop,
  };
}
