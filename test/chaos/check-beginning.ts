/** Check beginning: had a reader to begin anew, and was it led forward? */
import type { ChannelLog } from './channel-log.ts';
import type { ListFault } from './check-list.ts';
import type { Excuses } from './excuses.ts';
import type { ReaderLine } from './journal.ts';
import type { Place } from './place.ts';
import type { Position } from './reader-way.ts';

/** Changes after a cursor that a gateway holds. [docs/protocol.md, cursors; JSON] */
const HELD = 1_000;
const HELD_FOR_JSON = 200;

/** A reader with a good cursor is to be resumed, not given something else. */
export function needlessBeginning(
  log: ChannelLog,
  excuses: Excuses,
  transport: Extract<ReaderLine, { readonly kind: 'reader' }>['transport'],
  position: Position | undefined,
  /** Place of the list it was given; none where it was told that its cursor is lost. */
  given: { readonly atMs: number; readonly place?: Place },
): ListFault | undefined {
  if (!position || excuses.mayRefuseCursor(position.confirmedAtMs, given.atMs)) return undefined;
  const { place, cursor } = position;
  const isSameEpoch = given.place?.epoch === place.epoch;
  const head = isSameEpoch ? given.place.sequence : (log.epoch(place.epoch)?.last ?? 0);
  const missed = head - place.sequence;
  if (missed < 0 || missed > (transport === 'json' ? HELD_FOR_JSON : HELD)) return undefined;
  const instead = given.place
    ? `was given a list of ${given.place.epoch}.${given.place.sequence}`
    : 'was told that it is lost';
  return {
    kind: 'needless-new-beginning',
    what: `it had ${cursor}, ${missed} changes ago, and ${instead}`,
    lines: [],
  };
}

/** @param best the farthest place in each epoch that it was at. */
export function stepBack(
  log: ChannelLog,
  excuses: Excuses,
  position: Position | undefined,
  best: ReadonlyMap<string, number>,
  { epoch, sequence }: Place,
  atMs: number,
): ListFault | undefined {
  const was = best.get(epoch);
  const isOlderEpoch = position !== undefined && log.ageOf(epoch) < log.ageOf(position.place.epoch);
  if (!isOlderEpoch && (was === undefined || was <= sequence)) return undefined;
  if (position && excuses.mayHaveForked(position.confirmedAtMs, atMs)) return undefined;
  const what = `it was given a list of ${epoch}.${sequence}, and had been at ${position?.cursor ?? was}`;
  return { kind: 'went-back', what, lines: [] };
}
