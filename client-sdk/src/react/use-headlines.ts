/** useHeadlines: the list of a channel as the state of a component, for sites that draw for themselves. */
import { useMemo, useState, useSyncExternalStore } from 'react';
import type { ConnectOptions } from '../connect.ts';
import type { InitialHeadlines } from './initial-list.ts';
import { acquireTicker, type HeadlinesState, type SharedTicker } from './shared-tickers.ts';

export type { HeadlinesState };

/** All but `WebSocket` and `initial` may be written anew at each render: they are compared by what they say. */
export interface UseHeadlinesOptions
  extends Omit<ConnectOptions, 'since' | 'random' | 'now' | 'onListenerError'> {
  /** Shown on the server, and until the first list comes; read at the first render alone. */
  readonly initial?: InitialHeadlines | undefined;
}

/**
 * Follows a channel as long as the component is mounted. Components that ask for the same share one connection.
 *
 * @throws TypeError as `connect` does, to the nearest error boundary.
 */
export function useHeadlines({ initial, WebSocket, ...plain }: UseHeadlinesOptions): HeadlinesState {
  const key = JSON.stringify(plain);
  const [first] = useState({ key, initial });
  const source = useMemo(
    // Lines of one channel must not stand under the name of another.
    () => createSource(key, WebSocket, first.key === key ? first.initial : undefined),
    [key, WebSocket, first],
  );
  return useSyncExternalStore(source.subscribe, source.getState, source.getFirstState);
}

function createSource(
  key: string,
  WebSocket: ConnectOptions['WebSocket'],
  { headlines, timeZone }: InitialHeadlines = { headlines: [] },
) {
  const plain: ConnectOptions = JSON.parse(key);
  const before: HeadlinesState = { headlines, timeZone, status: 'connecting' };
  let shared: SharedTicker | undefined;

  return {
    subscribe(listener: () => void): () => void {
      const held = acquireTicker({ ...plain, ...(WebSocket && { WebSocket }) }, before);
      shared = held;
      const stop = held.onChange(listener);
      return () => {
        stop();
        held.release();
      };
    },
    getState: () => shared?.state ?? before,
    getFirstState: () => before,
  };
}
