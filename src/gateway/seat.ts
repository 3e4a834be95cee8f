/** Seat: the place that a subscription gets in a channel's audiences. */
import { formatCursor } from '../protocol/cursor.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import type { Audience } from './audience.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import type { Connection } from './connection.ts';
import type { Encoding } from './encoding.ts';
import type { Subscription } from './subscription.ts';

export interface Seat {
  readonly audience: Audience;
  readonly last: number;
  readonly since: Subscription['since'];
}

/** @param takeFilter takes a place for a filter that no one uses yet; gives it back when no one does any more. */
export function findSeat(
  mirror: ChannelMirror,
  { filter, last, since }: Subscription,
  encoding: Encoding,
  takeFilter: () => Result<() => void>,
): Result<Seat> {
  const found = mirror.audience(filter, encoding, takeFilter);
  if (!found.ok) return found;
  const audience = found.value;
  // Where there is no word for a gap, who would have one is refused.
  if (since && !encoding.control && audience.locate(since) === undefined) {
    const message = `since: what follows ${formatCursor(since)} is no longer kept; leave since out to begin anew`;
    return refused({ code: 'cursor-lost', message });
  }
  return accepted({ audience, last: last ?? encoding.defaultLast, since });
}

export const takeSeat = ({ audience, last, since }: Seat, connection: Connection): void => {
  audience.join(connection, last, since);
};
