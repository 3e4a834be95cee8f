/**
 * Ticker attributes: all that <news-ticker> takes, beside what every element has.
 *
 * One list for the element, which watches them, for the script tag, which sets no other, for the embed page, and for `newsline doctor embed`.
 */
export const TICKER_ATTRIBUTES: readonly string[] = [
  'channel',
  'src',
  'limit',
  'section',
  'language',
  'time-zone',
  'more-url',
  'heading',
  'lang',
  'layout',
  'tag',
  'max-urgency',
  'times',
  'days',
  'zone-label',
  'theme',
  'retractions',
  'utm',
  'dir',
];

export const isTickerAttribute = (name: string): boolean => TICKER_ATTRIBUTES.includes(name);

/** `maxUrgency`, as it stands in JSON, in a query and in `dataset`, is the attribute `max-urgency`. */
export const attributeName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
