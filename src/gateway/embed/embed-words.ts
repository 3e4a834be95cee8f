/**
 * Embed words: what the list says that stands in an embed page before any script runs, in the languages that the ticker
 * has words of. The same words: nothing is called otherwise when the element takes over.
 */
import type { Label } from '../../protocol/headline.ts';

export interface EmbedWords {
  readonly heading: string;
  readonly flash: string;
  readonly breaking: string;
  readonly labels: Readonly<Record<Label, string>>;
  readonly correction: string;
}

const ENGLISH: EmbedWords = {
  heading: 'News line',
  flash: 'FLASH',
  breaking: 'BREAKING',
  labels: { live: 'LIVE', photo: 'PHOTOS', video: 'VIDEO' },
  correction: 'Correction',
};

const OTHERS: Readonly<Record<string, EmbedWords>> = {
  az: {
    heading: 'Xəbər lenti',
    flash: 'TƏCİLİ',
    breaking: 'SON DƏQİQƏ',
    labels: { live: 'CANLI', photo: 'FOTO', video: 'VİDEO' },
    correction: 'Düzəliş',
  },
  ru: {
    heading: 'Лента новостей',
    flash: 'МОЛНИЯ',
    breaking: 'СРОЧНО',
    labels: { live: 'ПРЯМОЙ ЭФИР', photo: 'ФОТО', video: 'ВИДЕО' },
    correction: 'Исправление',
  },
  tr: {
    heading: 'Haber akışı',
    flash: 'FLAŞ',
    breaking: 'SON DAKİKA',
    labels: { live: 'CANLI', photo: 'FOTO', video: 'VİDEO' },
    correction: 'Düzeltme',
  },
};

/** @param language BCP 47. */
export const primaryLanguage = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

/** English where there are none of the language. */
export const embedWords = (language: string): EmbedWords => OTHERS[primaryLanguage(language)] ?? ENGLISH;
