/** Stored text: records, receipts, entries and heads as they stand in Redis, read back. */
import { NOWHERE, type Receipt } from '../../domain/engine.ts';
import { type HeadlineRecord, reviveRecord } from '../../domain/headline-record.ts';
import { type LogEntry, reviveEntry } from '../../domain/log-entry.ts';
import type { Cursor } from '../../protocol/cursor.ts';

/** @param text `REVISION SEQUENCE JSON` */
export function readRecord(text: string): HeadlineRecord {
  const [, sequence, json] = /^\d+ (\d+) (.*)$/s.exec(text) ?? [];
  if (sequence === undefined || json === undefined) throw new Error('a record in Redis is not one of ours');
  return reviveRecord({ sequence: Number(sequence), json });
}

export function readReceipt(text: string): { readonly fingerprint: string; readonly receipt: Receipt } {
  const [fingerprint, id, numbered, epoch, sequence, tag, json] = JSON.parse(text) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const record = reviveRecord({ sequence: Number(numbered), json });
  const cursor = sequence === '0' ? undefined : { epoch, sequence: Number(sequence), tag };
  return { fingerprint, receipt: { id, record, ...(cursor && { cursor }) } };
}

/** @returns undefined where no entry is announced: something else changed, so look for yourself. */
export function readAnnouncement(
  text: string,
): { readonly epoch: string; readonly entry: LogEntry } | undefined {
  try {
    const [epoch, sequence, tag, previous, at, json] = JSON.parse(text) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { epoch, entry: reviveEntry({ sequence: Number(sequence), tag, previous, at, json }) };
  } catch {
    // Anyone may publish on a Pub/Sub channel, and no one's words shall bring us down.
    return undefined;
  }
}

/** One message of the stream: `[id, [field, value, ...]]`. */
export type StreamMessage = readonly [string, readonly string[]];

export function readEntry([id, fields]: StreamMessage): LogEntry {
  const at = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  return reviveEntry({
    sequence: Number.parseInt(id, 10),
    tag: at('t'),
    previous: at('p'),
    at: at('a'),
    json: at('b'),
  });
}

export type StoredHead = readonly (string | null)[];

/** @param head epoch, sequence, tag; each null where there is none. */
export const readHead = ([epoch, sequence, tag]: StoredHead): Cursor => ({
  epoch: epoch ?? NOWHERE.epoch,
  sequence: Number(sequence ?? 0),
  tag: tag ?? NOWHERE.tag,
});
