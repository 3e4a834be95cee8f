/**
 * Break run: ways to take a run in which every promise is kept, and break one in one place.
 *
 * Each says by which names the checker may call it. A way that may do no harm says when it does none: where nobody, not
 * even with all journals in hand, could know.
 */
import { DELIVERY_BREAKS } from './break-deliveries.ts';
import { HISTORY_BREAKS } from './break-history.ts';
import { LIST_BREAKS } from './break-lists.ts';
import type { Break } from './open-journal.ts';

export const BREAKS: Readonly<Record<string, Break>> = {
  ...DELIVERY_BREAKS,
  ...LIST_BREAKS,
  ...HISTORY_BREAKS,
};
