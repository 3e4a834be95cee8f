/**
 * Follow reader: walks one reader's journal with the log in hand, as the reader should have been led.
 */
import { isUnfiltered } from './audience-filter.ts';
import {
  type ChannelLog,
  type ChannelReader,
  KILL,
  type LineOf,
  placeText,
  revisionSeen,
} from './channel-log.ts';
import { answerFaults } from './check-answer.ts';
import { needlessBeginning, stepBack } from './check-beginning.ts';
import type { Ending } from './check-endings.ts';
import { finalFaults } from './check-final-list.ts';
import type { ListCheck, ListFault } from './check-list.ts';
import type { SightingCheck, Witness } from './check-sighting.ts';
import { createStretchCheck } from './check-stretch.ts';
import type { Excuses } from './excuses.ts';
import type { ReaderLine, Sighting } from './journal.ts';
import { createKillWatch } from './kill-watch.ts';
import { parsePlace } from './place.ts';
import { beginStretch, type Position, type Stretch } from './reader-way.ts';
import { createShownList } from './shown-list.ts';
import type { Moment, Standings } from './standing.ts';
import type { Tally } from './tally.ts';
import type { Findings, ViolationKind } from './violation.ts';

export interface FollowOptions {
  readonly log: ChannelLog;
  readonly standings: Standings;
  readonly lists: ListCheck;
  readonly sightings: SightingCheck;
  readonly excuses: Excuses;
  readonly findings: Findings;
  readonly tally: Tally;
}

