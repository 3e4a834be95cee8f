/** Words for a language: English at once, others when their part has come. */
import { createPart } from './part.ts';
import { english, type Words } from './words.ts';

const languages = {
  az: createPart(() => import('./languages/az.ts').then(({ words }) => words)),
  ru: createPart(() => import('./languages/ru.ts').then(({ words }) => words)),
  tr: createPart(() => import('./languages/tr.ts').then(({ words }) => words)),
};

/**
 * @param language BCP 47 tag; English for languages that have no words, and where their words do not come.
 * @param onSettled called once when words that are on their way have come, or did not.
 * @returns undefined while they are on their way.
 */
export function wordsFor(language: string, onSettled: () => void): Words | undefined {
  const [primary = ''] = language.toLowerCase().split(/[-_]/);
  if (!isSpoken(primary)) return english;
  const part = languages[primary];
  return part.get(onSettled) ?? (part.isMissing ? english : undefined);
}

const isSpoken = (primary: string): primary is keyof typeof languages => Object.hasOwn(languages, primary);
