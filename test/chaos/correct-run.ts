/**
 * Correct run: a small service that keeps every promise, made up from a seed, and the journal it leaves.
 *
 * It never runs: it is what the checker must not accuse, and what its tests then break on purpose.
 */
import {
  castReaders,
  createImaginedReaders,
  cursorOf,
  type ImaginedEntry,
  type ImaginedReader,
  isFlat,
} from './imagined-readers.ts';
import type { ChangeKind, FaultLine, PublisherLine, ReaderLine, Sighting } from './journal.ts';
import { createRandom } from './mulberry.ts';
import type { Journal, JournalFile } from './read-journal.ts';

export interface CorrectRunOptions {
  readonly seed: number;
  readonly steps: number;
  /** Faults that destroy something, too. @default true */
  readonly hasLosses?: boolean;
}

interface Plan {
  headline: Sighting;
  atMs: number;
}

const START_MS = 1_800_000_000_000;
const SECTIONS = ['city', 'sport', 'transport'];
const LANGUAGES = ['en', 'en-GB', 'az'];

export function correctRun({ seed, steps, hasLosses = true }: CorrectRunOptions): Journal {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const chance = (share: number) => random() < share;

  const publisher: PublisherLine[] = [];
  const faults: FaultLine[] = [];
  const plans = new Map<string, Plan>();
  let nowMs = START_MS;
  let log: ImaginedEntry[] = [];
  let epochs = 0;
  let epoch = 'e1';
  let epochBegan: Pick<ImaginedEntry, 'epoch' | 'sequence' | 'tag'> = { epoch, sequence: 0, tag: '0' };
  let ids = 0;
  let requests = 0;
  let tags = 0;

  const readers = castReaders(nowMs, epoch, pick);

  /** Live headlines once the first entries are applied. */
  function stateAt(index: number): Map<string, Sighting> {
    const live = new Map<string, Sighting>();
    for (const { change, headline } of log.slice(0, index)) {
      if (change === 'retracted') live.delete(headline.id);
      else live.set(headline.id, headline);
    }
    return live;
  }
  const live = () => stateAt(log.length);
  const headOf = (index: number) => {
    const entry = log[index - 1];
    return entry?.epoch === epoch ? entry : { ...epochBegan, epoch };
  };

  const { giveList, deliver, cut, comeBack } = createImaginedReaders({
    get nowMs() {
      return nowMs;
    },
    get epoch() {
      return epoch;
    },
    get log() {
      return log;
    },
    headOf,
    stateAt,
    pick,
  });

  function commit(change: ChangeKind, headline: Sighting, isUnsure: boolean): ImaginedEntry {
    const { sequence } = headOf(log.length);
    tags += 1;
    const first = change === 'published' ? { ...headline, sequence: sequence + 1 } : headline;
    const was = live().get(headline.id);
    const entry = { epoch, sequence: sequence + 1, tag: `t${tags}`, change, headline: first, was, isUnsure };
    log.push(entry);
    return entry;
  }

  const words = () => ({
    title: `story ${below(1_000_000)}`,
    section: pick(SECTIONS),
    language: pick(LANGUAGES),
    urgency: 1 + below(6),
    tags: chance(0.4) ? ['harbour'] : [],
  });

  /** @returns what it was told. */
  function ask(
    change: ChangeKind,
    headline: Sighting,
    carryOut: (isUnsure: boolean) => ImaginedEntry | undefined,
    releaseAtMs?: number,
  ) {
    requests += 1;
    const request = `q${requests}`;
    const { sequence: _, publishedAt, ...meant } = headline;
    // What it leaves to the service, it does not say.
    const isDated = change === 'published' && publishedAt !== undefined && Date.parse(publishedAt) < nowMs;
    publisher.push({
      kind: 'intends',
      atMs: nowMs,
      request,
      channel: 'en',
      change,
      headline: { ...meant, ...(isDated && { publishedAt }) },
      ...(releaseAtMs !== undefined && { releaseAtMs }),
    });
    nowMs += 1 + below(20);
    const isUnsure = chance(0.15);
    if (isUnsure && chance(0.5)) {
      const isCommitted = chance(0.5);
      if (isCommitted) carryOut(true);
      publisher.push({ kind: 'gave-up', atMs: nowMs + 1, request });
      return isCommitted;
    }
    const entry = carryOut(isUnsure);
    nowMs += 1;
    publisher.push({
      kind: 'acknowledged',
      atMs: nowMs,
      request,
      status: releaseAtMs === undefined ? 200 : 202,
      ...(entry && { cursor: cursorOf(entry) }),
      ...(change !== 'retracted' && { version: headline.version }),
      isUnderReplicated: isUnsure,
    });
    return true;
  }

  function refuse(headline: Sighting) {
    requests += 1;
    const request = `q${requests}`;
    const change = 'updated';
    publisher.push({ kind: 'intends', atMs: nowMs, request, channel: 'en', change, headline });
    if (chance(0.5)) publisher.push({ kind: 'refused', atMs: nowMs + 2, request, status: 410 });
    else {
      const answer = { request, status: 200, applied: false, isUnderReplicated: false };
      publisher.push({ kind: 'acknowledged', atMs: nowMs + 2, ...answer });
    }
  }

  function publish() {
    ids += 1;
    const backMs = chance(0.2) ? below(5_000) : 0;
    const publishedAt = new Date(nowMs - backMs).toISOString();
    const headline = { id: `h${ids}`, version: 1, ...words(), publishedAt };
    ask('published', headline, (isUnsure) => commit('published', headline, isUnsure));
  }

  function schedule() {
    ids += 1;
    const atMs = nowMs + 100 + below(3_000);
    const headline = { id: `h${ids}`, version: 1, ...words() };
    const take = () => {
      plans.set(headline.id, { headline, atMs });
      return undefined;
    };
    ask('published', headline, take, atMs);
  }

  function release() {
    for (const [id, { headline, atMs }] of [...plans].sort(([, a], [, b]) => a.atMs - b.atMs)) {
      if (atMs > nowMs) continue;
      plans.delete(id);
      commit('published', { ...headline, publishedAt: new Date(atMs).toISOString() }, false);
    }
  }

  function amend() {
    const headline = pick([...live().values()]);
    if (!headline) return publish();
    const next = { ...headline, version: headline.version + 1, ...words() };
    const change = pick(['updated', 'corrected'] as const);
    ask(change, next, (isUnsure) => commit(change, next, isUnsure));
  }

  function amendPlan() {
    const plan = pick([...plans.values()]);
    if (!plan || plan.atMs < nowMs + 100) return schedule();
    const next = { ...plan.headline, version: plan.headline.version + 1, ...words() };
    ask('updated', next, () => {
      plan.headline = next;
      return undefined;
    });
  }

  function kill() {
    const pool = [...live().values(), ...[...plans.values()].map(({ headline }) => headline)];
    const target = pick(pool);
    if (!target) return publish();
    const plan = plans.get(target.id);
    if (plan && plan.atMs < nowMs + 100) return publish();
    ask('retracted', { id: target.id, version: 0, title: '' }, (isUnsure) => {
      plans.delete(target.id);
      if (plan) return undefined;
      return commit('retracted', { id: target.id, version: 0, title: '' }, isUnsure);
    });
  }

  function killUnknown() {
    ids += 1;
    const headline = { id: `h${ids}`, version: 0, title: '' };
    ask('retracted', headline, (isUnsure) => commit('retracted', headline, isUnsure));
  }

  /** The store goes on from here; whoever was connected is told so. */
  function beginEpoch(destroys: FaultLine['destroys']) {
    const atMs = nowMs;
    nowMs += 1 + below(200);
    if (destroys === 'unreplicated') {
      while (log.at(-1)?.isUnsure && chance(0.8)) log.pop();
    }
    const head = headOf(log.length);
    if (destroys === 'everything') {
      log = [];
      plans.clear();
    }
    epochs += 1;
    epoch = `e${epochs + 1}`;
    epochBegan = destroys === 'everything' ? { epoch, sequence: 0, tag: '0' } : head;
    faults.push({
      kind: 'fault',
      atMs,
      fault: `break ${destroys}`,
      target: 'store',
      untilMs: nowMs,
      destroys,
    });
    nowMs += 1;
    for (const reader of readers) {
      if (!reader.isConnected) continue;
      if (isFlat(reader)) {
        cut(reader);
        comeBack(reader);
      } else {
        if (reader.header.transport === 'json') {
          const since = reader.cursor === undefined ? {} : { since: reader.cursor };
          reader.lines.push({ kind: 'connected', atMs: nowMs, gateway: 'g1', ...since });
        }
        giveList(reader, log.length);
      }
    }
  }

  const lags = (reader: ImaginedReader) => reader.at + below(log.length - reader.at + 1);
  const deeds: readonly (readonly [number, () => void])[] = [
    [30, publish],
    [8, schedule],
    [14, amend],
    [4, amendPlan],
    [8, kill],
    [2, killUnknown],
    [3, () => refuse({ id: 'h0', version: 1, title: 'nothing', section: 'city' })],
    [14, () => cut(pick(readers))],
    [24, () => comeBack(pick(readers))],
    [
      6,
      () =>
        faults.push({
          kind: 'fault',
          atMs: nowMs,
          fault: 'kill',
          target: 'gateway',
          untilMs: nowMs,
          destroys: 'nothing',
        }),
    ],
    [hasLosses ? 1 : 0, () => beginEpoch(pick(['history', 'unreplicated', 'everything'] as const))],
  ];
  const weight = deeds.reduce((sum, [share]) => sum + share, 0);

  function step() {
    nowMs += below(60);
    release();
    let rest = random() * weight;
    for (const [share, deed] of deeds) {
      rest -= share;
      if (rest < 0) {
        deed();
        break;
      }
    }
    nowMs += below(5);
    release();
    nowMs += 1;
    for (const reader of readers) {
      if (reader.isConnected && chance(0.6)) deliver(reader, lags(reader));
    }
  }

  // The others come late, or only in the end.
  for (const reader of readers) if (chance(0.4)) comeBack(reader);
  for (let done = 0; done < steps; done += 1) step();
  nowMs += 10_000;
  release();
  for (const reader of readers) {
    comeBack(reader);
    deliver(reader, log.length);
  }
  nowMs += 10_000;
  for (const reader of readers) {
    const keepsList = reader.header.last > 0;
    const headlines = reader.list;
    reader.lines.push({ kind: 'finally', atMs: nowMs, ...(keepsList && { headlines }) });
  }
  const files = readers.map(
    ({ header, lines }): JournalFile<ReaderLine> => ({ file: `reader-${header.name}.ndjson`, lines }),
  );
  return {
    run: { seed, store: 'redis', startedAtMs: START_MS, endedAtMs: nowMs, channels: ['en'] },
    publishers: [{ file: 'publisher-p.ndjson', lines: publisher }],
    readers: files,
    faults,
    tornLines: 0,
  };
}
