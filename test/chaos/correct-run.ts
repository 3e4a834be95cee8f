/**
 * Correct run: a small service that keeps every promise, made up from a seed, and the journal it leaves.
 *
 * It never runs: it is what the checker must not accuse, and what its tests then break on purpose.
 */
import type { ChangeKind, FaultLine, PublisherLine, ReaderFilter, ReaderLine, Sighting } from './journal.ts';
import type { Journal, JournalFile } from './read-journal.ts';

export interface CorrectRunOptions {
  readonly seed: number;
  readonly steps: number;
  /** Faults that destroy something, too. @default true */
  readonly hasLosses?: boolean;
}

interface LogEntry {
  readonly epoch: string;
  readonly sequence: number;
  readonly tag: string;
  readonly change: ChangeKind;
  readonly headline: Sighting;
  readonly was?: Sighting | undefined;
  readonly isUnsure: boolean;
}

interface Plan {
  headline: Sighting;
  atMs: number;
}

interface Reader {
  readonly header: Extract<ReaderLine, { kind: 'reader' }>;
  readonly lines: ReaderLine[];
  /** Index into the log of what comes next. */
  at: number;
  epoch: string;
  cursor: string | undefined;
  isConnected: boolean;
  list: Sighting[];
  reachesEnd: boolean;
}

const START_MS = 1_800_000_000_000;
const SECTIONS = ['city', 'sport', 'transport'];
const LANGUAGES = ['en', 'en-GB', 'az'];

/** Small, seeded and good enough. [Mulberry32] */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const cursorOf = ({ epoch, sequence, tag }: Pick<LogEntry, 'epoch' | 'sequence' | 'tag'>) =>
  `${epoch}.${sequence}.${tag}`;

const isIn = (filter: ReaderFilter, { section, language, urgency = 5, tags = [] }: Sighting): boolean =>
  (!filter.section || filter.section.some((wanted) => wanted === section)) &&
  (!filter.language ||
    filter.language.some((wanted) => language === wanted || language?.startsWith(`${wanted}-`))) &&
  (!filter.tag || filter.tag.some((wanted) => tags.includes(wanted))) &&
  urgency <= (filter.maxUrgency ?? 9);

const newestFirst = (a: Sighting, b: Sighting): number => {
  const [left, right] = [a.publishedAt ?? '', b.publishedAt ?? ''];
  return left === right ? (b.sequence ?? 0) - (a.sequence ?? 0) : left < right ? 1 : -1;
};

