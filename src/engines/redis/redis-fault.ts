/**
 * Redis faults: what a failed command means to us, in words that hold no secret.
 *
 * ioredis hangs the command's arguments, headlines and passwords among them, on the errors it throws: nothing of
 * such an error is passed on but its message.
 */
import { types } from 'node:util';
import { ReplyError } from 'ioredis';
import { EngineUnavailable } from '../../domain/engine.ts';
import type { Place } from './redis-address.ts';

/** Replies that speak of the state Redis is in, not of what was asked; before Redis 7 a script's stand in the middle. */
const PASSING =
  /(?:^| -)(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|UNBLOCKED|ERR max number of clients|ERR The user executing the script can't)/;

export function wordsOf(error: unknown): string {
  // Those of Node itself are errors of another realm where we run in one of our own, as under Jest.
  if (!types.isNativeError(error)) return 'unknown reason';
  // Of a host with several addresses Node says nothing but the code.
  if (error.message === '') return 'code' in error ? String(error.code) : error.name;
  // Redis repeats the arguments of a command it does not know.
  return error.message.replace(/,? with args beginning with.*$/s, '');
}

/** What answers is a replica, which takes no commits. */
export const isReadOnly = (error: unknown): boolean => /(?:^| -)READONLY/.test(wordsOf(error));

/** Redis answered, with a refusal; else there was no answer at all. */
export const isRefusal = (error: unknown): boolean => error instanceof ReplyError;

/** Not carried out, for sure: another server of the cluster has the key, or will have. */
export interface Redirection {
  readonly kind: 'moved' | 'ask';
  /** An empty host is that of the one who answered. */
  readonly place: Place;
}

export function readRedirection(error: unknown): Redirection | undefined {
  if (!isRefusal(error)) return undefined;
  const [, kind, host = '', port] = /^(MOVED|ASK) \d{1,5} (\S*):(\d+)/.exec(wordsOf(error)) ?? [];
  if (kind === undefined) return undefined;
  return { kind: kind === 'ASK' ? 'ask' : 'moved', place: { host, port: Number(port) } };
}

/** Not carried out, for sure: a part of its keys has moved to another server, the rest not yet. */
export const isTornApart = (error: unknown): boolean =>
  isRefusal(error) && /(?:^| -)TRYAGAIN/.test(wordsOf(error));

/** @param refusal why Redis refuses the connection, where it does: that is the reason then, and not that there is none. */
export function toFault(error: unknown, address: string, refusal?: string): Error {
  const words = wordsOf(error);
  const isReply = isRefusal(error);
  if (!isReply && refusal !== undefined) {
    return new EngineUnavailable(`Redis at ${address} does not let us in: ${refusal}`);
  }
  if (isReply && !PASSING.test(words)) return new Error(`Redis refused a command: ${words}`);
  return new EngineUnavailable(
    isReply ? `Redis at ${address} says: ${words}` : `Redis at ${address} does not answer: ${plain(words)}`,
  );
}

/** ioredis speaks of its own options where there is just no connection. */
const plain = (words: string): string =>
  words.startsWith("Stream isn't writeable") || words.startsWith('Reached the max retries')
    ? 'there is no connection'
    : words;
