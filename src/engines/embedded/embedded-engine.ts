/**
 * Embedded engine: channels, keys and headlines in one LMDB file in a folder. Nothing to install, one process.
 *
 * Acknowledged is kept: a commit resolves once it is flushed, and followers hear of it after that. [design 3, promise 1]
 */
import { CANARY_CHANNEL, type Engine, type HeadlineStore } from '../../domain/engine.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import { formatInstant } from '../../domain/time.ts';
import { clearAway, LIMITS, type Limits, retentionOf } from './clear-away.ts';
import { commitChange, findReceipt, newState } from './commit-change.ts';
import { createEmbeddedChannels, createEmbeddedKeys, newEpoch, sweepDoomed } from './embedded-channels.ts';
import { createEmbeddedFeed, type EmbeddedFeed, type Trouble } from './embedded-feed.ts';
import { examineStore } from './examine-store.ts';
import { openStore, type Store } from './store.ts';
import { canBeKey, rowsOf } from './tables.ts';

export interface EmbeddedEngineOptions {
  /** Made where there is none, for this user alone. */
  readonly folder: string;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly limits?: Partial<Limits>;
  /** Told of each failed read of a follower, and of each repair. */
  readonly onTrouble?: (trouble: Trouble) => void;
}

/** @throws FolderError where the folder cannot be used, or another process uses it: one sentence for a person. */
export async function openEmbeddedEngine({
  folder,
  now = Date.now,
  limits = {},
  onTrouble = () => {},
}: EmbeddedEngineOptions): Promise<Engine> {
  const kept: Limits = { ...LIMITS, ...limits };
  if (Object.values(kept).some((limit) => !Number.isInteger(limit) || limit < 1)) {
    throw new RangeError('each limit of the embedded engine must be a whole number of at least 1');
  }
  const store = await openStore(folder);
  try {
    await store.write(() => {
      const { states } = store.tables;
      if (!states.get(CANARY_CHANNEL)) {
        states.putSync(CANARY_CHANNEL, newState(store.nextHome(), newEpoch()));
      }
    });
    await sweepDoomed(store);
  } catch (error) {
    await store.close();
    throw error;
  }

  const feed = createEmbeddedFeed(store, onTrouble);
  return {
    name: 'embedded',
    channels: createEmbeddedChannels(store, feed.reconcile),
    keys: createEmbeddedKeys(store),
    headlines: createEmbeddedHeadlines(store, feed, kept, now),
    feed,
    examine: () => examineStore(store),
    missingRights: async () => [],
    async close() {
      feed.stop();
      await store.close();
    },
  };
}

/** Rows that one sweep drops of each kind, of all channels: readers are served in between. */
const SWEEP_LIMIT = 1_000;

function createEmbeddedHeadlines(
  store: Store,
  feed: EmbeddedFeed,
  limits: Limits,
  now: () => number,
): HeadlineStore {
  const { states, records, due } = store.tables;
  return {
    now: async () => now(),
    read: (channel, id) =>
      store.read((transaction) => {
        if (!canBeKey(channel) || !canBeKey(id)) return undefined;
        const state = states.get(channel, { transaction });
        const row = state && records.get([state.home, id], { transaction });
        return row && reviveRecord(row);
      }),
    async commit(commit) {
      if (!canBeKey(commit.channel)) return { kind: 'unknown-channel' };
      const { result, announcement } = await store.write(() =>
        commitChange(store.tables, limits, now(), commit),
      );
      if (announcement) feed.announce(commit.channel, announcement.entry, announcement.epoch);
      return result;
    },
    receipt: (channel, idempotency) =>
      store.read((transaction) => {
        const state = canBeKey(channel) ? states.get(channel, { transaction }) : undefined;
        if (!state) return { kind: 'absent' };
        return findReceipt(store.tables, state, idempotency, now(), transaction);
      }),
    due: (limit) =>
      store.read((transaction) => {
        const nowMs = now();
        const until = formatInstant(nowMs);
        const found: { channel: string; id: string; nowMs: number; releaseAt: string }[] = [];
        for (const { key: channel, value: state } of states.getRange({ transaction })) {
          const { home } = state;
          for (const key of due.getKeys({ start: [home], end: [home + 1], limit, transaction })) {
            const [, releaseAt, id] = key.map(String);
            if (releaseAt === undefined || id === undefined || releaseAt > until) break;
            found.push({ channel, id, nowMs, releaseAt });
          }
        }
        found.sort((a, b) => (a.releaseAt < b.releaseAt ? -1 : a.releaseAt > b.releaseAt ? 1 : 0));
        return found.map(({ channel, id }) => ({ channel, id, nowMs }));
      }),
    scheduled: (channel, limit) =>
      store.read((transaction) => {
        const state = canBeKey(channel) ? states.get(channel, { transaction }) : undefined;
        if (!state) return { total: 0, records: [] };
        const { home } = state;
        const ids = [...due.getKeys({ ...rowsOf(home), limit, transaction })].map((key) => String(key[2]));
        const rows = ids.flatMap((id) => records.get([home, id], { transaction }) ?? []);
        return { total: state.scheduled, records: rows.map(reviveRecord) };
      }),
    sweep: () =>
      store.write(() => {
        const nowMs = now();
        let room = SWEEP_LIMIT;
        for (const name of [...states.getKeys()]) {
          const state = states.get(name);
          const channel = store.tables.channels.get(name);
          if (!state || !channel || room <= 0) continue;
          const cleared = clearAway(store.tables, state, retentionOf(channel, limits, nowMs), nowMs, room);
          if (cleared.dropped > 0) states.putSync(name, cleared.state);
          room -= cleared.dropped;
        }
        return room < SWEEP_LIMIT;
      }),
  };
}
