/**
 * Engine: what keeps channels, keys and headlines. The ports that servers see; engines/* keep them.
 *
 * Every call may reject with {@link EngineUnavailable}: then nothing was half done, and for a commit it is not
 * known whether it was done. A repeat with the same idempotency key finds out.
 */

import { type Cursor, NO_TAG } from '../protocol/cursor.ts';
import type { Headline } from '../protocol/headline.ts';
import type { StoredApiKey } from './api-key.ts';
import type { Channel, ChannelPatch } from './channel.ts';
import type { HeadlineRecord } from './headline-record.ts';
import type { LogEntry } from './log-entry.ts';

export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
  readonly code = 'engine-unavailable';
}

export interface Engine {
  readonly name: 'embedded' | 'redis';
  readonly channels: ChannelStore;
  readonly keys: ApiKeyStore;
  readonly headlines: HeadlineStore;
  readonly feed: Feed;
  /** Finds out whether the store answers, and what in its settings endangers a promise; for `newsline doctor`. */
  examine(): Promise<readonly Finding[]>;
  /** What the store would refuse to who runs in these roles, as its operator would give it; nothing where it does not tell. */
  missingRights(roles: readonly StoreRole[]): Promise<readonly string[]>;
  /** Absent where commits wait for no replicas. */
  readonly replication?: {
    /** Commits, and repeats of them, that fewer replicas than wanted had in time. */
    readonly underReplicated: number;
  };
  close(): Promise<void>;
}

/** Of those of a process, which ask the store for something of their own. */
export type StoreRole = 'ingest' | 'gateway';

export interface Finding {
  /** Nothing is known to be wrong. */
  readonly ok: boolean;
  /** It was not looked at: `ok` then says nothing, and `detail` why. */
  readonly isSkipped?: true;
  readonly subject: string;
  /** What is so, and where not ok, what to do. */
  readonly detail: string;
}

interface ChannelList {
  readonly channels: readonly Channel[];
  /** Names of those whose part of the store does not answer: nothing is known of them, least of all that they are gone. */
  readonly unknown: readonly string[];
}

export interface ChannelStore {
  /** All there are. Rejects only where nothing of them can be read. */
  list(): Promise<ChannelList>;
  get(name: string): Promise<Channel | undefined>;
  /** @returns false where a channel of this name exists. */
  create(channel: Channel): Promise<boolean>;
  /** @returns undefined where there is no such channel. */
  update(name: string, settings: ChannelPatch): Promise<Channel | undefined>;
  /** Deletes the channel and all its headlines. @returns false where there is none. */
  delete(name: string): Promise<boolean>;
  /** Of a channel that is not there: whether someone deleted it, or it was lost with what the store had. */
  wasDeleted(name: string): Promise<boolean>;
}

/** At most this many channels and keys are kept; what would be more is refused by the servers. */
export const CHANNEL_LIMIT = 1_000;
export const KEY_LIMIT = 1_000;

export interface ApiKeyStore {
  list(): Promise<readonly StoredApiKey[]>;
  get(id: string): Promise<StoredApiKey | undefined>;
  put(key: StoredApiKey): Promise<void>;
  /** @returns false where there is none. */
  delete(id: string): Promise<boolean>;
}

/** A change decided on, to be written whole or not at all. */
export interface Commit {
  readonly channel: string;
  readonly id: string;
  /** Revision the decision rests on; 0 for an id never seen. */
  readonly expectedRevision: number;
  /** Where its headline's sequence is 0 and there is an entry, the entry's number becomes the headline's. */
  readonly record: HeadlineRecord;
  /** What readers are told. Absent: no entry, no sequence number, no message to anyone. */
  readonly entry?: {
    /** Random, so that two entries of one number can be told apart. */
    readonly tag: string;
    readonly at: string;
    /** {@link EntryBody} as JSON. */
    readonly json: string;
  };
  readonly idempotency?: Idempotency;
  /** False where no one is told that it was done, so that it need not wait for replicas. @default true */
  readonly isAcknowledged?: boolean;
}

export interface Idempotency {
  /** Unique to the sender in the channel. */
  readonly key: string;
  /** Hash of the request: the same key with another request is refused. */
  readonly fingerprint: string;
  readonly ttlMs: number;
}

/** What a commit came to, kept under its idempotency key as well. */
export interface Receipt {
  readonly id: string;
  /** The record as committed. */
  readonly record: HeadlineRecord;
  /** Where the change stands in the log; absent where it wrote no entry. */
  readonly cursor?: Cursor;
  /** Only where the engine waits for replicas, and too few had it in time: it is committed, and stays. */
  readonly replicas?: Replicas;
}

