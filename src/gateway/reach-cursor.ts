/**
 * Reaching a cursor: a reader who comes from another gateway may have seen what this one has not heard of yet, be it a
 * later change, another one of the same number, or a new epoch.
 *
 * To call its cursor lost at once would give it a list from before, with headlines in it that it knows to be killed. So
 * it waits until this gateway is there, or until the store, asked after the reader came, has nothing that is not here:
 * then the cursor is lost, and the reader is told. It costs the store nothing, which is asked once a second anyway.
 * [design 3, promises 2, 4, 7]
 */
import type { Cursor } from '../protocol/cursor.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import type { ChannelMirror } from './channel-mirror.ts';

/** Who is not there by then hears nothing of the store, and is not the one to ask. */
const LIMIT_MS = 3_000;
/** More than this many do not wait at one channel: also a cursor that someone made up has to wait. */
const WAITING_LIMIT = 10_000;

export async function reachCursor(
  mirror: ChannelMirror,
  since: Cursor | undefined,
  limitMs = LIMIT_MS,
): Promise<Result<undefined>> {
  if (!mirror.mayBeBehind(since)) return THERE;
  if (mirror.isClosed || mirror.waiting >= WAITING_LIMIT) return BEHIND;
  const cameAtMs = performance.now();
  return new Promise((resolve) => {
    const end = (result: Result<undefined>) => {
      clearTimeout(timer);
      stop();
      resolve(result);
    };
    const timer = setTimeout(end, limitMs, BEHIND);
    const stop = mirror.onMove(() => {
      if (mirror.isClosed) return end(BEHIND);
      if (!mirror.mayBeBehind(since) || mirror.confirmedAtMs >= cameAtMs) end(THERE);
    });
  });
}

const THERE = accepted(undefined);
const BEHIND = refused({
  code: 'engine-unavailable',
  message: 'since: this gateway has not heard of that change yet; come back, or ask another one',
});