export function followReader(
  reader: ChannelReader,
  { log, standings, lists, sightings, excuses, findings, tally }: FollowOptions,
): Ending | undefined {
  const { header, file, lines } = reader;
  const { name, transport, filter, last, channel } = header;
  const filterKey = JSON.stringify(filter);
  const isDense = isUnfiltered(filter);
  /** Tells of each beginning; the others are let in or refused. */
  const isFramed = transport !== 'flat' && transport !== 'cloudevents';
  const stretches = createStretchCheck(log, reader, standings, findings);
  const shown = createShownList(last);
  const best = new Map<string, number>();
  const kills = createKillWatch(log, standings, excuses);
  let stretch: Stretch | undefined;
  let position: Position | undefined;
  let isConnected = false;
  let isAnnounced = false;
  let wasEverGivenList = false;
  let wasToldOfLoss = false;
  let connectedAtMs = 0;
  let source = '';
  let ending: Ending | undefined;

  const accuse = (kind: ViolationKind, what: string, headline?: string, more: readonly string[] = []) =>
    findings.add({
      kind,
      channel,
      reader: name,
      ...(headline !== undefined && { headline }),
      what,
      lines: [...more, source],
    });

  function closeStretch(endsAtMs?: number): void {
    if (stretch) stretches.check(stretch, endsAtMs);
    stretch = undefined;
  }

  function begin(atMs: number, cursor?: string): void {
    closeStretch();
    const place = cursor === undefined ? undefined : parsePlace(cursor);
    stretch = beginStretch(atMs, source, place);
    position = place && cursor !== undefined ? { place, cursor, confirmedAtMs: atMs } : undefined;
    wasToldOfLoss = false;
  }

  function moveTo(cursor: string, atMs: number): void {
    const place = parsePlace(cursor);
    if (!place) return accuse('misreported', `no cursor: ${cursor}`);
    position = { place, cursor, confirmedAtMs: atMs };
    best.set(place.epoch, Math.max(best.get(place.epoch) ?? 0, place.sequence));
    if (!stretch) return;
    stretch.to = Math.max(stretch.to, place.sequence);
    stretch.lastLine = source;
  }

  const witness = (atMs: number): Witness => ({ reader: name, atMs, line: source });

  /** @param moment absent in a list: what its place says of kills is judged with the list. */
  function see(sighting: Sighting, atMs: number, moment?: Moment): void {
    sightings.text(sighting, witness(atMs));
    report(kills.faultOf(sighting.id, atMs, stretch, moment));
  }

  function bury(id: string, atMs: number): void {
    kills.tell(id, stretch);
    sightings.kill(id, witness(atMs));
  }

  const report = (fault: ListFault | undefined) =>
    fault && accuse(fault.kind, fault.what, fault.headline, fault.lines);

  function onSnapshot({ cursor, headlines, atMs }: LineOf<'snapshot'>): void {
    const place = cursor === undefined ? undefined : parsePlace(cursor);
    if (!place || cursor === undefined) return accuse('misreported', `a snapshot without a place: ${cursor}`);
    tally.snapshot(wasEverGivenList || position !== undefined ? 'forced' : 'fresh');
    report(needlessBeginning(log, excuses, transport, position, { atMs, place }));
    report(stepBack(log, excuses, position, best, place, atMs));
    begin(atMs, cursor);
    moveTo(cursor, atMs);
    isAnnounced = true;
    wasEverGivenList = true;
    const moment = { epoch: place.epoch, sequence: place.sequence, atMs };
    for (const sighting of headlines) see(sighting, atMs);
    for (const fault of lists.faultsOf({ headlines, filter, last, moment, kind: 'list' })) {
      accuse(fault.kind, `the list of ${cursor}: ${fault.what}`, fault.headline, fault.lines);
    }
    shown.begin(headlines);
  }

  function onChange({ cursor, change, headline, atMs }: LineOf<'change'>): void {
    const { id, version } = headline;
    const place = cursor === undefined ? undefined : parsePlace(cursor);
    if (!place || cursor === undefined) return accuse('misreported', `a change without a place: ${cursor}`);
    if (!isConnected) accuse('misreported', 'a change without a connection');
    if (isFramed && !isAnnounced) {
      accuse('unannounced', `${cursor} came before a list or the word that it is resumed`, id);
      isAnnounced = true;
    }
    const entry = log.entryAt(place);
    const isText = change !== 'retracted';
    if (entry && !standings.outcomes(entry, filter, filterKey).has(isText ? 'headline' : 'retraction')) {
      const what = `${id} ${isText ? `version ${version}` : 'retracted'} at ${cursor} is not for its filter`;
      accuse('not-its-audience', what, id, entry.lines.slice(0, 2));
    }
    if (position && stretch?.epoch !== undefined && position.place.epoch !== place.epoch) {
      accuse('silent-epoch', `after ${position.cursor} came ${cursor}`, id);
      begin(atMs, `${place.epoch}.${place.sequence - 1}.0`);
    }
    stretch ??= beginStretch(atMs, source);
    if (stretch.epoch === undefined) {
      stretch.epoch = place.epoch;
      stretch.from = place.sequence - 1;
      stretch.to = stretch.from;
    }
    const { sequence } = place;
    if (sequence <= stretch.to) {
      const isAgain = sequence <= stretch.from || stretch.told.has(sequence);
      accuse(
        isAgain ? 'delivered-twice' : 'out-of-order',
        `${id} at ${cursor} came after ${stretch.to}`,
        id,
        [...(entry?.lines.slice(0, 1) ?? []), stretch.lastLine],
      );
    }
    if (sequence > stretch.from) stretch.told.set(sequence, place.tag);
    moveTo(sequence < stretch.to && position ? position.cursor : cursor, atMs);
    tally.delivery(transport, atMs, connectedAtMs, entry?.acknowledgedAtMs);
    if (isText) {
      see(headline, atMs, { epoch: place.epoch, sequence, atMs });
      judgeKind(change, headline, { epoch: place.epoch, sequence: sequence - 1, atMs });
      shown.put(headline);
    } else {
      if (entry?.revision?.version === KILL || isDense) bury(id, atMs);
      shown.takeAway(id);
    }
  }

  /** What was asked for as an update is told as a publication only where there was nothing to update. */
  function judgeKind(change: string, headline: Sighting, before: Moment): void {
    const { id, version } = headline;
    const story = log.stories.get(id);
    const asked = (story && revisionSeen(story, headline)?.asked) ?? [];
    if (!story || asked.length === 0 || asked.some((one) => one.change === change)) return;
    const earlier = { ...story, revisions: story.revisions.filter((revision) => revision.version < version) };
    if (change === 'published' && !standings.of(earlier, before).isSurelyAlive) return;
    accuse('altered', `${id} version ${version} was told as ${change}, not ${asked[0]?.change}`, id);
  }

  function onAltered({ cursor, headlines, retractions, atMs }: LineOf<'altered'>): void {
    const place = parsePlace(cursor);
    if (!place) return accuse('misreported', `no cursor: ${cursor}`);
    if (!position || !stretch) return accuse('misreported', 'altered since nothing');
    tally.resumed();
    if (position.place.epoch !== place.epoch) {
      accuse('silent-epoch', `after ${position.cursor} came ${cursor}`);
      begin(atMs, cursor);
    }
    report(stepBack(log, excuses, position, best, place, atMs));
    const from = stretch.to;
    const question = { epoch: place.epoch, from, to: place.sequence, atMs, filter, headlines, retractions };
    for (const fault of answerFaults(log, standings, question)) report(fault);
    for (let sequence = from + 1; sequence <= place.sequence; sequence += 1) stretch.told.set(sequence, '');
    moveTo(cursor, atMs);
    isAnnounced = true;
    const moment = { epoch: place.epoch, sequence: place.sequence, atMs };
    for (const sighting of headlines) see(sighting, atMs, moment);
    for (const id of retractions) {
      if (isDense || kills.isKilledAt(id, moment)) bury(id, atMs);
      shown.takeAway(id);
    }
    for (const sighting of headlines) shown.put(sighting);
    for (let told = headlines.length + retractions.length; told > 0; told -= 1) {
      tally.delivery(transport, atMs, connectedAtMs, undefined);
    }
  }

  function onConnected({ since, atMs }: LineOf<'connected'>): void {
    isConnected = true;
    connectedAtMs = atMs;
    if (since === undefined) {
      if (position && !wasToldOfLoss)
        accuse('misreported', `it had ${position.cursor}, and asked without it`);
      isAnnounced = !isFramed;
      if (!isFramed) begin(atMs);
      return;
    }
    if (position?.cursor !== since)
      accuse('misreported', `it had ${position?.cursor ?? 'no cursor'}, and asked with ${since}`);
    isAnnounced = !isFramed;
    if (!isFramed) tally.resumed();
  }

  function onResumed({ cursor, atMs }: LineOf<'resumed'>): void {
    isAnnounced = true;
    tally.resumed();
    if (!position) return accuse('misreported', 'it was resumed, and had no cursor');
    if (cursor !== undefined && cursor !== position.cursor) {
      const isOther = parsePlace(cursor)?.epoch !== position.place.epoch;
      accuse(
        isOther ? 'silent-epoch' : 'out-of-order',
        `it asked with ${position.cursor}, and was resumed at ${cursor}`,
      );
    }
    position.confirmedAtMs = atMs;
  }

  function onLost({ atMs }: LineOf<'lost'>): void {
    tally.lost();
    report(needlessBeginning(log, excuses, transport, position, { atMs }));
    closeStretch();
    wasToldOfLoss = true;
    shown.begin(undefined);
  }

  function onFinally(line: LineOf<'finally'>): void {
    const { atMs, headlines } = line;
    ending = { reader, line, isWhole: shown.isWhole };
    if (transport !== 'json' && !isConnected)
      accuse('not-there-at-the-end', 'it was not connected when all was quiet');
    if (!isAnnounced || !stretch) accuse('not-there-at-the-end', 'it had not begun when all was quiet');
    const { newest } = log;
    const { lastLine = '' } = stretch ?? {};
    if (position && newest && !wasToldOfLoss && position.place.epoch !== newest.name) {
      const what = `it was still at ${placeText(position.place)}, others in epoch ${newest.name}`;
      accuse('not-there-at-the-end', what, undefined, [lastLine]);
    }
    const hasList = stretch?.hasList === true && last > 0;
    closeStretch(atMs);
    if (!headlines) return;
    const epoch = position?.place.epoch ?? newest?.name ?? '';
    const moment = { epoch, sequence: Number.POSITIVE_INFINITY, atMs };
    for (const sighting of headlines) see(sighting, atMs);
    const question = { headlines, filter, last, moment, kind: hasList ? 'shown' : 'told' } as const;
    for (const fault of finalFaults(lists, shown, question)) report(fault);
  }

  function take(line: ReaderLine): void {
    switch (line.kind) {
      case 'reader':
        return accuse('misreported', 'a second reader in one file');
      case 'connected':
        return onConnected(line);
      case 'snapshot':
        return onSnapshot(line);
      case 'resumed':
        return onResumed(line);
      case 'change':
        return onChange(line);
      case 'altered':
        return onAltered(line);
      case 'lost':
        return onLost(line);
      case 'disconnected':
        isConnected = false;
        return;
      case 'finally':
        return onFinally(line);
    }
  }

  for (const [at, line] of lines.entries()) {
    source = `${file}:${at + 1}`;
    if (at === 0) continue;
    if (ending && line.kind !== 'disconnected') accuse('misreported', `${line.kind} after the last line`);
    take(line);
  }
  if (!ending) {
    accuse('not-there-at-the-end', 'its journal ends before all was quiet');
    closeStretch();
  }
  return ending;
}
