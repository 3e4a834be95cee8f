/**
 * Times: what a newsroom writes, read without guessing.
 *
 * luxon pushes a local time that does not exist forward, and picks one of two where it exists twice, both in
 * silence; here each is refused, unless the offset is given. [luxon docs, zones: "Invalid times", "Ambiguous times"]
 */
import { DateTime, FixedOffsetZone, IANAZone } from 'luxon';
import { z } from 'zod';
import { accepted, type Result, refused } from '../protocol/refusal.ts';

/** RFC 3339: date, time, and an offset or Z. luxon takes offsets of any size. [RFC 3339 5.6] */
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/;
/** The shape of a local time, for contracts. */
export const LOCAL_TIME = LOCAL.source;

export const isTimeZone = (name: string): boolean => IANAZone.isValidZone(name);

export const timeZoneName = z.string().max(64).refine(isTimeZone, 'must be an IANA time zone, as Asia/Baku');

/** How all times stand in headlines: UTC, milliseconds, Z. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString();

/**
 * @param text RFC 3339, or a local time `YYYY-MM-DD HH:MM[:SS]` together with a zone.
 * @param timeZone IANA zone of a local time.
 * @returns milliseconds since 1970 UTC, or what is wrong with the text.
 */
export function parseTime(text: string, timeZone: string | undefined): Result<number> {
  if (INSTANT.test(text)) {
    const instant = DateTime.fromISO(text.replace(' ', 'T').toUpperCase(), { setZone: true });
    if (!instant.isValid || isHour24(text)) return invalid(noSuchTime(text));
    return inWrittenYears(instant.toMillis());
  }
  if (!LOCAL.test(text)) {
    return invalid(
      'must be RFC 3339 (2026-11-23T18:00:00+04:00), or local time (2026-11-23 18:00) with timeZone',
    );
  }
  if (timeZone === undefined)
    return invalid('a local time needs timeZone, or write the offset: 2026-11-23T18:00:00+04:00');
  if (!isTimeZone(timeZone)) return invalid(`"${timeZone}" is no IANA time zone`);
  const local = DateTime.fromISO(text.replace(' ', 'T'), { zone: timeZone });
  if (!local.isValid || isHour24(text)) return invalid(noSuchTime(text));
  return inZone(local, text, timeZone);
}

function inZone(local: DateTime, text: string, timeZone: string): Result<number> {
  const wallClock = DateTime.fromISO(text.replace(' ', 'T'), { zone: 'utc' });
  if (local.toFormat('yyyyMMddHHmmss') !== wallClock.toFormat('yyyyMMddHHmmss')) {
    return invalid(`${text} does not exist in ${timeZone}: clocks go forward over it; write the offset`);
  }
  const readings = local.getPossibleOffsets().map((reading) => reading.toISO({ suppressMilliseconds: true }));
  if (readings.length > 1) {
    return invalid(`${text} exists twice in ${timeZone}: write ${readings.join(' or ')}`);
  }
  return inWrittenYears(local.toMillis());
}

/** luxon reads 24:00 as the next day, as ISO 8601 once did and RFC 3339 does not. */
const isHour24 = (text: string): boolean => text.slice(11, 13) === '24';
const noSuchTime = (text: string): string => `"${text}" names a date or time that does not exist`;

/** Years of other than four digits would not compare as text; an offset leads there from within. */
const inWrittenYears = (ms: number): Result<number> =>
  formatInstant(ms).length === 24 ? accepted(ms) : invalid('lies outside the years 0000 to 9999 of UTC');

/** The wall clock of an instant in a zone, for people: `2026-11-23 18:00 +04:00`. */
export const formatInZone = (ms: number, timeZone: string): string =>
  DateTime.fromMillis(ms, { zone: isTimeZone(timeZone) ? timeZone : FixedOffsetZone.utcInstance }).toFormat(
    'yyyy-MM-dd HH:mm ZZ',
  );

/** The wall clock of an instant in a zone, as tickers show it: `18:00 23.11.2026`. */
export const clockText = (instant: string, timeZone: string): string =>
  DateTime.fromISO(instant, { zone: timeZone }).toFormat('HH:mm dd.MM.yyyy');

const invalid = (message: string) => refused({ code: 'invalid-field', message });
