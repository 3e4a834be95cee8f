/**
 * Speech: gives the announcer its voice, the two places of a ticker from which screen readers speak. A part, loaded
 * when the first list stands: only what comes after it is said.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import { type Announcer, type AnnouncerSinks, createAnnouncer } from './announcer.ts';
import type { Words } from './words.ts';

export interface Voices {
  readonly status: HTMLElement;
  readonly alert: HTMLElement;
}

/** What there is to say: the headlines as they stand, and the words around them. */
export interface Script {
  readonly find: AnnouncerSinks['find'];
  readonly words: () => Words;
}

export function createSpeech({ status, alert }: Voices, { find, words }: Script): Announcer {
  return createAnnouncer({
    find,
    polite(announcement) {
      if (!announcement) return status.replaceChildren();
      const { count, latest } = announcement;
      const { newHeadlines, latest: latestWord } = words();
      status.replaceChildren(`${newHeadlines(count)}. ${latestWord}: `, spoken(latest));
    },
    urgent(flash) {
      if (flash) alert.replaceChildren(`${words().flash}: `, spoken(flash));
      else alert.replaceChildren();
    },
  });
}

/** In its own language, or it would be read by the rules of another. [WCAG 3.1.2] */
function spoken({ title, language }: Headline): Node {
  const text = document.createElement('span');
  text.lang = language;
  text.textContent = title;
  return text;
}