export interface Replicas {
  readonly wanted: number;
  readonly had: number;
}

export type CommitResult =
  | { readonly kind: 'committed'; readonly receipt: Receipt }
  /** The idempotency key was used with this fingerprint before: what came of it then. */
  | { readonly kind: 'repeated'; readonly receipt: Receipt }
  /** The idempotency key was used with another fingerprint. */
  | { readonly kind: 'key-reused' }
  /** Someone else committed in between: read and decide again. */
  | { readonly kind: 'conflict' }
  /** As many are scheduled as can be, {@link SCHEDULE_LIMIT}, and this would be one more. */
  | { readonly kind: 'schedule-full' }
  | { readonly kind: 'unknown-channel' };

export type ReceiptResult =
  | Extract<CommitResult, { kind: 'repeated' | 'key-reused' }>
  | { readonly kind: 'absent' };

/** Headlines of a channel that can be scheduled at a time: they are never dropped, so there must be an end. */
export const SCHEDULE_LIMIT = 10_000;

export interface HeadlineStore {
  /**
   * Milliseconds since 1970 UTC by the clock that decides in this channel what is due: the engine's own, the same for
   * all who share the store, however wrong theirs are. [design 3, promise 3]
   */
  now(channel: string): Promise<number>;
  read(channel: string, id: string): Promise<HeadlineRecord | undefined>;
  /** Resolves when the change would survive the loss of this process, and, as we ship it, of the store's. */
  commit(commit: Commit): Promise<CommitResult>;
  /** What came of an earlier commit under this idempotency key. */
  receipt(channel: string, idempotency: Idempotency): Promise<ReceiptResult>;
  /**
   * Waits until replicas have what stands in the channel, for an answer that rests on it without a commit; absent where
   * commits wait for none. @returns undefined where enough have it.
   */
  confirm?(channel: string): Promise<Replicas | undefined>;
  /**
   * What is to be released by the engine's own clock, earliest first, at most `limit` of each channel. A part of the store
   * that is slow to answer does not hold up the others: what it has is given in a later call.
   */
  due(
    limit: number,
  ): Promise<readonly { readonly channel: string; readonly id: string; readonly nowMs: number }[]>;
  /** What is scheduled in a channel, earliest first, at most `limit`. */
  scheduled(channel: string, limit: number): Promise<Schedule>;
  /**
   * Drops what is past the limits of its channel, where no commit comes that would: some of each, so that it takes no
   * one's time. Any number may do so at once.
   *
   * @returns whether something was dropped, and there may be more.
   */
  sweep(): Promise<boolean>;
}

interface Schedule {
  /** Of the whole channel. */
  readonly total: number;
  readonly records: readonly HeadlineRecord[];
}

/** A channel at one instant. */
export interface Baseline {
  /** The newest entry; of an empty channel sequence 0 and {@link NO_TAG}. */
  readonly head: Cursor;
  /** Live headlines, newest first: fewer than were asked for means all there are. */
  readonly headlines: readonly Headline[];
  /** The newest entries of the log, oldest first, dense up to the head. */
  readonly tail: readonly LogEntry[];
}

/** How much of a channel a follower wants to begin with. */
export interface FollowOptions {
  readonly headlines: number;
  readonly tail: number;
}

export interface FeedObserver {
  /** All that was held of the channel is void: this is how it stands. Always comes first. */
  onBaseline(baseline: Baseline): void;
  /** The next entries: dense, in order, each once. */
  onEntries(entries: readonly LogEntry[], epoch: string): void;
  /**
   * An entry was announced, whether or not it was the next. Entries come without that as well, found by reading the
   * log: whoever wants to know that announcements get through listens here.
   */
  onAnnounced?(tag: string): void;
  /**
   * The store was asked, about once a second, and had nothing then that has not been passed on.
   *
   * @param askedAtMs when it was asked, by `performance.now()`; what was committed before is passed on
   */
  onConfirmed?(askedAtMs: number): void;
}

export interface Feed {
  /**
   * Follows a channel in order and without a hole; what cannot be made whole begins anew with a baseline.
   * Survives the loss of the store, and repairs what was missed.
   *
   * @returns stops following.
   */
  follow(channel: string, options: FollowOptions, observer: FeedObserver): () => void;
}

/** Head of a channel that is not there, or has not begun. No random epoch is this short. */
export const NOWHERE: Cursor = { epoch: 'none', sequence: 0, tag: NO_TAG };

/** Channel of the probes that show that a gateway hears what is committed. No reader may name it. */
export const CANARY_CHANNEL = '_canary';
