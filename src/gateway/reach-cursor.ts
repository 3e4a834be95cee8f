/**
 * Reaching a cursor: a reader who comes from another gateway may have seen what this one has not heard of yet.
 *
 * To call its cursor lost would give it a list from before, with headlines in it that it knows to be killed. So it
 * waits until this gateway is there, or until the store says that there is no such change: then the store has lost it,
 * and the reader is told. It costs the store nothing, which is asked once a second anyway. [design 3, promises 2, 4, 7]
 */
import type { Cursor } from '../protocol/cursor.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import type { ChannelMirror } from './channel-mirror.ts';

/** Who is not there by then hears nothing of the store, and is not the one to ask. */
const LIMIT_MS = 3_000;
/** The first may have been asked for before the reader came. */
const CONFIRMATIONS = 2;
/** More than this many do not wait at one channel. */
const WAITING_LIMIT = 10_000;

export async function reachCursor(
  mirror: ChannelMirror,
  since: Cursor | undefined,
  limitMs = LIMIT_MS,
): Promise<Result<undefined>> {
  if (!mirror.isBehind(since)) return THERE;
  if (mirror.waiting >= WAITING_LIMIT) return BEHIND;
  const enough = mirror.confirmations + CONFIRMATIONS;
  return new Promise((resolve) => {
    const end = (result: Result<undefined>) => {
      clearTimeout(timer);
      stop();
      resolve(result);
    };
    const timer = setTimeout(end, limitMs, BEHIND);
    const stop = mirror.onMove(() => {
      if (!mirror.isBehind(since) || mirror.confirmations >= enough) end(THERE);
    });
  });
}

const THERE = accepted(undefined);
const BEHIND = refused({
  code: 'engine-unavailable',
  message: 'since: this gateway has not heard of that change yet; come back, or ask another one',
});
