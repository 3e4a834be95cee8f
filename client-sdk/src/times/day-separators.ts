/**
 * Day separators: a heading before the first headline of each day. Those that stay are not touched, nor are the
 * lines between them.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import type * as quietDom from '../quiet-dom.ts';
import type { DayText } from './time-texts.ts';

type Dom = Pick<typeof quietDom, 'makeElement' | 'setAttribute' | 'setText'>;

export interface DaySeparators {
  /** @param lines of the headlines, in the same order. @returns them, with the headings between them. */
  between(
    headlines: readonly Headline[],
    lines: readonly Element[],
    dayOf: (instant: string) => Pick<DayText, 'date' | 'text'>,
  ): readonly Element[];
}

export function createDaySeparators({ makeElement, setAttribute, setText }: Dom): DaySeparators {
  /** By date; those of the last time, whose days need not be on show any more. */
  let shown: ReadonlyMap<string, Separator> = new Map();

  function createSeparator(): Separator {
    const element = makeElement('li', 'day');
    const heading = makeElement('h3', 'day-heading');
    const time = makeElement('time', 'day-date');
    heading.append(time);
    element.append(heading);
    return { element, time };
  }

  return {
    between(headlines, lines, dayOf) {
      const next = new Map<string, Separator>();
      const nodes = headlines.flatMap(({ publishedAt }, at) => {
        const { date, text } = dayOf(publishedAt);
        const line = lines[at];
        const rest = line ? [line] : [];
        if (next.has(date)) return rest;
        const separator = shown.get(date) ?? createSeparator();
        next.set(date, separator);
        setText(separator.time, text);
        setAttribute(separator.time, 'datetime', date);
        return [separator.element, ...rest];
      });
      shown = next;
      return nodes;
    },
  };
}

interface Separator {
  readonly element: HTMLLIElement;
  readonly time: HTMLTimeElement;
}
