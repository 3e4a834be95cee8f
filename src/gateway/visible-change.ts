/**
 * Visible change: what one log entry means to the readers of one filter.
 *
 * Pure, and from the entry alone, so that a resumed reader is told exactly what a connected one was.
 */
import type { LogEntry } from '../domain/log-entry.ts';
import { formatCursor } from '../protocol/cursor.ts';
import { type Filter, passes, sightOf } from '../protocol/filter.ts';
import type { Change, Headline } from '../protocol/headline.ts';

interface Place {
  readonly channel: string;
  readonly cursor: string;
  /** When it was committed; RFC 3339, UTC. */
  readonly at: string;
  readonly sequence: number;
}

export type VisibleChange =
  | (Place & {
      readonly kind: 'headline';
      readonly change: Exclude<Change, 'retracted'>;
      readonly headline: Headline;
    })
  /** It was killed, or is filed elsewhere now and left this filter. */
  | (Place & {
      readonly kind: 'retraction';
      readonly id: string;
      readonly version: number;
      readonly notice?: string;
    });

/** @returns undefined where these readers see nothing of it. */
export function visibleChange(
  channel: string,
  epoch: string,
  { sequence, tag, at, body }: LogEntry,
  filter: Filter,
): VisibleChange | undefined {
  const place = { channel, cursor: formatCursor({ epoch, sequence, tag }), at, sequence };
  if (body.change === 'retracted') {
    const { id, version, notice, was } = body;
    // Of an id never published no one knows where it was filed: everyone is told, it costs nothing.
    if (was && !passes(filter, was)) return undefined;
    return { ...place, kind: 'retraction', id, version, ...(notice !== undefined && { notice }) };
  }
  const { change, headline, was } = body;
  const sight = sightOf(filter, was, headline);
  if (sight === 'shown') return { ...place, kind: 'headline', change, headline };
  return sight && { ...place, kind: 'retraction', id: headline.id, version: headline.version };
}