export function correctRun({ seed, steps, hasLosses = true }: CorrectRunOptions): Journal {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const chance = (share: number) => random() < share;

  const publisher: PublisherLine[] = [];
  const faults: FaultLine[] = [];
  const plans = new Map<string, Plan>();
  let nowMs = START_MS;
  let log: LogEntry[] = [];
  let epochs = 0;
  let epoch = 'e1';
  let epochBegan: Pick<LogEntry, 'epoch' | 'sequence' | 'tag'> = { epoch, sequence: 0, tag: '0' };
  let ids = 0;
  let requests = 0;
  let tags = 0;

  const filters: ReaderFilter[] = [
    {},
    {},
    {},
    { section: ['city', 'sport'] },
    { language: ['en'] },
    { maxUrgency: 3 },
    { tag: ['harbour'], language: ['az', 'en-GB'] },
  ];
  const transports = ['websocket', 'sdk', 'event-stream', 'flat', 'cloudevents', 'json'] as const;
  const readers = Array.from({ length: 16 }, (_, at): Reader => {
    const transport = transports[at % transports.length] ?? 'websocket';
    const isFlat = transport === 'flat' || transport === 'cloudevents';
    const last = isFlat ? 0 : pick([1, 3, 20]);
    const name = `r${at}`;
    const filter = filters[at % filters.length] ?? {};
    const header = { kind: 'reader', atMs: nowMs, name, transport, channel: 'en', filter, last } as const;
    const lines: ReaderLine[] = [header];
    return { header, lines, at: 0, epoch, cursor: undefined, isConnected: false, list: [], reachesEnd: true };
  });

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

  function commit(change: ChangeKind, headline: Sighting, isUnsure: boolean): LogEntry {
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
    carryOut: (isUnsure: boolean) => LogEntry | undefined,
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

  const listAt = ({ header: { filter, last } }: Reader, index: number): Sighting[] =>
    [...stateAt(index).values()]
      .filter((headline) => isIn(filter, headline))
      .sort(newestFirst)
      .slice(0, last);

  function giveList(reader: Reader, index: number) {
    const { lines, header } = reader;
    const headlines = listAt(reader, index);
    reader.cursor = cursorOf(headOf(index));
    reader.at = index;
    reader.epoch = epoch;
    reader.list = headlines;
    reader.reachesEnd = headlines.length < header.last;
    lines.push({ kind: 'snapshot', atMs: nowMs, cursor: reader.cursor, resumed: false, headlines });
  }

  function put(reader: Reader, headline: Sighting) {
    const known = reader.list.find(({ id }) => id === headline.id);
    const rest = reader.list.filter((other) => other !== known);
    const isLowest = rest.every((other) => newestFirst(other, headline) < 0);
    if (isLowest && !known && !reader.reachesEnd && rest.length > 0) return;
    if (rest.length === 0 && !known && !reader.reachesEnd && !isNewest(reader, headline)) return;
    const all = [...rest, headline].sort(newestFirst);
    reader.reachesEnd &&= all.length <= reader.header.last;
    reader.list = all.slice(0, reader.header.last);
  }

  const isNewest = (reader: Reader, headline: Sighting) =>
    listAt(reader, reader.at)[0]?.id === headline.id || listAt(reader, reader.at + 1)[0]?.id === headline.id;

  const takeAway = (reader: Reader, id: string) => {
    reader.list = reader.list.filter((headline) => headline.id !== id);
  };

  const meaningOf = ({ change, headline, was }: LogEntry, filter: ReaderFilter): ChangeKind | undefined => {
    if (change === 'retracted') return !was || isIn(filter, was) ? 'retracted' : undefined;
    if (isIn(filter, headline)) return change;
    return was && isIn(filter, was) ? 'retracted' : undefined;
  };

  function deliver(reader: Reader, until: number) {
    const { header, lines } = reader;
    if (header.transport === 'json') return answer(reader, until);
    for (; reader.at < until; reader.at += 1) {
      const entry = log[reader.at];
      const change = entry && meaningOf(entry, header.filter);
      if (!entry || !change) continue;
      reader.cursor = cursorOf(entry);
      const { id } = entry.headline;
      const headline = change === 'retracted' ? { id, version: 0, title: '' } : entry.headline;
      lines.push({ kind: 'change', atMs: nowMs, cursor: reader.cursor, change, headline });
      if (change === 'retracted') takeAway(reader, id);
      else put(reader, entry.headline);
    }
  }

  function answer(reader: Reader, until: number) {
    const { header, lines } = reader;
    if (until === reader.at || reader.cursor === undefined) return;
    const came = new Map<string, Sighting>();
    const gone = new Set<string>();
    for (const entry of log.slice(reader.at, until)) {
      const change = meaningOf(entry, header.filter);
      const { id } = entry.headline;
      if (!change) continue;
      came.delete(id);
      gone.delete(id);
      if (change === 'retracted') gone.add(id);
      else came.set(id, entry.headline);
    }
    lines.push({ kind: 'connected', atMs: nowMs, gateway: 'g1', since: reader.cursor });
    reader.cursor = cursorOf(headOf(until));
    const headlines = [...came.values()].sort(newestFirst);
    lines.push({ kind: 'altered', atMs: nowMs, cursor: reader.cursor, headlines, retractions: [...gone] });
    for (const id of gone) takeAway(reader, id);
    for (; reader.at < until; reader.at += 1) {
      const entry = log[reader.at];
      if (entry && meaningOf(entry, header.filter) === entry.change && entry.change !== 'retracted') {
        if (came.get(entry.headline.id) === entry.headline) put(reader, entry.headline);
      }
    }
  }

  function cut(reader: Reader) {
    if (!reader.isConnected) return;
    reader.isConnected = false;
    reader.lines.push({ kind: 'disconnected', atMs: nowMs, code: 1006 });
  }

  function comeBack(reader: Reader) {
    if (reader.isConnected) return;
    const { lines, cursor, header } = reader;
    const isFlat = header.transport === 'flat' || header.transport === 'cloudevents';
    reader.isConnected = true;
    const isHeld = reader.epoch === epoch && cursor !== undefined;
    const since = cursor === undefined ? {} : { since: cursor };
    const connected = { kind: 'connected', atMs: nowMs, gateway: pick(['g1', 'g2']) } as const;
    if (isFlat && cursor !== undefined && !isHeld) {
      lines.push({ kind: 'lost', atMs: nowMs });
      reader.cursor = undefined;
    }
    if (isFlat) {
      lines.push({ ...connected, ...(isHeld ? since : {}) });
      if (isHeld) return;
      reader.epoch = epoch;
      reader.at = log.length;
      return;
    }
    if (header.transport === 'json' && isHeld) return;
    lines.push({ ...connected, ...since });
    if (isHeld) lines.push({ kind: 'resumed', atMs: nowMs, cursor });
    else giveList(reader, log.length);
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
      const isFlat = reader.header.transport === 'flat' || reader.header.transport === 'cloudevents';
      if (isFlat) {
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

  const lags = (reader: Reader) => reader.at + below(log.length - reader.at + 1);
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
