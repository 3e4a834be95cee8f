/**
 * Headline lines: frames as a person at a terminal reads them, one line for each change.
 *
 * What was shown is remembered as long as it may come again: a snapshot after a lost connection repeats only what
 * is new.
 */
import { formatInZone } from '../../domain/time.ts';
import type { ServerFrame } from '../../protocol/frames.ts';
import { type Change, type Headline, isBreaking, isFlash } from '../../protocol/headline.ts';
import { printable } from '../printing.ts';

export interface HeadlineLines {
  /** Lines for a frame, oldest first. */
  show(frame: ServerFrame): readonly string[];
}

export interface HeadlineLinesOptions {
  /** IANA zone of the times. Without one: the newsroom's, as a snapshot names it. */
  readonly timeZone?: string | undefined;
  /** Headlines remembered as shown. @default 1000 */
  readonly memory?: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: (() => number) | undefined;
}

const WORDS: Readonly<Record<Exclude<Change, 'retracted'>, string>> = {
  published: '',
  updated: 'UPDATE ',
  corrected: 'CORRECTION ',
};

export function createHeadlineLines({
  timeZone,
  memory = 1_000,
  now = Date.now,
}: HeadlineLinesOptions = {}): HeadlineLines {
  const versions = new Map<string, number>();
  let zone = timeZone ?? 'UTC';

  const line = (headline: Headline, change: Exclude<Change, 'retracted'>): string => {
    versions.delete(headline.id);
    versions.set(headline.id, headline.version);
    for (const id of versions.keys()) {
      if (versions.size <= memory) break;
      versions.delete(id);
    }
    const { labels = [], title, publishedAt, notice } = headline;
    const shown = labels.length > 0 ? ` [${labels.join(', ')}]` : '';
    const words = change !== 'published' && notice ? ` (${notice})` : '';
    const time = formatInZone(Date.parse(publishedAt), zone);
    return printable(`${time}  ${WORDS[change]}${urgencyMark(headline)}${title}${shown}${words}`);
  };

  return {
    show(frame) {
      switch (frame.type) {
        case 'snapshot':
          zone = timeZone ?? frame.timeZone;
          return frame.headlines
            .filter(({ id, version }) => (versions.get(id) ?? 0) < version)
            .reverse()
            .map((headline) => line(headline, 'published'));
        case 'headline':
          return [line(frame.headline, frame.change)];
        case 'retraction': {
          versions.delete(frame.id);
          const words = frame.notice === undefined ? '' : `: ${frame.notice}`;
          return [printable(`${formatInZone(now(), zone)}  KILLED ${frame.id}${words}`)];
        }
        default:
          return [];
      }
    },
  };
}

const urgencyMark = (headline: Headline): string =>
  isFlash(headline) ? '*** FLASH *** ' : isBreaking(headline) ? '* BREAKING * ' : '';
