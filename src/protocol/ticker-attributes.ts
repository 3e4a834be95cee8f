/**
 * Ticker attributes: all that <news-ticker> takes, beside what every element has.
 *
 * One list for the script tag, which sets no other, for the embed page, and for `newsline doctor embed`.
 */
const TICKER_ATTRIBUTES = [
  'src',
  'channel',
  'layout',
  'limit',
  'section',
  'language',
  'tag',
  'max-urgency',
  'time-zone',
  'times',
  'days',
  'more-url',
  'heading',
  'theme',
  'retractions',
  'utm',
  'dir',
  'lang',
] as const;

export type TickerAttribute = (typeof TICKER_ATTRIBUTES)[number];
export const isTickerAttribute = (name: string): name is TickerAttribute =>
  (TICKER_ATTRIBUTES as readonly string[]).includes(name);

/** `maxUrgency`, as it stands in JSON, in a query and in `dataset`, is the attribute `max-urgency`. */
export const attributeName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
