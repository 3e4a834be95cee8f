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
  type Receipt,
  type ReceiptResult,
} from '../../domain/engine.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import type { StoredEntry } from '../../domain/log-entry.ts';
import { NO_TAG } from '../../protocol/cursor.ts';
import { CANARY_LIMITS, clearAway, type Limits, removeFromIndexes, retentionOf } from './clear-away.ts';
import { ageKey, type ChannelState, type RecordRow, type Tables } from './tables.ts';

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
  const kept = channel === CANARY_CHANNEL ? CANARY_LIMITS : limits;
  const scheduled = state.scheduled + countOf(record, 'scheduled') - countOf(before, 'scheduled');
  if (scheduled > state.scheduled && scheduled > kept.scheduleLimit) {
    return { result: { kind: 'schedule-full' } };
  }

  const sequence = state.sequence + (entry ? 1 : 0);
  const { headline } = record;
  const row: RecordRow = {
    revision: record.revision,
    status: record.status,
    publishedAt: headline.publishedAt,
    ...(record.releaseAt !== undefined && { releaseAt: record.releaseAt }),
    sequence: headline.sequence === 0 && entry ? sequence : headline.sequence,
    // Later than all before, also where the clock was set back: so the order is the order of the commits.
    stamp: Math.max(nowMs * 1_000, state.stamp + 1),
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

  const next = {
    ...state,
    sequence,
    tag: entry?.tag ?? state.tag,
    stamp: row.stamp,
    records: state.records + countOf(record, 'kept') - countOf(before, 'kept'),
    scheduled,
    receipts: state.receipts + (isNewReceipt ? 1 : 0),
  };
  const retention = retentionOf(tables.channels.get(channel), kept, nowMs);
  tables.states.putSync(channel, clearAway(tables, next, retention, nowMs, CLEAR_LIMIT).state);
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
  scheduled: 0,
  receipts: 0,
});

/** 1 where it counts among these. */
function countOf(record: Pick<RecordRow, 'status'> | undefined, among: 'kept' | 'scheduled'): 0 | 1 {
  return record && (record.status === 'scheduled') === (among === 'scheduled') ? 1 : 0;
}

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
