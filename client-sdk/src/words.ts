/**
 * Words: what the ticker itself says, in the languages of its interface. Headlines keep their own language.
 */
import type { Label } from '../../src/protocol/headline.ts';
import type { Status } from './connection-state.ts';

export interface Words {
  /** BCP 47 tag of these words. */
  readonly language: string;
  readonly heading: string;
  readonly all: string;
  readonly pause: string;
  readonly resume: string;
  readonly previous: string;
  readonly next: string;
  readonly flash: string;
  readonly breaking: string;
  readonly labels: Readonly<Record<Label, string>>;
  readonly correction: string;
  readonly latest: string;
  readonly nothing: string;
  /** Said while the list may be behind. */
  readonly status: Readonly<Partial<Record<Status, string>>>;
  newHeadlines(count: number): string;
}

const en: Words = {
  language: 'en',
  heading: 'News line',
  all: 'All',
  pause: 'Pause',
  resume: 'Resume',
  previous: 'Previous',
  next: 'Next',
  flash: 'FLASH',
  breaking: 'BREAKING',
  labels: { live: 'LIVE', photo: 'PHOTOS', video: 'VIDEO' },
  correction: 'Correction',
  latest: 'Latest',
  nothing: 'No headlines yet',
  status: {
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    refused: 'Not available',
  },
  newHeadlines: (count) => `${count} new ${count === 1 ? 'headline' : 'headlines'}`,
};

const az: Words = {
  language: 'az',
  heading: 'Xəbər lenti',
  all: 'Hamısı',
  pause: 'Dayandır',
  resume: 'Davam et',
  previous: 'Əvvəlki',
  next: 'Növbəti',
  flash: 'TƏCİLİ',
  breaking: 'SON DƏQİQƏ',
  labels: { live: 'CANLI', photo: 'FOTO', video: 'VİDEO' },
  correction: 'Düzəliş',
  latest: 'Sonuncu',
  nothing: 'Hələ xəbər yoxdur',
  status: {
    connecting: 'Qoşulur',
    reconnecting: 'Yenidən qoşulur',
    offline: 'Şəbəkə yoxdur',
    refused: 'Əlçatan deyil',
  },
  newHeadlines: (count) => `${count} yeni xəbər`,
};

const ru: Words = {
  language: 'ru',
  heading: 'Лента новостей',
  all: 'Все',
  pause: 'Пауза',
  resume: 'Продолжить',
  previous: 'Предыдущая',
  next: 'Следующая',
  flash: 'МОЛНИЯ',
  breaking: 'СРОЧНО',
  labels: { live: 'ПРЯМОЙ ЭФИР', photo: 'ФОТО', video: 'ВИДЕО' },
  correction: 'Исправление',
  latest: 'Последняя',
  nothing: 'Новостей пока нет',
  status: {
    connecting: 'Подключение',
    reconnecting: 'Переподключение',
    offline: 'Нет сети',
    refused: 'Недоступно',
  },
  newHeadlines: (count) => {
    const [tens, ones] = [count % 100, count % 10];
    if (ones === 1 && tens !== 11) return `${count} новая новость`;
    const isFew = ones >= 2 && ones <= 4 && (tens < 12 || tens > 14);
    return isFew ? `${count} новые новости` : `${count} новых новостей`;
  },
};

/** @param language BCP 47 tag; English for languages that have no words yet. */
export function wordsFor(language: string): Words {
  const [primary] = language.toLowerCase().split('-');
  return [az, ru].find((words) => words.language === primary) ?? en;
}

/** Language of the nearest `lang` around a node, through shadow roots as well. */
export function nearestLanguage(node: Element): string {
  for (let at: Element | null = node; at; ) {
    const named: Element | null = at.closest('[lang]');
    if (named) return named.getAttribute('lang') ?? '';
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return '';
}
