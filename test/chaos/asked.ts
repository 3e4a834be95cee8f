/**
 * Asked: each request of a publisher, and what came of it as far as the publisher was told.
 */
import type { ChangeKind, Sighting } from './journal.ts';
import { type Place, parsePlace } from './place.ts';
import type { Journal } from './read-journal.ts';
import type { Findings } from './violation.ts';

export interface Asked {
  readonly request: string;
  readonly channel: string;
  readonly change: ChangeKind;
  readonly headline: Sighting;
  /** As the answer gave it, else as was intended. Of a retraction: none. */
  version: number;
  readonly releaseAtMs: number | undefined;
  readonly intendedAtMs: number;
  /** `kept`: acknowledged. `nothing`: refused, or acknowledged as changing nothing. `unknown`: no answer came. */
  outcome: 'kept' | 'nothing' | 'unknown';
  answeredAtMs: number | undefined;
  /** Absent where readers were told nothing: a plan, or the kill of one. */
  place: Place | undefined;
  isUnderReplicated: boolean;
  readonly lines: string[];
}

export function readAsked({ publishers }: Journal, findings: Findings): ReadonlyMap<string, Asked> {
  const all = new Map<string, Asked>();
  const misreported = (what: string, line: string) =>
    findings.add({ kind: 'misreported', what, lines: [line] });
  for (const { file, lines } of publishers) {
    for (const [at, line] of lines.entries()) {
      const source = `${file}:${at + 1}`;
      if (line.kind === 'intends') {
        const { request, channel, change, headline, releaseAtMs, atMs } = line;
        if (all.has(request)) misreported(`request ${request} is intended twice`, source);
        all.set(request, {
          request,
          channel,
          change,
          headline,
          version: headline.version,
          releaseAtMs,
          intendedAtMs: atMs,
          outcome: 'unknown',
          answeredAtMs: undefined,
          place: undefined,
          isUnderReplicated: false,
          lines: [source],
        });
      }
    }
  }
  for (const { file, lines } of publishers) {
    for (const [at, line] of lines.entries()) {
      if (line.kind === 'intends') continue;
      const source = `${file}:${at + 1}`;
      const asked = all.get(line.request);
      if (!asked) {
        misreported(`request ${line.request} was answered but never intended`, source);
        continue;
      }
      asked.lines.push(source);
      if (line.kind === 'gave-up') continue;
      if (line.kind === 'refused') {
        if (asked.outcome === 'kept')
          misreported(`request ${line.request} was acknowledged and refused`, source);
        asked.outcome = 'nothing';
        asked.answeredAtMs = line.atMs;
        continue;
      }
      const place = line.cursor === undefined ? undefined : parsePlace(line.cursor);
      if (line.cursor !== undefined && !place) misreported(`no cursor: ${line.cursor}`, source);
      if (line.status < 200 || line.status > 299)
        misreported(`status ${line.status} acknowledges nothing`, source);
      if (
        asked.place &&
        place &&
        (asked.place.epoch !== place.epoch || asked.place.sequence !== place.sequence)
      ) {
        findings.add({
          kind: 'committed-twice',
          channel: asked.channel,
          headline: asked.headline.id,
          what: `request ${line.request} was acknowledged at two places`,
          lines: asked.lines,
        });
      }
      asked.outcome = line.applied === false ? 'nothing' : 'kept';
      asked.answeredAtMs ??= line.atMs;
      asked.place ??= place;
      asked.version = line.version ?? asked.version;
      asked.isUnderReplicated ||= line.isUnderReplicated;
    }
  }
  return all;
}
