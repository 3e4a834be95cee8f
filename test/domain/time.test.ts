import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, formatInZone, isTimeZone, parseTime } from '../../src/domain/time.ts';

const read = (text: string, timeZone?: string): string => {
  const time = parseTime(text, timeZone);
  return time.ok ? formatInstant(time.value) : time.refusal.message;
};

describe('an instant', () => {
  it('is read with its offset, whatever zone stands beside it', () => {
    expect(read('2026-11-23T18:00:00+04:00')).toBe('2026-11-23T14:00:00.000Z');
    expect(read('2026-11-23T18:00:00+04:00', 'Europe/Berlin')).toBe('2026-11-23T14:00:00.000Z');
    expect(read('2026-11-23t18:00:00.123456z')).toBe('2026-11-23T18:00:00.123Z');
    expect(read('2026-11-23 18:00:00Z')).toBe('2026-11-23T18:00:00.000Z');
  });

  it('is given back as it was written, for every millisecond of four-digit years', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0000-01-01'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        }),
        (date) => read(date.toISOString()) === date.toISOString(),
      ),
    );
  });

  it('is refused where date, time or offset do not exist', () => {
    for (const text of [
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-23T24:00:00Z',
      '2026-11-23T18:60:00Z',
    ]) {
      expect(read(text)).toBe(`"${text}" names a date or time that does not exist`);
    }
    for (const offset of ['+24:00', '+99:99', '-00:60', '+4', '']) {
      expect(read(`2026-11-23T18:00:00${offset}`)).toMatch(/^must be RFC 3339|^a local time needs timeZone/);
    }
  });

  it('is refused where its offset leads out of the years that compare as text', () => {
    for (const text of ['0000-01-01T00:00:00+04:00', '9999-12-31T23:59:59-04:00']) {
      expect(read(text)).toBe('lies outside the years 0000 to 9999 of UTC');
    }
  });
});

describe('a local time', () => {
  it('is read in its zone by the rules of its day', () => {
    expect(read('2015-07-01 12:00', 'Asia/Baku')).toBe('2015-07-01T07:00:00.000Z');
    expect(read('2015-01-01 12:00', 'Asia/Baku')).toBe('2015-01-01T08:00:00.000Z');
    expect(read('2026-07-01 12:00', 'Asia/Baku')).toBe('2026-07-01T08:00:00.000Z');
    expect(read('2026-07-01T12:00:30.5', 'Europe/Berlin')).toBe('2026-07-01T10:00:30.500Z');
  });

  it('that the clocks leap over is refused, until an offset says what is meant', () => {
    expect(read('2026-03-29 02:30', 'Europe/Berlin')).toBe(
      '2026-03-29 02:30 does not exist in Europe/Berlin: clocks go forward over it; write the offset',
    );
    expect(read('2026-03-29T02:30:00+01:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(read('2026-10-04 02:15', 'Australia/Lord_Howe')).toContain(
      'does not exist in Australia/Lord_Howe',
    );
    expect(read('2011-12-30 12:00', 'Pacific/Apia')).toContain('does not exist in Pacific/Apia');
  });

  it('that the clocks show twice is refused with both readings, each of which is then taken', () => {
    expect(read('2026-10-25 02:30', 'Europe/Berlin')).toBe(
      '2026-10-25 02:30 exists twice in Europe/Berlin: ' +
        'write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00',
    );
    expect(read('2026-10-25T02:30:00+02:00')).toBe('2026-10-25T00:30:00.000Z');
    expect(read('2026-10-25T02:30:00+01:00')).toBe('2026-10-25T01:30:00.000Z');
    expect(read('2026-04-05 01:45', 'Australia/Lord_Howe')).toContain('exists twice');
  });

  it('is taken on both sides of a change of clocks', () => {
    expect(read('2026-03-29 01:59', 'Europe/Berlin')).toBe('2026-03-29T00:59:00.000Z');
    expect(read('2026-03-29 03:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
    expect(read('2026-10-25 01:59', 'Europe/Berlin')).toBe('2026-10-24T23:59:00.000Z');
    expect(read('2026-10-25 03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
  });

  it('shows the same on the wall clock of its zone wherever it is taken, and is never moved in silence', () => {
    const zones = ['Europe/Berlin', 'Asia/Baku', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const minutes = fc.integer({ min: Date.UTC(2010) / 60_000, max: Date.UTC(2030) / 60_000 });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const text = new Date(minute * 60_000).toISOString().slice(0, 16).replace('T', ' ');
        const time = parseTime(text, zone);
        if (!time.ok) return /does not exist|exists twice/.test(time.refusal.message);
        return formatInZone(time.value, zone).startsWith(text);
      }),
      { numRuns: 300 },
    );
  });

  it('needs a zone, and one that there is', () => {
    expect(read('2026-11-23 18:00')).toContain('a local time needs timeZone');
    expect(read('2026-11-23 18:00', 'Mars/Olympus')).toBe('"Mars/Olympus" is no IANA time zone');
    expect(read('2026-11-23 24:00', 'UTC')).toContain('does not exist');
  });
});

describe('what is no time', () => {
  it('is refused with the two forms that are', () => {
    for (const text of [
      '',
      'tomorrow',
      '23.11.2026 18:00',
      '2026-11-23',
      '1795456800000',
      '2026-W48-1T10:00:00Z',
    ]) {
      expect(read(text, 'UTC')).toBe(
        'must be RFC 3339 (2026-11-23T18:00:00+04:00), or local time (2026-11-23 18:00) with timeZone',
      );
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string(), { nil: undefined }), (text, zone) => {
        expect(typeof parseTime(text, zone).ok).toBe('boolean');
      }),
    );
  });
});

describe('a zone', () => {
  it('is one of IANA, never an offset', () => {
    expect(['Asia/Baku', 'Europe/Berlin', 'UTC'].every(isTimeZone)).toBe(true);
    expect(['', 'GMT+4', '+04:00', 'Mars/Olympus'].some(isTimeZone)).toBe(false);
  });

  it('shows an instant on its wall clock, and UTC where there is no such zone', () => {
    const sixPm = Date.UTC(2026, 10, 23, 14);
    expect(formatInZone(sixPm, 'Asia/Baku')).toBe('2026-11-23 18:00 +04:00');
    expect(formatInZone(sixPm, 'Mars/Olympus')).toBe('2026-11-23 14:00 +00:00');
  });
});
