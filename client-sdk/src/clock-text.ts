/**
 * Clock text: `HH:MM DD.MM.YYYY` on the wall clock of a zone, the same in every browser.
 *
 * Only numbers are asked of Intl, part by part: the texts of locales differ between browsers and their versions.
 */
const formats = new Map<string, Intl.DateTimeFormat>();
const FORMAT_LIMIT = 20;

/**
 * @param instant RFC 3339.
 * @param timeZone IANA zone; the viewer's own where undefined.
 * @returns the empty text for an instant that is none.
 */
export function clockText(instant: string, timeZone: string | undefined): string {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) return '';
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const two = (type: Intl.DateTimeFormatPartTypes) => (parts.get(type) ?? '').padStart(2, '0');
  return `${two('hour')}:${two('minute')} ${two('day')}.${two('month')}.${(parts.get('year') ?? '').padStart(4, '0')}`;
}

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
