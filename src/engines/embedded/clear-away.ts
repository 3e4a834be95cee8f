/**
 * Clear away: drops what is past the limits of a channel, a bounded number of rows each time. Runs inside one write
 * transaction.
 *
 * What is scheduled was acknowledged and not yet shown: it is counted apart, and never dropped.
 */
import { AGE_SLACK_MS, type Channel, DAY_MS, LOG_LIMIT, RECORD_LIMIT } from '../../domain/channel.ts';
import { SCHEDULE_LIMIT } from '../../domain/engine.ts';
import { formatInstant } from '../../domain/time.ts';
import {
  ageKey,
  type ChannelState,
  KEPT,
  type RecordRow,
  type RowKey,
  rowsOf,
  rowsOfTier,
  type Tables,
} from './tables.ts';

export interface Limits {
  /** Records kept of a channel whose settings say nothing of it. @default RECORD_LIMIT */
  readonly recordLimit: number;
  /** Entries kept in the log of a channel whose settings say nothing of it. @default LOG_LIMIT */
  readonly logLimit: number;
  /** Idempotency keys remembered of a channel; those that expire next go first. @default 10000 */
  readonly receiptLimit: number;
  /** Headlines of a channel that can be scheduled at a time. @default SCHEDULE_LIMIT */
  readonly scheduleLimit: number;
}

export const LIMITS: Limits = {
  recordLimit: RECORD_LIMIT,
  logLimit: LOG_LIMIT,
  receiptLimit: 10_000,
  scheduleLimit: SCHEDULE_LIMIT,
};
/** A probe is needed for seconds, its record until the same gateway's next. */
export const CANARY_LIMITS: Limits = {
  recordLimit: 1_000,
  logLimit: 100,
  receiptLimit: 100,
  scheduleLimit: 1,
};

/** What goes, in a channel at one instant. */
interface Retention {
  readonly changes: number;
  readonly headlines: number;
  readonly receipts: number;
  /** What was changed then or before is past its age; milliseconds since 1970 UTC. */
  readonly agedMs: number;
}

const NEVER_MS = Number.NEGATIVE_INFINITY;

export function retentionOf(channel: Channel | undefined, limits: Limits, nowMs: number): Retention {
  const { keepChanges, keepHeadlines, keepDays } = channel ?? {};
  return {
    changes: keepChanges ?? limits.logLimit,
    headlines: keepHeadlines ?? limits.recordLimit,
    receipts: limits.receiptLimit,
    agedMs: keepDays === undefined ? NEVER_MS : nowMs - keepDays * DAY_MS - AGE_SLACK_MS,
  };
}

export interface Cleared {
  readonly state: ChannelState;
  /** Rows that went. */
  readonly dropped: number;
}

/** @param most rows of each kind that may go. */
export function clearAway(
  tables: Tables,
  state: ChannelState,
  retention: Retention,
  nowMs: number,
  most: number,
): Cleared {
  const logStart = clearLog(tables, state, retention, most);
  const records = clearRecords(tables, state, retention, most);
  const receipts = clearReceipts(tables, state, retention, nowMs, most);
  return {
    state: {
      ...state,
      logStart,
      records: state.records - records,
      receipts: state.receipts - receipts,
    },
    dropped: logStart - state.logStart + records + receipts,
  };
}

/** @returns where the log begins now. */
function clearLog(
  { log }: Tables,
  { home, logStart, sequence }: ChannelState,
  { changes, agedMs }: Retention,
  most: number,
): number {
  const aged = agedMs === NEVER_MS ? '' : formatInstant(agedMs);
  let start = logStart;
  while (start <= sequence && start - logStart < most) {
    const isOver = start <= sequence - changes;
    if (!isOver && !(aged !== '' && (log.get([home, start])?.at ?? '') <= aged)) break;
    log.removeSync([home, start]);
    start += 1;
  }
  return start;
}

/** @returns how many went, the longest unchanged first. */
function clearRecords(
  tables: Tables,
  { home, records }: ChannelState,
  { headlines, agedMs }: Retention,
  most: number,
): number {
  const agedStamp = agedMs * 1_000;
  const over = records - headlines;
  if (over <= 0 && agedMs === NEVER_MS) return 0;
  const oldest: [RowKey, string][] = [];
  for (const { key, value } of tables.ages.getRange({ ...rowsOfTier(home, KEPT), limit: most })) {
    if (oldest.length >= over && Number(key[2]) > agedStamp) break;
    oldest.push([key, value]);
  }
  for (const [key, id] of oldest) {
    const row = tables.records.get([home, id]);
    if (row) removeFromIndexes(tables, home, id, row);
    tables.ages.removeSync(key);
    tables.records.removeSync([home, id]);
  }
  return oldest.length;
}

export function removeFromIndexes(
  { ages, live, due }: Tables,
  home: number,
  id: string,
  row: RecordRow,
): void {
  ages.removeSync(ageKey(home, row));
  if (row.status === 'live') live.removeSync([home, row.publishedAt, row.sequence]);
  if (row.releaseAt !== undefined) due.removeSync([home, row.releaseAt, id]);
}

/** @returns how many went: the expired, and as many of the next to expire as are too many. */
function clearReceipts(
  { receipts, expiries }: Tables,
  { home, receipts: count }: ChannelState,
  { receipts: limit }: Retention,
  nowMs: number,
  most: number,
): number {
  const gone: RowKey[] = [];
  for (const key of expiries.getKeys({ ...rowsOf(home), limit: most })) {
    if (Number(key[1]) > nowMs && gone.length >= count - limit) break;
    gone.push(key);
  }
  for (const key of gone) {
    expiries.removeSync(key);
    receipts.removeSync([home, String(key[2])]);
  }
  return gone.length;
}
