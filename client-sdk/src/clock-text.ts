/**
 * Clock text: `HH:MM DD.MM.YYYY` on the wall clock of a zone, the same in every browser.
 *
 * Only numbers are asked of Intl, part by part: the texts of locales differ between browsers and their versions.
 */
export interface WallClock {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const FORMAT_LIMIT = 20;

/**
 * What clock and calendar of a zone show.
 *
 * @param ms since 1970 UTC.
 * @param timeZone IANA zone; the viewer's own where undefined.
 */
export function wallClock(ms: number, timeZone: string | undefined): WallClock {
  const parts = formatOf(timeZone).formatToParts(ms);
  const part = (type: keyof WallClock) => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  };
}

/**
 * @param instant RFC 3339.
 * @param timeZone as {@link wallClock} takes it.
 * @returns the empty text for an instant that is none.
 */
export function clockText(instant: string, timeZone: string | undefined): string {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) return '';
  const { year, month, day, hour, minute } = wallClock(ms, timeZone);
  return `${padded(hour)}:${padded(minute)} ${padded(day)}.${padded(month)}.${padded(year, 4)}`;
}

export const padded = (number: number, digits = 2): string => String(number).padStart(digits, '0');

/** @returns the first name that is an IANA zone here; UTC where none is. */
export function firstTimeZone(...names: readonly (string | null | undefined)[]): string {
  return names.find((name) => name && isTimeZone(name)) ?? 'UTC';
}

function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const key = timeZone ?? '';
  const kept = formats.get(key);
  if (kept) return kept;
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    ...(timeZone !== undefined && { timeZone }),
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  });
  if (formats.size >= FORMAT_LIMIT) formats.clear();
  formats.set(key, format);
  return format;
}
