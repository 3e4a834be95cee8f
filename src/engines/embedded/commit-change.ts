/**
 * Commit: writes a change that was decided on, whole or not at all. Runs inside one write transaction.
 *
 * It compares and sets, numbers and links; what a headline becomes was decided in the domain.
 */
import { createHash } from 'node:crypto';
import type { Transaction } from 'lmdb';
import {
  CANARY_CHANNEL,
  type Commit,
  type CommitResult,
  type Idempotency,
  LOG_LIMIT,
  RECORD_LIMIT,
  type Receipt,
  type ReceiptResult,
} from '../../domain/engine.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import type { StoredEntry } from '../../domain/log-entry.ts';
import { NO_TAG } from '../../protocol/cursor.ts';
import { ageKey, type ChannelState, type RecordRow, type RowKey, rowsOf, type Tables } from './tables.ts';

export interface Limits {
  /** Records kept of a channel; those not changed for longest go first. @default RECORD_LIMIT */
  readonly recordLimit: number;
  /** Entries kept in the log of a channel; the oldest go first. @default LOG_LIMIT */
  readonly logLimit: number;
  /** Idempotency keys remembered of a channel; those that expire next go first. @default 10000 */
  readonly receiptLimit: number;
}

export const LIMITS: Limits = { recordLimit: RECORD_LIMIT, logLimit: LOG_LIMIT, receiptLimit: 10_000 };
/** A probe is needed for seconds, its record until the same gateway's next. */
const CANARY_LIMITS: Limits = { recordLimit: 1_000, logLimit: 100, receiptLimit: 100 };

/** Rows of one kind that one commit may clear away: more than it adds, yet never a long pause. */
const CLEAR_LIMIT = 32;

export interface Committed {
  readonly result: CommitResult;
  /** What followers are to be told. */
  readonly announcement?: { readonly entry: StoredEntry; readonly epoch: string };
}

export function commitChange(tables: Tables, limits: Limits, nowMs: number, commit: Commit): Committed {
  const { channel, id, expectedRevision, record, entry, idempotency } = commit;
  const state = tables.states.get(channel);
  if (!state) return { result: { kind: 'unknown-channel' } };
  const earlier = findReceipt(tables, state, idempotency, nowMs);
  if (earlier.kind !== 'absent') return { result: earlier };
  const before = tables.records.get([state.home, id]);
  if ((before?.revision ?? 0) !== expectedRevision) return { result: { kind: 'conflict' } };

  const sequence = state.sequence + (entry ? 1 : 0);
  const { headline } = record;
  const row: RecordRow = {
    revision: record.revision,
    status: record.status,
    publishedAt: headline.publishedAt,
    ...(record.releaseAt !== undefined && { releaseAt: record.releaseAt }),
    sequence: headline.sequence === 0 && entry ? sequence : headline.sequence,
    stamp: state.stamp + 1,
    json: JSON.stringify(record),
  };
  putRecord(tables, state.home, id, before, row);

  const receipt: Receipt = {
    id,
    record: reviveRecord(row),
    ...(entry && { cursor: { epoch: state.epoch, sequence, tag: entry.tag } }),
  };
  const stored = entry && { ...entry, sequence, previous: state.tag };
  if (stored) tables.log.putSync([state.home, sequence], stored);
  const isNewReceipt =
    idempotency !== undefined && putReceipt(tables, state.home, idempotency, receipt, nowMs);

  const kept = channel === CANARY_CHANNEL ? CANARY_LIMITS : limits;
  tables.states.putSync(
    channel,
    clearAway(tables, kept, nowMs, {
      ...state,
      sequence,
      tag: entry?.tag ?? state.tag,
      stamp: row.stamp,
      records: state.records + (before ? 0 : 1),
      receipts: state.receipts + (isNewReceipt ? 1 : 0),
    }),
  );
  return {
    result: { kind: 'committed', receipt },
    ...(stored && { announcement: { entry: stored, epoch: state.epoch } }),
  };
}

export const newState = (home: number, epoch: string): ChannelState => ({
  home,
  epoch,
  sequence: 0,
  tag: NO_TAG,
  logStart: 1,
  stamp: 0,
  records: 0,
  receipts: 0,
});

