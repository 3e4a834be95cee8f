/**
 * Parts of the ticker: all that it loads when first wanted. The element alone comes with the script; what is seen comes
 * while the connection is made, so it costs no time.
 */
import type { LayoutName } from '../../src/protocol/ticker-layout.ts';
import type { LayoutPart } from './layouts/layout.ts';
import { createPart } from './part.ts';
import type { Words } from './words.ts';

export const show = createPart(() =>
  import('./ticker-show.ts').then(({ createTickerShow }) => createTickerShow),
);
export const speech = createPart(() => import('./speech.ts').then(({ createSpeech }) => createSpeech));
/** Until they have come a ticker shows the clock. */
export const relativeTimes = createPart(() =>
  import('./times/relative-times.ts').then(({ createRelativeTimes }) => createRelativeTimes),
);

const layouts = {
  list: createPart(() => import('./layouts/list-layout.ts').then(({ listLayout }) => listLayout)),
  marquee: createPart(() => import('./layouts/marquee-layout.ts').then(({ marqueeLayout }) => marqueeLayout)),
  rotator: createPart(() => import('./layouts/rotator-layout.ts').then(({ rotatorLayout }) => rotatorLayout)),
  banner: createPart(() => import('./layouts/banner-layout.ts').then(({ bannerLayout }) => bannerLayout)),
};

/** @returns undefined while it is on its way; the list in place of one that does not come. */
export function loadLayout(name: LayoutName, onSettled: () => void): LayoutPart | undefined {
  const wanted = layouts[name].get(onSettled);
  return wanted ?? (layouts[name].isMissing ? layouts.list.get(onSettled) : undefined);
}

const languages = {
  az: createPart(() => import('./languages/az.ts').then(({ words }) => words)),
  ru: createPart(() => import('./languages/ru.ts').then(({ words }) => words)),
  tr: createPart(() => import('./languages/tr.ts').then(({ words }) => words)),
};

const isSpoken = (primary: string): primary is keyof typeof languages => Object.hasOwn(languages, primary);

/**
 * @param language BCP 47 tag.
 * @param english what is said in languages that have no words, and where their words do not come.
 * @param onSettled called once when words that are on their way have come, or did not.
 * @returns undefined while they are on their way.
 */
export function wordsFor(language: string, english: Words, onSettled: () => void): Words | undefined {
  const [primary = ''] = language.toLowerCase().split(/[-_]/);
  if (!isSpoken(primary)) return english;
  const part = languages[primary];
  return part.get(onSettled) ?? (part.isMissing ? english : undefined);
}
