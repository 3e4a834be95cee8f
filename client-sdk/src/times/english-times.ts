/** English words of times and dates, in the order of day and month that most of the world reads. */
import type { TimeWords } from '../words.ts';

const ago = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'} ago`;

export const englishTimes: TimeWords = {
  now: 'just now',
  minutes: (count) => ago(count, 'minute'),
  hours: (count) => ago(count, 'hour'),
  days: (count) => (count === 1 ? 'yesterday' : ago(count, 'day')),
  today: 'Today',
  yesterday: 'Yesterday',
  months: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  weekdayAndDate: (weekday, date) => `${weekday}, ${date}`,
};
