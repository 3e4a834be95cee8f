/**
 * News line: reads a news site's page of headlines, as it is copied from a browser.
 *
 *     News line
 *
 *     Minister opens bridge
 *     Minister opens bridge        a picture's text, then the title itself: one story
 *     14:30 24.04.2024
 *     Council meets - LIVE
 *     14:30 24.04.2024
 *     All
 *
 * Stories are told apart by where they stand, never by title or minute: different ones share both. What cannot be
 * understood is reported with its line, not guessed.
 */

import { parseTime } from '../../domain/time.ts';
import type { Label } from '../../protocol/headline.ts';
import type { LineProblem } from './import-line.ts';
import { splitLabels } from './title-labels.ts';

interface NewsLineHeadline {
  /** Of the title, 1 for the first. */
  readonly line: number;
  /** As on the page, in NFC, without the words that became labels. */
  readonly title: string;
  readonly labels: readonly Label[];
  /** RFC 3339, UTC. */
  readonly publishedAt: string;
  readonly hasPicture: boolean;
}

export interface NewsLine {
  /** Oldest first: from the foot of the page to its top, so that equal minutes keep the page's order. */
  readonly headlines: readonly NewsLineHeadline[];
  readonly problems: readonly LineProblem[];
}

interface Line {
  readonly number: number;
  readonly text: string;
}

const HEADINGS = new Set(['News line', 'Xəbər lenti', 'Лента новостей'].map(fold));
const ALL_LINKS = new Set(['All', 'Hamısı', 'Все'].map(fold));
const TIME = /^([01]\d|2[0-3]):([0-5]\d) (\d{2})\.(\d{2})\.(\d{4})$/;
/** Digits and what stands between them, enough for an hour and a date: meant as a time. */
const TIME_LIKE = /^(?=(?:\D*\d){7})[\d\s.:/,-]+$/;

/** @param timeZone IANA zone of the page's times. */
export function parseNewsLine(text: string, { timeZone }: { readonly timeZone: string }): NewsLine {
  const lines = readLines(text);
  const start = findList(lines);
  if (start === undefined) {
    return {
      headlines: [],
      problems: [
        {
          line: 1,
          message:
            'there is no "News line" heading on this page: put a line with these words above the first title',
        },
      ],
    };
  }
  const headlines: NewsLineHeadline[] = [];
  const problems: LineProblem[] = [];
  let title: Line | undefined;
  let hasPicture = false;
  const report = ({ number }: Line, message: string) => problems.push({ line: number, message });
  const dropTitle = () => {
    if (title) report(title, 'a title without a time below it');
    title = undefined;
  };

  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    if (TIME.test(spaced(line.text))) {
      if (!title) report(line, 'a time without a title above it');
      else {
        const time = readTime(line.text, timeZone);
        if (!time.ok) report(line, time.message);
        else
          headlines.push({
            line: title.number,
            ...splitLabels(title.text),
            publishedAt: time.at,
            hasPicture,
          });
      }
      title = undefined;
    } else if (ALL_LINKS.has(fold(line.text)) && !isTime(lines[index + 1])) {
      break;
    } else if (TIME_LIKE.test(line.text)) {
      report(line, 'must be a time as HH:MM DD.MM.YYYY');
      title = undefined;
    } else if (title?.text === line.text && !hasPicture) {
      hasPicture = true;
    } else {
      dropTitle();
      title = line;
      hasPicture = false;
    }
  }
  dropTitle();
  return { headlines: headlines.reverse(), problems };
}

const readLines = (text: string): readonly Line[] =>
  text
    .replace(/^\uFEFF/, '')
    .normalize('NFC')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '');

/** The words of the heading may also stand in a menu: the list is where a time follows soon. */
function findList(lines: readonly Line[]): number | undefined {
  const starts = lines.flatMap((line, index) => (HEADINGS.has(fold(line.text)) ? [index + 1] : []));
  return starts.find((start) => lines.slice(start, start + 3).some(isTime)) ?? starts[0];
}

const isTime = (line: Line | undefined): boolean => line !== undefined && TIME.test(spaced(line.text));

function readTime(text: string, timeZone: string): { ok: true; at: string } | { ok: false; message: string } {
  const [, hour, minute, day, month, year] = TIME.exec(spaced(text)) ?? [];
  const time = parseTime(`${year}-${month}-${day} ${hour}:${minute}`, timeZone);
  return time.ok
    ? { ok: true, at: new Date(time.value).toISOString() }
    : { ok: false, message: time.refusal.message };
}

/** Pages are full of no-break spaces. */
function spaced(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Without regard to case, also for the dotted and dotless i of Azerbaijani. */
function fold(text: string): string {
  return spaced(text).normalize('NFC').toLowerCase().replaceAll('\u0307', '').replaceAll('ı', 'i');
}
