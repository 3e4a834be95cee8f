/**
 * Build channel log: puts the evidence together, and finds where it is not one history.
 */
import type { Asked } from './asked.ts';
import { isUnfiltered } from './audience-filter.ts';
import {
  type ChannelLog,
  type ChannelReader,
  type Entry,
  type Epoch,
  KILL,
  nameOf,
  placeText,
  type Revision,
  revisionSeen,
  type Story,
} from './channel-log.ts';
import type { Excuses } from './excuses.ts';
import type { Sighting } from './journal.ts';
import { type Place, parsePlace } from './place.ts';
import { bindUncertainVersions, findDoubles, resolveRetractions } from './settle-log.ts';
import type { Findings } from './violation.ts';

const LINES_KEPT = 4;

export function buildChannelLog(
  channel: string,
  asked: readonly Asked[],
  readers: readonly ChannelReader[],
  excuses: Excuses,
  findings: Findings,
): ChannelLog {
  const stories = new Map<string, Story>();
  const epochs = new Map<string, Epoch>();

  const storyOf = (id: string): Story => {
    const known = stories.get(id);
    if (known) return known;
    const story: Story = { id, revisions: [], publishedAt: undefined, sequence: undefined };
    stories.set(id, story);
    return story;
  };

  const revisionOf = (id: string, version: number, title: string): Revision => {
    const story = storyOf(id);
    const known = revisionSeen(story, { id, version, title });
    if (known) return known;
    const { revisions } = story;
    const revision: Revision = {
      id,
      version,
      title,
      asked: [],
      entries: [],
      shownBy: new Map(),
      seen: undefined,
      firstSeenAtMs: Number.POSITIVE_INFINITY,
    };
    revisions.push(revision);
    revisions.sort((a, b) => a.version - b.version);
    return revision;
  };

  const epochOf = (name: string, atMs: number): Epoch => {
    const known = epochs.get(name);
    if (known) {
      known.firstKnownAtMs = Math.min(known.firstKnownAtMs, atMs);
      known.lastKnownAtMs = Math.max(known.lastKnownAtMs, atMs);
      return known;
    }
    const epoch: Epoch = {
      name,
      firstKnownAtMs: atMs,
      lastKnownAtMs: atMs,
      entries: new Map(),
      named: new Map(),
      last: 0,
      forkedFrom: Number.POSITIVE_INFINITY,
    };
    epochs.set(name, epoch);
    return epoch;
  };

  /** A cursor was told: its number stands for its tag. */
  const name = (place: Place, atMs: number, line: string): Epoch => {
    const epoch = epochOf(place.epoch, atMs);
    epoch.last = Math.max(epoch.last, place.sequence);
    const tags = epoch.named.get(place.sequence) ?? new Map();
    if (tags.size === 0) epoch.named.set(place.sequence, tags);
    if (tags.has(place.tag)) return epoch;
    const [other] = tags.values();
    tags.set(place.tag, { line, atMs });
    if (!other) return epoch;
    if (excuses.mayHaveForked(Math.min(other.atMs, atMs), Math.max(other.atMs, atMs))) {
      epoch.forkedFrom = Math.min(epoch.forkedFrom, place.sequence);
    } else {
      const what = `${place.epoch}.${place.sequence} has the tags ${[...tags.keys()].join(' and ')}`;
      findings.add({ kind: 'fork', channel, what, lines: [other.line, line] });
    }
    return epoch;
  };

  const entryOf = (place: Place, atMs: number, line: string): Entry => {
    const epoch = name(place, atMs, line);
    const here = epoch.entries.get(place.sequence) ?? [];
    if (here.length === 0) epoch.entries.set(place.sequence, here);
    let entry = here.find((other) => other.place.tag === place.tag);
    if (!entry) {
      entry = {
        place,
        id: undefined,
        revision: undefined,
        previousTag: undefined,
        firstSeenAtMs: Number.POSITIVE_INFINITY,
        acknowledgedAtMs: undefined,
        lines: [],
      };
      here.push(entry);
    }
    entry.firstSeenAtMs = Math.min(entry.firstSeenAtMs, atMs);
    if (entry.lines.length < LINES_KEPT) entry.lines.push(line);
    return entry;
  };

  const standsFor = (entry: Entry, id: string, revision: Revision | undefined, line: string) => {
    const isOther = entry.id !== undefined && entry.id !== id;
    if (isOther || (revision && entry.revision && entry.revision !== revision)) {
      const what = `${placeText(entry.place)} stands for ${nameOf(entry)} and for ${revision ? nameOf({ id, revision }) : id}`;
      findings.add({ kind: 'fork', channel, headline: id, what, lines: [...entry.lines, line] });
      return;
    }
    entry.id = id;
    if (!revision || entry.revision) return;
    entry.revision = revision;
    revision.entries.push(entry);
  };

  const sawText = (sighting: Sighting, atMs: number): Revision => {
    const revision = revisionOf(sighting.id, sighting.version, sighting.title);
    revision.seen ??= sighting;
    revision.firstSeenAtMs = Math.min(revision.firstSeenAtMs, atMs);
    const story = storyOf(sighting.id);
    story.publishedAt ??= sighting.publishedAt;
    story.sequence ??= sighting.sequence;
    return revision;
  };

  const sawList = (headlines: readonly Sighting[], place: Place | undefined, atMs: number, line: string) => {
    if (place) name(place, atMs, line);
    for (const sighting of headlines) {
      const { shownBy } = sawText(sighting, atMs);
      if (place)
        shownBy.set(place.epoch, Math.min(shownBy.get(place.epoch) ?? place.sequence, place.sequence));
    }
  };

  for (const one of asked) {
    if (one.outcome === 'nothing' && !excuses.mayForgetBetween(one.intendedAtMs, one.answeredAtMs ?? 0))
      continue;
    const { id, title } = one.headline;
    const revision =
      one.change === 'retracted' ? revisionOf(id, KILL, '') : revisionOf(id, one.version, title);
    revision.asked.push(one);
    if (!one.place || one.answeredAtMs === undefined) continue;
    const [line = one.request] = one.lines.slice(-1);
    const entry = entryOf(one.place, one.answeredAtMs, line);
    entry.acknowledgedAtMs = Math.min(entry.acknowledgedAtMs ?? one.answeredAtMs, one.answeredAtMs);
    standsFor(entry, id, revision, line);
  }

  for (const { header, file, lines } of readers) {
    const isDense = isUnfiltered(header.filter);
    let before: Place | undefined;
    for (const [at, line] of lines.entries()) {
      const source = `${file}:${at + 1}`;
      const place = 'cursor' in line && line.cursor !== undefined ? parsePlace(line.cursor) : undefined;
      if (line.kind === 'lost' || (line.kind === 'connected' && line.since === undefined)) before = undefined;
      if (line.kind === 'snapshot' || line.kind === 'altered') {
        sawList(line.headlines, place, line.atMs, source);
        before = place;
      }
      if (line.kind === 'finally') sawList(line.headlines ?? [], undefined, line.atMs, source);
      if (line.kind !== 'change') continue;
      const { headline, change } = line;
      const entry = place && entryOf(place, line.atMs, source);
      if (change !== 'retracted') {
        const revision = sawText(headline, line.atMs);
        if (entry) standsFor(entry, headline.id, revision, source);
      } else if (entry) {
        // Who gets everything is told a retraction by a kill alone.
        standsFor(entry, headline.id, isDense ? revisionOf(headline.id, KILL, '') : undefined, source);
      }
      if (
        entry &&
        place &&
        isDense &&
        before?.epoch === place.epoch &&
        before.sequence === place.sequence - 1
      ) {
        if (entry.previousTag !== undefined && entry.previousTag !== before.tag) {
          const what = `before ${placeText(place)} one reader had ${before.tag}, another ${entry.previousTag}`;
          findings.add({
            kind: 'fork',
            channel,
            headline: headline.id,
            what,
            lines: [...entry.lines, source],
          });
        }
        entry.previousTag ??= before.tag;
      }
      if (place) before = place;
    }
  }

  resolveRetractions(stories, epochs);
  bindUncertainVersions(stories);
  findDoubles(channel, stories, epochs, excuses, findings);

  const inOrder = [...epochs.values()].sort((a, b) => a.firstKnownAtMs - b.firstKnownAtMs);
  const ages = new Map(inOrder.map((epoch, age) => [epoch.name, age]));
  return {
    channel,
    stories,
    epochs: inOrder,
    newest: inOrder.toSorted((a, b) => a.lastKnownAtMs - b.lastKnownAtMs).at(-1),
    epoch: (wanted) => epochs.get(wanted),
    ageOf: (wanted) => ages.get(wanted) ?? -1,
    entryAt: ({ epoch, sequence, tag }) =>
      epochs
        .get(epoch)
        ?.entries.get(sequence)
        ?.find((entry) => entry.place.tag === tag),
  };
}
