/**
 * Azerbaijani. A number is followed by the singular. Names of months and weekdays are ours: Chromium knows none
 * in this language, and prints `M04` for April.
 */
import type { Words } from '../words.ts';

const cities: Readonly<Record<string, string>> = {
  'Asia/Baku': 'Bakı',
  'Asia/Tbilisi': 'Tbilisi',
  'Asia/Tehran': 'Tehran',
  'Europe/Istanbul': 'İstanbul',
  'Europe/Kyiv': 'Kiyev',
  'Europe/Moscow': 'Moskva',
};

export const words: Words = {
  language: 'az',
  heading: 'Xəbər lenti',
  all: 'Hamısı',
  pause: 'Dayandır',
  resume: 'Davam et',
  previous: 'Əvvəlki',
  next: 'Növbəti',
  hide: 'Gizlət',
  flash: 'TƏCİLİ',
  breaking: 'SON DƏQİQƏ',
  labels: { live: 'CANLI', photo: 'FOTO', video: 'VİDEO' },
  correction: 'Düzəliş',
  withdrawn: 'Geri çağırılıb',
  followUp: 'Mövzunun davamı',
  latest: 'Sonuncu',
  nothing: 'Hələ xəbər yoxdur',
  status: {
    connecting: 'Qoşulur',
    reconnecting: 'Yenidən qoşulur',
    delayed: 'Gecikmə ilə',
    asleep: 'Gözləmə rejimi',
    offline: 'Şəbəkə yoxdur',
    refused: 'Əlçatan deyil',
  },
  newHeadlines: (count) => `${count} yeni xəbər`,
  zone: (city, timeZone) => `${cities[timeZone] ?? city} vaxtı`,
  times: {
    now: 'indicə',
    minutes: (count) => `${count} dəqiqə əvvəl`,
    hours: (count) => `${count} saat əvvəl`,
    days: (count) => (count === 1 ? 'dünən' : `${count} gün əvvəl`),
    today: 'Bu gün',
    yesterday: 'Dünən',
    months: [
      'yanvar',
      'fevral',
      'mart',
      'aprel',
      'may',
      'iyun',
      'iyul',
      'avqust',
      'sentyabr',
      'oktyabr',
      'noyabr',
      'dekabr',
    ],
    weekdays: ['bazar', 'bazar ertəsi', 'çərşənbə axşamı', 'çərşənbə', 'cümə axşamı', 'cümə', 'şənbə'],
    date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year}`}`,
    weekdayAndDate: (weekday, date) => `${date}, ${weekday}`,
  },
};
