/**
 * Turkish. A number is followed by the singular; months and weekdays of a date have a capital.
 */
import type { Words } from '../words.ts';

const cities: Readonly<Record<string, string>> = {
  'Asia/Baku': 'Bakü',
  'Asia/Tbilisi': 'Tiflis',
  'Asia/Tehran': 'Tahran',
  'Europe/Berlin': 'Berlin',
  'Europe/Istanbul': 'İstanbul',
  'Europe/London': 'Londra',
  'Europe/Moscow': 'Moskova',
};

export const words: Words = {
  language: 'tr',
  heading: 'Haber akışı',
  all: 'Tümü',
  pause: 'Duraklat',
  resume: 'Devam et',
  previous: 'Önceki',
  next: 'Sonraki',
  hide: 'Gizle',
  flash: 'FLAŞ',
  breaking: 'SON DAKİKA',
  labels: { live: 'CANLI', photo: 'FOTO', video: 'VİDEO' },
  correction: 'Düzeltme',
  withdrawn: 'Geri çekildi',
  followUp: 'Haberin devamı',
  latest: 'En son',
  nothing: 'Henüz haber yok',
  status: {
    connecting: 'Bağlanıyor',
    reconnecting: 'Yeniden bağlanıyor',
    delayed: 'Gecikmeli',
    asleep: 'Beklemede',
    offline: 'Çevrimdışı',
    refused: 'Erişilemiyor',
  },
  newHeadlines: (count) => `${count} yeni haber`,
  zone: (city, timeZone) => `${cities[timeZone] ?? city} saati`,
  times: {
    now: 'az önce',
    minutes: (count) => `${count} dakika önce`,
    hours: (count) => `${count} saat önce`,
    days: (count) => (count === 1 ? 'dün' : `${count} gün önce`),
    today: 'Bugün',
    yesterday: 'Dün',
    months: [
      'Ocak',
      'Şubat',
      'Mart',
      'Nisan',
      'Mayıs',
      'Haziran',
      'Temmuz',
      'Ağustos',
      'Eylül',
      'Ekim',
      'Kasım',
      'Aralık',
    ],
    weekdays: ['Pazar', 'Pazartesi', 'Salı', 'Çarşamba', 'Perşembe', 'Cuma', 'Cumartesi'],
    date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year}`}`,
    weekdayAndDate: (weekday, date) => `${date} ${weekday}`,
  },
};
