/**
 * Shared tickers: components that follow the same headlines have one connection among them.
 *
 * Who lets go and takes hold again in the same turn keeps it: React's StrictMode mounts every component twice, and a
 * page that swaps one component for another does the same.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import { type ConnectOptions, connect } from '../connect.ts';
import type { Status } from '../connection-state.ts';

export interface HeadlinesState {
  /** Newest first. */
  readonly headlines: readonly Headline[];
  /** IANA zone of the newsroom, once known. */
  readonly timeZone: string | undefined;
  readonly status: Status;
}

export interface SharedTicker {
  /** The same object until something of it differs. */
  readonly state: HeadlinesState;
  /** @returns stops listening. */
  onChange(listener: () => void): () => void;
  release(): void;
}

interface Entry {
  readonly key: string;
  readonly WebSocket: ConnectOptions['WebSocket'];
  readonly ticker: ReturnType<typeof connect>;
  state: HeadlinesState;
  users: number;
}

/** Those that a mounted component follows, and no others. */
const entries = new Set<Entry>();

/**
 * @param before shown until the first list comes.
 * @throws TypeError as `connect` does.
 */
export function acquireTicker(options: ConnectOptions, before: HeadlinesState): SharedTicker {
  const key = JSON.stringify(options);
  const { WebSocket } = options;
  const known = [...entries].find((entry) => entry.key === key && entry.WebSocket === WebSocket);
  const entry = known ?? open(options, key, before);
  const { ticker } = entry;
  entry.users += 1;

  return {
    get state() {
      return entry.state;
    },
    onChange(listener) {
      const stops = [ticker.on('change', listener), ticker.on('status', listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    release() {
      entry.users -= 1;
      queueMicrotask(() => {
        if (entry.users > 0) return;
        entries.delete(entry);
        ticker.close();
      });
    },
  };
}

function open(options: ConnectOptions, key: string, before: HeadlinesState): Entry {
  const ticker = connect(options);
  const entry: Entry = { key, WebSocket: options.WebSocket, ticker, state: before, users: 0 };
  entries.add(entry);
  // Ahead of every component's own listener: they read the state when they are told.
  ticker.on('change', ({ headlines, timeZone }) => {
    entry.state = { ...entry.state, headlines, timeZone };
  });
  ticker.on('status', ({ status }) => {
    entry.state = { ...entry.state, status };
  });
  return entry;
}
