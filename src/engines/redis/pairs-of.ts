/** Pairs of a flat reply: Redis gives fields with their values, and members with their scores, as one list in turn. */
export const pairsOf = (list: readonly string[]): [string, string][] =>
  list.flatMap((item, at) => (at % 2 === 0 ? [[item, list[at + 1] ?? ''] as [string, string]] : []));
