/** Violation: a broken promise, who it was broken to, and the lines of the journal that show it. */

export const VIOLATIONS = {
  undelivered: 'a change did not reach a reader of its audience',
  'delivered-twice': 'a reader was told the same twice',
  'out-of-order': 'a reader was told an earlier change after a later one',
  'committed-twice': 'one change stands at two places of the log',
  early: 'a scheduled headline was seen before its time',
  'never-released': 'a scheduled headline was due and nobody saw it',
  'killed-text': 'a headline was seen after its kill',
  'silent-epoch': 'another epoch looked resumed',
  fork: 'one number of an epoch stands for two changes',
  'went-back': 'a reader was given a list older than what it had',
  'stale-list': 'a list lacks what its place contains',
  'list-ahead': 'a list shows what comes after its place',
  'wrong-list': 'a list is out of order, too long or holds a headline twice',
  'wrong-final-list': 'in the end a reader showed another list than was acknowledged',
  'readers-disagree': 'in the end two readers of everything showed different lists',
  'not-its-audience': 'a reader was told what its filter keeps away',
  unasked: 'a change was seen that nobody asked for, or that was refused',
  altered: 'a headline was seen with other words than its version has',
  'needless-new-beginning': 'a reader with a good cursor was not resumed',
  unannounced: 'a stream began with neither a list nor the word that it was resumed',
  'not-there-at-the-end': 'a reader was not back, or behind, when all was quiet',
  misreported: 'the journal contradicts itself',
  'proves-nothing': 'the run had nothing to prove',
} as const;

export type ViolationKind = keyof typeof VIOLATIONS;

export interface Violation {
  readonly kind: ViolationKind;
  readonly channel?: string;
  readonly reader?: string;
  /** Id of the headline. */
  readonly headline?: string;
  readonly what: string;
  /** As `reader-a.ndjson:12`. */
  readonly lines: readonly string[];
}

export interface Findings {
  add(violation: Violation): void;
  /** The first of each kind, {@link LISTED_OF_A_KIND} at most. */
  readonly listed: readonly Violation[];
  readonly counts: ReadonlyMap<ViolationKind, number>;
}

const LISTED_OF_A_KIND = 20;

export function createFindings(): Findings {
  const listed: Violation[] = [];
  const counts = new Map<ViolationKind, number>();
  return {
    add(violation) {
      const count = (counts.get(violation.kind) ?? 0) + 1;
      counts.set(violation.kind, count);
      if (count <= LISTED_OF_A_KIND) listed.push(violation);
    },
    listed,
    counts,
  };
}
