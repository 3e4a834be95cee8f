/** Channels and API keys of an embedded store. */
import { randomBytes } from 'node:crypto';
import type { Channel } from '../../domain/channel.ts';
import type { ApiKeyStore, ChannelStore } from '../../domain/engine.ts';
import { newState } from './commit-change.ts';
import type { Store } from './store.ts';
import { canBeKey, type RowKey, rowsOf, rowsOfChannels, type Table } from './tables.ts';

export const newEpoch = (): string => randomBytes(9).toString('base64url');

/** Rows deleted in one transaction: readers are served in between. */
const SWEEP_LIMIT = 2_000;

/** @param onBirthOrEnd told once a channel stands, and once it is gone. */
export function createEmbeddedChannels(store: Store, onBirthOrEnd: (name: string) => void): ChannelStore {
  const { channels, states, doomed } = store.tables;
  return {
    list: () =>
      store.read((transaction) => ({
        channels: [...channels.getRange({ transaction })].map(({ value }) => value),
        unknown: [],
      })),
    get: (name) =>
      store.read((transaction) => (canBeKey(name) ? channels.get(name, { transaction }) : undefined)),
    async create(channel) {
      const isCreated = await store.write(() => {
        // The canary has a state, and no name to create.
        if (states.get(channel.name)) return false;
        channels.putSync(channel.name, channel);
        states.putSync(channel.name, newState(store.nextHome(), newEpoch()));
        return true;
      });
      if (isCreated) onBirthOrEnd(channel.name);
      return isCreated;
    },
    update: (name, settings) =>
      store.write(() => {
        const channel = canBeKey(name) ? channels.get(name) : undefined;
        if (!channel) return undefined;
        const { keepDays = channel.keepDays, ...others } = settings;
        const { keepDays: _, ...before } = channel;
        const age = typeof keepDays === 'number' ? { keepDays } : {};
        const next: Channel = { ...before, ...others, ...age, name };
        channels.putSync(name, next);
        return next;
      }),
    async delete(name) {
      const home = await store.write(() => {
        const state = canBeKey(name) && channels.get(name) ? states.get(name) : undefined;
        if (!state) return undefined;
        channels.removeSync(name);
        states.removeSync(name);
        doomed.putSync(state.home, true);
        return state.home;
      });
      if (home === undefined) return false;
      onBirthOrEnd(name);
      await sweep(store, home);
      return true;
    },
    /** No one takes a store away from a process that holds it. */
    wasDeleted: (name) =>
      store.read((transaction) => !canBeKey(name) || channels.get(name, { transaction }) === undefined),
  };
}

/** Ends deletions that the loss of a process cut short. */
export async function sweepDoomed(store: Store): Promise<void> {
  const homes = await store.read((transaction) => [...store.tables.doomed.getKeys({ transaction })]);
  for (const home of homes) await sweep(store, home);
}

/** The channel is gone already: no one can name its rows any more. */
async function sweep(store: Store, home: number): Promise<void> {
  for (const table of rowsOfChannels(store.tables)) {
    while ((await store.write(() => removeSome(table, home))) === SWEEP_LIMIT) {
      // Until a slice was not full.
    }
  }
  await store.write(() => store.tables.doomed.removeSync(home));
}

function removeSome(table: Table<unknown>, home: number): number {
  const keys: RowKey[] = [...table.getKeys({ ...rowsOf(home), limit: SWEEP_LIMIT })];
  for (const key of keys) table.removeSync(key);
  return keys.length;
}

export function createEmbeddedKeys(store: Store): ApiKeyStore {
  const { keys } = store.tables;
  return {
    list: () => store.read((transaction) => [...keys.getRange({ transaction })].map(({ value }) => value)),
    get: (id) => store.read((transaction) => (canBeKey(id) ? keys.get(id, { transaction }) : undefined)),
    put: (key) =>
      store.write(() => {
        keys.putSync(key.id, key);
      }),
    delete: (id) => store.write(() => canBeKey(id) && keys.removeSync(id)),
  };
}
