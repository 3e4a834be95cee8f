/**
 * Feed of an embedded store: commits are announced within the process, once they are durable.
 *
 * Nothing is lost on that way, yet a read may fail: so the heads are compared every second all the same.
 */
import type { Transaction } from 'lmdb';
import { type Baseline, type Feed, NOWHERE } from '../../domain/engine.ts';
import {
  createFollower,
  type Follower,
  type FollowerOptions,
  type LogReader,
} from '../../domain/follower.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import { type LogEntry, reviveEntry, type StoredEntry } from '../../domain/log-entry.ts';
import type { Cursor } from '../../protocol/cursor.ts';
import { newEpoch } from './embedded-channels.ts';
import type { Store } from './store.ts';
import { type ChannelState, canBeKey, rowsOfReversed, type Tables } from './tables.ts';

const CHECK_MS = 1_000;

export interface EmbeddedFeed extends Feed {
  announce(channel: string, entry: StoredEntry, epoch: string): void;
  /** The channel may stand otherwise than its followers know. */
  reconcile(channel: string): void;
  stop(): void;
}

export type Trouble = Parameters<NonNullable<FollowerOptions['onTrouble']>>[0] & { readonly channel: string };

export function createEmbeddedFeed(store: Store, onTrouble: (trouble: Trouble) => void): EmbeddedFeed {
  const followers = new Map<string, Set<Follower>>();
  let timer: NodeJS.Timeout | undefined;

  /** Each follower on its own: an observer that throws must not keep the others, or the commit, from going on. */
  const tell = (channel: string, say: (follower: Follower) => void) => {
    for (const follower of [...(followers.get(channel) ?? [])]) {
      try {
        say(follower);
      } catch (error) {
        onTrouble({ channel, kind: 'unreadable', error });
        follower.reconcile();
      }
    }
  };

  async function check(): Promise<void> {
    const askedAtMs = performance.now();
    try {
      const heads = await store.read((transaction) =>
        [...followers.keys()].map(
          (channel) => [channel, cursorOf(stateAt(store.tables, channel, transaction))] as const,
        ),
      );
      for (const [channel, head] of heads) tell(channel, (follower) => follower.compare(head, askedAtMs));
    } catch (error) {
      onTrouble({ channel: '*', kind: 'unreadable', error });
    }
  }

  const stopTimer = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    follow(channel, options, observer) {
      const follower = createFollower(createLogReader(store, channel), observer, {
        ...options,
        onTrouble: (trouble) => onTrouble({ ...trouble, channel }),
      });
      const ofChannel = followers.get(channel) ?? new Set();
      followers.set(channel, ofChannel.add(follower));
      timer ??= setInterval(() => void check(), CHECK_MS).unref();
      follower.reconcile();
      return () => {
        follower.stop();
        ofChannel.delete(follower);
        if (ofChannel.size === 0 && followers.get(channel) === ofChannel) followers.delete(channel);
        if (followers.size === 0) stopTimer();
      };
    },
    announce(channel, stored, epoch) {
      if (!followers.has(channel)) return;
      const entry = reviveEntry(stored);
      tell(channel, (follower) => follower.offer(entry, epoch));
    },
    reconcile: (channel) => tell(channel, (follower) => follower.reconcile()),
    stop() {
      stopTimer();
      for (const channel of followers.keys()) tell(channel, (follower) => follower.stop());
      followers.clear();
    },
  };
}

function createLogReader(store: Store, channel: string): LogReader {
  const { tables } = store;
  return {
    baseline: (wanted) =>
      store.read((transaction): Baseline => {
        const state = stateAt(tables, channel, transaction);
        if (!state) return { head: NOWHERE, headlines: [], tail: [] };
        return {
          head: cursorOf(state),
          headlines: newestHeadlines(tables, state, wanted.headlines, transaction),
          tail: entriesAfter(tables, state, state.sequence - wanted.tail, wanted.tail, transaction),
        };
      }),
    since: (sequence, limit) =>
      store.read((transaction) => {
        const state = stateAt(tables, channel, transaction);
        if (!state) return { head: NOWHERE, entries: [] };
        return { head: cursorOf(state), entries: entriesAfter(tables, state, sequence, limit, transaction) };
      }),
    endEpoch: (epoch) =>
      store.write(() => {
        const state = tables.states.get(channel);
        if (state?.epoch === epoch) tables.states.putSync(channel, { ...state, epoch: newEpoch() });
      }),
  };
}

const stateAt = ({ states }: Tables, channel: string, transaction: Transaction): ChannelState | undefined =>
  canBeKey(channel) ? states.get(channel, { transaction }) : undefined;

const cursorOf = (state: ChannelState | undefined): Cursor =>
  state ? { epoch: state.epoch, sequence: state.sequence, tag: state.tag } : NOWHERE;

function newestHeadlines(
  { live, records }: Tables,
  { home }: ChannelState,
  limit: number,
  transaction: Transaction,
): Baseline['headlines'] {
  const ids = [...live.getRange({ ...rowsOfReversed(home), limit, transaction })].map(({ value }) => value);
  return ids.flatMap((id) => {
    const row = records.get([home, id], { transaction });
    return row ? [reviveRecord(row).headline] : [];
  });
}

function entriesAfter(
  { log }: Tables,
  { home, logStart }: ChannelState,
  sequence: number,
  limit: number,
  transaction: Transaction,
): LogEntry[] {
  const start = [home, Math.max(sequence + 1, logStart)];
  const rows = log.getRange({ start, end: [home + 1], limit, transaction });
  return [...rows].map(({ value }) => reviveEntry(value));
}