/** What came of an earlier commit under this idempotency key. */
export function findReceipt(
  tables: Pick<Tables, 'receipts'>,
  { home }: Pick<ChannelState, 'home'>,
  idempotency: Idempotency | undefined,
  nowMs: number,
  transaction?: Transaction,
): ReceiptResult {
  if (!idempotency) return { kind: 'absent' };
  const row = tables.receipts.get([home, hash(idempotency.key)], transaction && { transaction });
  if (!row || row.expiresAtMs <= nowMs) return { kind: 'absent' };
  if (row.fingerprint !== idempotency.fingerprint) return { kind: 'key-reused' };
  return { kind: 'repeated', receipt: row.receipt };
}

/** Senders choose their keys, of any length and of any characters. */
const hash = (key: string): string => createHash('sha256').update(key).digest('base64url');

/** @returns whether the key was not there. */
function putReceipt(
  { receipts, expiries }: Tables,
  home: number,
  { key, fingerprint, ttlMs }: Idempotency,
  receipt: Receipt,
  nowMs: number,
): boolean {
  const name = hash(key);
  const expired = receipts.get([home, name]);
  if (expired) expiries.removeSync([home, expired.expiresAtMs, name]);
  receipts.putSync([home, name], { fingerprint, expiresAtMs: nowMs + ttlMs, receipt });
  expiries.putSync([home, nowMs + ttlMs, name], true);
  return expired === undefined;
}

function putRecord(
  tables: Tables,
  home: number,
  id: string,
  before: RecordRow | undefined,
  row: RecordRow,
): void {
  if (before) removeFromIndexes(tables, home, id, before);
  tables.records.putSync([home, id], row);
  tables.ages.putSync(ageKey(home, row), id);
  if (row.status === 'live') tables.live.putSync([home, row.publishedAt, row.sequence], id);
  if (row.releaseAt !== undefined) tables.due.putSync([home, row.releaseAt, id], true);
}

function removeFromIndexes({ ages, live, due }: Tables, home: number, id: string, row: RecordRow): void {
  ages.removeSync(ageKey(home, row));
  if (row.status === 'live') live.removeSync([home, row.publishedAt, row.sequence]);
  if (row.releaseAt !== undefined) due.removeSync([home, row.releaseAt, id]);
}

/** What is more than the limits goes, and what has expired: a bounded number of rows each time. */
function clearAway(tables: Tables, limits: Limits, nowMs: number, state: ChannelState): ChannelState {
  const { home, sequence } = state;
  const logStart = Math.max(
    state.logStart,
    Math.min(sequence - limits.logLimit + 1, state.logStart + CLEAR_LIMIT),
  );
  for (let number = state.logStart; number < logStart; number += 1) tables.log.removeSync([home, number]);
  return {
    ...state,
    logStart,
    records: state.records - clearRecords(tables, home, state.records - limits.recordLimit, state.stamp),
    receipts: state.receipts - clearReceipts(tables, home, state.receipts - limits.receiptLimit, nowMs),
  };
}

/** @returns how many went. Never the one just committed, whatever else is kept. */
function clearRecords(tables: Tables, home: number, tooMany: number, newest: number): number {
  if (tooMany <= 0) return 0;
  const oldest = [...tables.ages.getRange({ ...rowsOf(home), limit: Math.min(tooMany, CLEAR_LIMIT) + 1 })]
    .filter(({ key }) => key[2] !== newest)
    .slice(0, tooMany);
  for (const { key, value: id } of oldest) {
    const row = tables.records.get([home, id]);
    if (row) removeFromIndexes(tables, home, id, row);
    tables.ages.removeSync(key);
    tables.records.removeSync([home, id]);
  }
  return oldest.length;
}

/** @returns how many went: the expired, and as many of the next to expire as are too many. */
function clearReceipts({ receipts, expiries }: Tables, home: number, tooMany: number, nowMs: number): number {
  const gone: RowKey[] = [];
  for (const key of expiries.getKeys({ ...rowsOf(home), limit: CLEAR_LIMIT })) {
    if (Number(key[1]) > nowMs && gone.length >= tooMany) break;
    gone.push(key);
  }
  for (const key of gone) {
    expiries.removeSync(key);
    receipts.removeSync([home, String(key[2])]);
  }
  return gone.length;
}
