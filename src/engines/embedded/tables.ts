/**
 * Tables: what stands where in the LMDB file of an embedded store.
 *
 * All rows of a channel begin with its `home`, a number that is never used again: a channel deleted and created
 * anew never meets rows of its former life, and all its rows stand together.
 */
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { StoredApiKey } from '../../domain/api-key.ts';
import type { Channel } from '../../domain/channel.ts';
import type { Receipt } from '../../domain/engine.ts';
import type { HeadlineRecord, StoredRecord } from '../../domain/headline-record.ts';
import type { StoredEntry } from '../../domain/log-entry.ts';

export interface ChannelState {
  readonly home: number;
  readonly epoch: string;
  /** Of the newest entry. */
  readonly sequence: number;
  readonly tag: string;
  /** Of the oldest entry kept. */
  readonly logStart: number;
  /** Of the latest commit, in microseconds since 1970 UTC, no two alike: the age of a record is its last commit's. */
  readonly stamp: number;
  /** Records beside those scheduled. */
  readonly records: number;
  readonly scheduled: number;
  readonly receipts: number;
}

export interface RecordRow extends StoredRecord, Pick<HeadlineRecord, 'revision' | 'status' | 'releaseAt'> {
  readonly publishedAt: string;
  readonly stamp: number;
}

interface ReceiptRow {
  readonly fingerprint: string;
  readonly expiresAtMs: number;
  readonly receipt: Receipt;
}

export type RowKey = (string | number)[];
export type Table<Row, Key extends RowKey | string | number = RowKey> = Database<Row, Key>;

export interface Tables {
  /** By name. */
  readonly channels: Table<Channel, string>;
  /** By name; the canary's stands here only. */
  readonly states: Table<ChannelState, string>;
  /** By id. */
  readonly keys: Table<StoredApiKey, string>;
  /** home, id */
  readonly records: Table<RecordRow>;
  /** home, sequence */
  readonly log: Table<StoredEntry>;
  /** home, publishedAt, sequence of a live headline: its id. */
  readonly live: Table<string>;
  /** home, releaseAt, id of a scheduled headline. */
  readonly due: Table<true>;
  /** home, tier, stamp of a record: its id. See {@link ageKey}. */
  readonly ages: Table<string>;
  /** home, hash of the idempotency key */
  readonly receipts: Table<ReceiptRow>;
  /** home, expiresAtMs, hash of the idempotency key */
  readonly expiries: Table<true>;
  /** Homes of deleted channels whose rows are being swept. */
  readonly doomed: Table<true, number>;
}

/** The tables whose rows begin with a home. */
export const rowsOfChannels = ({ records, log, live, due, ages, receipts, expiries }: Tables) =>
  [records, log, live, due, ages, receipts, expiries] as readonly Table<unknown>[];

export interface Environment {
  readonly root: RootDatabase;
  /** The file. */
  readonly path: string;
  readonly meta: Table<unknown, string>;
}

/**
 * With `overlappingSync` (lmdb's default outside Windows) a write resolves when others can see it, and is flushed
 * later. Without it, each commit is LMDB's own: pages, fdatasync, then the meta page through a descriptor opened
 * with O_DSYNC; the write resolves after that, and readers see it only after that. [lmdb README, "Overlapping Sync
 * Options"; lmdb src/writer.cpp, WriteWorker::Write] Rejected: waiting for `flushed`, as other readers of this
 * process would see what a crash can still take back.
 *
 * With `eventTurnBatching` lmdb begins each turn's batch with an operation of its own whose promise no one holds:
 * a commit that fails, as on a full disk, is then an unhandled rejection and ends the process. Writes of one turn
 * share a flush without it, too.
 */
export function openEnvironment(folder: string): Environment {
  const path = storePath(folder);
  const root = open({
    path,
    noSubdir: true,
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 16,
  });
  return { root, path, meta: root.openDB<unknown, string>({ name: 'meta' }) };
}

export const openTables = (root: RootDatabase): Tables => ({
  channels: root.openDB({ name: 'channels' }),
  states: root.openDB({ name: 'states' }),
  keys: root.openDB({ name: 'keys' }),
  records: root.openDB({ name: 'records' }),
  log: root.openDB({ name: 'log' }),
  live: root.openDB({ name: 'live' }),
  due: root.openDB({ name: 'due' }),
  ages: root.openDB({ name: 'ages' }),
  receipts: root.openDB({ name: 'receipts' }),
  expiries: root.openDB({ name: 'expiries' }),
  doomed: root.openDB({ name: 'doomed' }),
});

export const storePath = (folder: string): string => join(folder, 'newsline.mdb');

/** All rows of a home, for a range. */
export const rowsOf = (home: number) => ({ start: [home], end: [home + 1] });
export const rowsOfReversed = (home: number) => ({ start: [home + 1], end: [home], reverse: true });

/** Tiers of `ages`: records that go when they are too many or too old, and those still to come, which stay. */
export const KEPT = 0;
const SCHEDULED = 1;
export const ageKey = (home: number, { status, stamp }: Pick<RecordRow, 'status' | 'stamp'>): RowKey => [
  home,
  status === 'scheduled' ? SCHEDULED : KEPT,
  stamp,
];
/** Oldest first. */
export const rowsOfTier = (home: number, tier: number) => ({ start: [home, tier], end: [home, tier + 1] });

/** LMDB's keys are short, and end at a zero byte: what cannot be a key was never written. */
export const canBeKey = (text: string): boolean =>
  text.length > 0 && text.length <= 300 && !text.includes('\0');
