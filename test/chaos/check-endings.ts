/**
 * Check endings: what only shows when all is quiet: plans that were never carried out, and readers who disagree.
 */
import { isUnfiltered, passesFilter } from './audience-filter.ts';
import { type ChannelLog, type ChannelReader, isKept, KILL, type LineOf } from './channel-log.ts';
import type { Excuses } from './excuses.ts';
import type { Sighting } from './journal.ts';
import { compareStanding } from './shown-list.ts';
import { facetsOf } from './standing.ts';
import type { Findings } from './violation.ts';

/** Who releases looks every second, and may have been down; readers are given time for it before the run ends. */
const RELEASE_SLACK_MS = 5_000;

export interface Ending {
  readonly reader: ChannelReader;
  readonly line: LineOf<'finally'>;
  /** Its list has no end below which there may be more. */
  readonly isWhole: boolean;
}

/** What became of a scheduled headline; each has one of these ends. */
export type PlanEnd =
  | 'came out'
  | 'killed before'
  | 'not due by the end'
  | 'never acknowledged'
  | 'may be lost with the store'
  | 'of no reader'
  | 'never released';

/** @returns what became of each scheduled headline. */
export function checkPlans(
  { channel, stories }: ChannelLog,
  endings: readonly Ending[],
  excuses: Excuses,
  findings: Findings,
): readonly PlanEnd[] {
  const endsAtMs = Math.max(0, ...endings.map(({ line }) => line.atMs));
  const ends: PlanEnd[] = [];
  for (const { id, revisions } of stories.values()) {
    const plans = revisions.filter(
      ({ version, asked }) => version !== KILL && asked.some(({ releaseAtMs }) => releaseAtMs !== undefined),
    );
    if (plans.length === 0) continue;
    if (revisions.some(({ firstSeenAtMs, entries }) => firstSeenAtMs < KILL || entries.length > 0)) {
      ends.push('came out');
      continue;
    }
    const kept = plans.filter((plan) => isKept(plan));
    const [plan] = kept.slice(-1);
    const isKilled = revisions.some(({ version, asked }) => version === KILL && asked.length > 0);
    if (!plan || isKilled) {
      ends.push(isKilled ? 'killed before' : 'never acknowledged');
      continue;
    }
    const dueAtMs = Math.max(
      ...plans.flatMap(({ asked }) => asked.map(({ releaseAtMs }) => releaseAtMs ?? 0)),
    );
    const isLost = plan.asked.some(({ intendedAtMs }) =>
      excuses.mayBeLost({ atMs: intendedAtMs, isKept: true }, endsAtMs),
    );
    const hasReader = endings.some(({ reader }) =>
      facetsOf(plan).every((facets) => passesFilter(reader.header.filter, facets)),
    );
    const isNotDue = dueAtMs + RELEASE_SLACK_MS > endsAtMs;
    if (isNotDue || isLost || !hasReader) {
      if (isNotDue) ends.push('not due by the end');
      else ends.push(isLost ? 'may be lost with the store' : 'of no reader');
      continue;
    }
    ends.push('never released');
    findings.add({
      kind: 'never-released',
      channel,
      headline: id,
      what: `${id} was due ${endsAtMs - dueAtMs} ms before the end`,
      lines: plan.asked.flatMap(({ lines }) => lines),
    });
  }
  return ends;
}

/** What one reader of everything shows, each other shows as well, as far as its list reaches. */
export function checkAgreement(
  { channel, stories }: ChannelLog,
  endings: readonly Ending[],
  findings: Findings,
): void {
  const versions = new Map<string, { readonly headline: Sighting; readonly by: string }>();
  const lists = endings.flatMap(({ reader: { header, file, lines }, line: { headlines, atMs }, isWhole }) =>
    headlines && header.last > 0 && isUnfiltered(header.filter)
      ? [{ name: header.name, line: `${file}:${lines.length}`, headlines, atMs, isWhole }]
      : [],
  );
  const disagree = (headline: string, what: string, lines: readonly string[]) =>
    findings.add({ kind: 'readers-disagree', channel, headline, what, lines });
  for (const { name, line, headlines } of lists) {
    for (const headline of headlines) {
      const other = versions.get(headline.id);
      if (other && other.headline.version !== headline.version) {
        const what = `${name} shows ${headline.id} version ${headline.version}, another ${other.headline.version}`;
        disagree(headline.id, what, [other.by, line]);
      }
      versions.set(headline.id, other ?? { headline, by: line });
    }
  }
  for (const { name, line, headlines, atMs, isWhole } of lists) {
    const ids = new Set(headlines.map(({ id }) => id));
    const lowest = headlines.at(-1);
    for (const [id, { headline, by }] of versions) {
      const expiresAt = stories.get(id)?.revisions.findLast(({ seen }) => seen)?.seen?.expiresAt;
      const isExpiring = expiresAt !== undefined && Math.abs(Date.parse(expiresAt) - atMs) < RELEASE_SLACK_MS;
      const isReached = isWhole || (lowest !== undefined && compareStanding(headline, lowest) < 0);
      if (ids.has(id) || isExpiring || !isReached) continue;
      disagree(id, `${name} lacks ${id}, which another reader of everything shows`, [by, line]);
    }
  }
}
