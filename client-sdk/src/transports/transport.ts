/**
 * Transport: the port behind which the ways to a channel are alike. One is open at a time, and asks for what follows a
 * cursor; what comes are the frames of `newsline.v1`. Types only, so that parts which load later can share them.
 */
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import type { ListFrame } from '../ticker-list.ts';

/** Better ones first. `poll` and `stream` are one transport, which finds out whether streams get through here. */
export type TransportName = 'websocket' | 'stream' | 'poll';

export interface Approach {
  /** Of the channel, http or https, without a slash at its end. */
  readonly address: string;
  readonly channel: string;
  /** Length of the list and filter, as a query. */
  readonly query: URLSearchParams;
  /** Go on after this one. */
  readonly since: string | undefined;
}

export interface TransportEvents {
  frame(frame: ListFrame): void;
  /** The list is whole, and changes follow as they happen; `poll`: late. */
  ready(name: TransportName): void;
  goodbye(retryAfterMs: number): void;
  /** It ended; by a close code, or one that stands for what HTTP answered. Nothing comes after it. */
  lost(code: number, reason: string): void;
}

/** What the fallback part is handed instead of importing it. */
export interface FallbackOptions {
  readonly isServerFrame: (value: unknown) => value is ServerFrame;
  readonly random: () => number;
  /** Streams did not get through here: do not try. */
  readonly isStreamBlocked: boolean;
  /** Between two questions, in milliseconds. */
  readonly pollMs: number;
}
