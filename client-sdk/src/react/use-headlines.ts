/** useHeadlines: the list of a channel as the state of a component, for sites that draw for themselves. */
import { useState, useSyncExternalStore } from 'react';
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
export function useHeadlines({ initial, ...options }: UseHeadlinesOptions): HeadlinesState {
  const key = JSON.stringify(options);
  const [first, setHeld] = useState(() => ({ key, options, source: createSource(options, initial) }));
  let held = first;
  if (held.key !== key || held.options.WebSocket !== options.WebSocket) {
    // What was given at first is of another channel, whose lines must not stand under the name of this one.
    held = { key, options, source: createSource(options) };
    setHeld(held);
  }
  const { subscribe, getState, getFirstState } = held.source;
  return useSyncExternalStore(subscribe, getState, getFirstState);
}

function createSource(
  options: ConnectOptions,
  { headlines, timeZone }: InitialHeadlines = { headlines: [] },
) {
  const before: HeadlinesState = { headlines, timeZone, status: 'connecting' };
  let shared: SharedTicker | undefined;

  return {
    subscribe(listener: () => void): () => void {
      const held = acquireTicker(options, before);
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
