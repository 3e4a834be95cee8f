/**
 * Imagined readers: readers of every transport, told by an imagined service what they are to be told, and no more.
 */
import type { ChangeKind, ReaderFilter, ReaderLine, Sighting } from './journal.ts';

export interface ImaginedEntry {
  readonly epoch: string;
  readonly sequence: number;
  readonly tag: string;
  readonly change: ChangeKind;
  readonly headline: Sighting;
  readonly was?: Sighting | undefined;
  readonly isUnsure: boolean;
}

/** The service as its readers find it. */
export interface ImaginedWorld {
  readonly nowMs: number;
  readonly epoch: string;
  readonly log: readonly ImaginedEntry[];
  /** Place after the first entries. */
  headOf(index: number): Pick<ImaginedEntry, 'epoch' | 'sequence' | 'tag'>;
  /** Live headlines once the first entries are applied. */
  stateAt(index: number): ReadonlyMap<string, Sighting>;
  pick<Item>(items: readonly Item[]): Item;
}

export interface ImaginedReader {
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

export interface ImaginedReaders {
  giveList(reader: ImaginedReader, index: number): void;
  /** Tells it the changes up to an index of the log. */
  deliver(reader: ImaginedReader, until: number): void;
  cut(reader: ImaginedReader): void;
  comeBack(reader: ImaginedReader): void;
}

export const cursorOf = ({ epoch, sequence, tag }: Pick<ImaginedEntry, 'epoch' | 'sequence' | 'tag'>) =>
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

export const isFlat = ({ header: { transport } }: ImaginedReader): boolean =>
  transport === 'flat' || transport === 'cloudevents';

const FILTERS: readonly ReaderFilter[] = [
  {},
  {},
  {},
  { section: ['city', 'sport'] },
  { language: ['en'] },
  { maxUrgency: 3 },
  { tag: ['harbour'], language: ['az', 'en-GB'] },
];
const TRANSPORTS = ['websocket', 'sdk', 'event-stream', 'flat', 'cloudevents', 'json'] as const;
/** Readers of every transport and filter, none of them connected yet. */
export function castReaders(atMs: number, epoch: string, pick: ImaginedWorld['pick']): ImaginedReader[] {
  return Array.from({ length: 16 }, (_, at): ImaginedReader => {
    const transport = TRANSPORTS[at % TRANSPORTS.length] ?? 'websocket';
    const isFlat = transport === 'flat' || transport === 'cloudevents';
    const last = isFlat ? 0 : pick([1, 3, 20]);
    const name = `r${at}`;
    const filter = FILTERS[at % FILTERS.length] ?? {};
    const header = { kind: 'reader', atMs: atMs, name, transport, channel: 'en', filter, last } as const;
    const lines: ReaderLine[] = [header];
    return { header, lines, at: 0, epoch, cursor: undefined, isConnected: false, list: [], reachesEnd: true };
  });
}

export function createImaginedReaders(world: ImaginedWorld): ImaginedReaders {
  const listAt = ({ header: { filter, last } }: ImaginedReader, index: number): Sighting[] =>
    [...world.stateAt(index).values()]
      .filter((headline) => isIn(filter, headline))
      .sort(newestFirst)
      .slice(0, last);

  function giveList(reader: ImaginedReader, index: number) {
    const { lines, header } = reader;
    const headlines = listAt(reader, index);
    reader.cursor = cursorOf(world.headOf(index));
    reader.at = index;
    reader.epoch = world.epoch;
    reader.list = headlines;
    reader.reachesEnd = headlines.length < header.last;
    lines.push({ kind: 'snapshot', atMs: world.nowMs, cursor: reader.cursor, resumed: false, headlines });
  }

  function put(reader: ImaginedReader, headline: Sighting) {
    const known = reader.list.find(({ id }) => id === headline.id);
    const rest = reader.list.filter((other) => other !== known);
    const isLowest = rest.every((other) => newestFirst(other, headline) < 0);
    if (isLowest && !known && !reader.reachesEnd && rest.length > 0) return;
    if (rest.length === 0 && !known && !reader.reachesEnd && !isNewest(reader, headline)) return;
    const all = [...rest, headline].sort(newestFirst);
    reader.reachesEnd &&= all.length <= reader.header.last;
    reader.list = all.slice(0, reader.header.last);
  }

  const isNewest = (reader: ImaginedReader, headline: Sighting) =>
    listAt(reader, reader.at)[0]?.id === headline.id || listAt(reader, reader.at + 1)[0]?.id === headline.id;

  const takeAway = (reader: ImaginedReader, id: string) => {
    reader.list = reader.list.filter((headline) => headline.id !== id);
  };

  const meaningOf = (
    { change, headline, was }: ImaginedEntry,
    filter: ReaderFilter,
  ): ChangeKind | undefined => {
    if (change === 'retracted') return !was || isIn(filter, was) ? 'retracted' : undefined;
    if (isIn(filter, headline)) return change;
    return was && isIn(filter, was) ? 'retracted' : undefined;
  };

  function deliver(reader: ImaginedReader, until: number) {
    const { header, lines } = reader;
    if (header.transport === 'json') return answer(reader, until);
    for (; reader.at < until; reader.at += 1) {
      const entry = world.log[reader.at];
      const change = entry && meaningOf(entry, header.filter);
      if (!entry || !change) continue;
      reader.cursor = cursorOf(entry);
      const { id } = entry.headline;
      const headline = change === 'retracted' ? { id, version: 0, title: '' } : entry.headline;
      lines.push({ kind: 'change', atMs: world.nowMs, cursor: reader.cursor, change, headline });
      if (change === 'retracted') takeAway(reader, id);
      else put(reader, entry.headline);
    }
  }

  function answer(reader: ImaginedReader, until: number) {
    const { header, lines } = reader;
    if (until === reader.at || reader.cursor === undefined) return;
    const came = new Map<string, Sighting>();
    const gone = new Set<string>();
    for (const entry of world.log.slice(reader.at, until)) {
      const change = meaningOf(entry, header.filter);
      const { id } = entry.headline;
      if (!change) continue;
      came.delete(id);
      gone.delete(id);
      if (change === 'retracted') gone.add(id);
      else came.set(id, entry.headline);
    }
    lines.push({ kind: 'connected', atMs: world.nowMs, gateway: 'g1', since: reader.cursor });
    reader.cursor = cursorOf(world.headOf(until));
    const headlines = [...came.values()].sort(newestFirst);
    lines.push({
      kind: 'altered',
      atMs: world.nowMs,
      cursor: reader.cursor,
      headlines,
      retractions: [...gone],
    });
    for (const id of gone) takeAway(reader, id);
    for (; reader.at < until; reader.at += 1) {
      const entry = world.log[reader.at];
      if (entry && meaningOf(entry, header.filter) === entry.change && entry.change !== 'retracted') {
        if (came.get(entry.headline.id) === entry.headline) put(reader, entry.headline);
      }
    }
  }

  function cut(reader: ImaginedReader) {
    if (!reader.isConnected) return;
    reader.isConnected = false;
    reader.lines.push({ kind: 'disconnected', atMs: world.nowMs, code: 1006 });
  }

  function comeBack(reader: ImaginedReader) {
    if (reader.isConnected) return;
    const { lines, cursor, header } = reader;
    reader.isConnected = true;
    const isHeld = reader.epoch === world.epoch && cursor !== undefined;
    const since = cursor === undefined ? {} : { since: cursor };
    const connected = { kind: 'connected', atMs: world.nowMs, gateway: world.pick(['g1', 'g2']) } as const;
    if (isFlat(reader) && cursor !== undefined && !isHeld) {
      lines.push({ kind: 'lost', atMs: world.nowMs });
      reader.cursor = undefined;
    }
    if (isFlat(reader)) {
      lines.push({ ...connected, ...(isHeld ? since : {}) });
      if (isHeld) return;
      reader.epoch = world.epoch;
      reader.at = world.log.length;
      return;
    }
    if (header.transport === 'json' && isHeld) return;
    lines.push({ ...connected, ...since });
    if (isHeld) lines.push({ kind: 'resumed', atMs: world.nowMs, cursor });
    else giveList(reader, world.log.length);
  }

  return { giveList, deliver, cut, comeBack };
}
