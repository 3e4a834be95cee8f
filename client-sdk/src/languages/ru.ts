/**
 * Russian. A number asks for one of three forms: 1, 21 and 101; 2 to 4, 22 and 103; all others, 11 to 14 among
 * them. Months of a date stand in the genitive; a year is followed by "г.", as in a date set in type.
 */
import type { Words } from '../words.ts';

/** A city does not decline by rule: its time is called by an adjective, and named after a colon where none is here. */
const zones: Readonly<Record<string, string>> = {
  'Asia/Almaty': 'алматинское',
  'Asia/Baku': 'бакинское',
  'Asia/Tashkent': 'ташкентское',
  'Asia/Tbilisi': 'тбилисское',
  'Asia/Tehran': 'тегеранское',
  'Asia/Yerevan': 'ереванское',
  'Europe/Istanbul': 'стамбульское',
  'Europe/Kyiv': 'киевское',
  'Europe/London': 'лондонское',
  'Europe/Minsk': 'минское',
  'Europe/Moscow': 'московское',
};

export const words: Words = {
  language: 'ru',
  heading: 'Лента новостей',
  all: 'Все',
  pause: 'Пауза',
  resume: 'Продолжить',
  previous: 'Предыдущая',
  next: 'Следующая',
  hide: 'Скрыть',
  flash: 'МОЛНИЯ',
  breaking: 'СРОЧНО',
  labels: { live: 'ПРЯМОЙ ЭФИР', photo: 'ФОТО', video: 'ВИДЕО' },
  correction: 'Исправление',
  withdrawn: 'Отозвано',
  followUp: 'Продолжение темы',
  latest: 'Последняя',
  nothing: 'Новостей пока нет',
  status: {
    connecting: 'Подключение',
    reconnecting: 'Переподключение',
    delayed: 'С задержкой',
    asleep: 'Режим ожидания',
    offline: 'Нет сети',
    refused: 'Недоступно',
  },
  newHeadlines: (count) => counted(count, 'новая новость', 'новые новости', 'новых новостей'),
  zone: (city, timeZone) => (zones[timeZone] ? `${zones[timeZone]} время` : `местное время: ${city}`),
  times: {
    now: 'только что',
    minutes: (count) => `${counted(count, 'минуту', 'минуты', 'минут')} назад`,
    hours: (count) => `${counted(count, 'час', 'часа', 'часов')} назад`,
    days: (count) => (count === 1 ? 'вчера' : `${counted(count, 'день', 'дня', 'дней')} назад`),
    today: 'Сегодня',
    yesterday: 'Вчера',
    months: [
      'января',
      'февраля',
      'марта',
      'апреля',
      'мая',
      'июня',
      'июля',
      'августа',
      'сентября',
      'октября',
      'ноября',
      'декабря',
    ],
    weekdays: ['Воскресенье', 'Понедельник', 'Вторник', 'Среда', 'Четверг', 'Пятница', 'Суббота'],
    date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year} г.`}`,
    weekdayAndDate: (weekday, date) => `${weekday}, ${date}`,
  },
};

function counted(count: number, one: string, few: string, many: string): string {
  const [tens, ones] = [count % 100, count % 10];
  if (tens > 10 && tens < 15) return `${count} ${many}`;
  return `${count} ${ones === 1 ? one : ones > 1 && ones < 5 ? few : many}`;
}
