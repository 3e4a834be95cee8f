/** Check final list: does a program show in the end what was acknowledged, as far as it can know? */
import type { ListCheck, ListFault, ListQuestion } from './check-list.ts';
import type { ShownList } from './shown-list.ts';

/** @param shown what a careful program shows that was told the same. */
export function finalFaults(
  lists: ListCheck,
  shown: Pick<ShownList, 'headlines' | 'takenAway'>,
  question: Omit<ListQuestion, 'owed'>,
): readonly ListFault[] {
  const owed = new Set<string>();
  for (const { id, version } of shown.headlines) {
    // A version that was taken away may be kept away for good.
    if (version > (shown.takenAway.get(id) ?? 0)) owed.add(id);
  }
  return lists.faultsOf({ ...question, owed }).map((fault) => {
    const isOfLists =
      fault.kind === 'stale-list' || fault.kind === 'list-ahead' || fault.kind === 'wrong-list';
    return { ...fault, ...(isOfLists && { kind: 'wrong-final-list' }), what: `in the end it ${fault.what}` };
  });
}
