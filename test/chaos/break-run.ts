/**
 * Break run: takes a run in which every promise is kept, and breaks one in one place.
 *
 * Each way to break says by which names the checker may call it. A way that may do no harm says when it does none:
 * where nobody, not even with all journals in hand, could know.
 */
import type { FaultLine, PublisherLine, ReaderLine, Sighting } from './journal.ts';
import type { Journal } from './read-journal.ts';
import type { ViolationKind } from './violation.ts';

interface OpenFile<Line> {
  readonly file: string;
  readonly lines: Line[];
}

/** A journal that may be written to. */
export interface OpenJournal extends Journal {
  readonly readers: readonly OpenFile<ReaderLine>[];
  readonly publishers: readonly OpenFile<PublisherLine>[];
}

type Draw = (limit: number) => number;
type Change = Extract<ReaderLine, { kind: 'change' }>;
type Header = Extract<ReaderLine, { kind: 'reader' }>;
type Acknowledged = Extract<PublisherLine, { kind: 'acknowledged' }>;
type Intends = Extract<PublisherLine, { kind: 'intends' }>;

export interface Break {
  readonly named: readonly ViolationKind[];
  /** @returns undefined where this run gives no occasion, `harmless` where what was done harms no one. */
  carryOut(journal: OpenJournal, draw: Draw): 'broken' | 'harmless' | undefined;
}

interface Spot<Line extends ReaderLine> {
  readonly header: Header;
  readonly lines: ReaderLine[];
  readonly at: number;
  readonly line: Line;
}

export const openJournal = (journal: Journal): OpenJournal => structuredClone(journal) as OpenJournal;

function spots<Kind extends ReaderLine['kind']>(
  { readers }: OpenJournal,
  kind: Kind,
): Spot<Extract<ReaderLine, { kind: Kind }>>[] {
  const found: Spot<Extract<ReaderLine, { kind: Kind }>>[] = [];
  for (const { lines } of readers) {
    const [header] = lines;
    if (header?.kind !== 'reader') continue;
    for (const [at, line] of lines.entries()) {
      if (line.kind === kind) {
        found.push({ header, lines, at, line: line as Extract<ReaderLine, { kind: Kind }> });
      }
    }
  }
  return found;
}

const pick = <Item>(items: readonly Item[], draw: Draw): Item | undefined =>
  items.length === 0 ? undefined : items[draw(items.length)];

const isUnfiltered = ({ filter }: Header) => Object.keys(filter).length === 0;
const isFlat = ({ transport }: Header) => transport === 'flat' || transport === 'cloudevents';
const [epochOf, numberOf] = [
  (cursor = '') => cursor.split('.')[0] ?? '',
  (cursor = '') => Number(cursor.split('.')[1] ?? 0),
];

const acknowledgements = ({ publishers }: OpenJournal): Acknowledged[] =>
  publishers.flatMap(({ lines }) => lines.filter((line) => line.kind === 'acknowledged'));

const intents = ({ publishers }: OpenJournal): Intends[] =>
  publishers.flatMap(({ lines }) => lines.filter((line) => line.kind === 'intends'));

const isLossy = ({ destroys }: FaultLine) => destroys === 'unreplicated' || destroys === 'everything';

/** Index of the next beginning, or of the end. */
function nextBeginning(lines: readonly ReaderLine[], from: number): number {
  const at = lines.findIndex(
    (line, index) =>
      index > from && (line.kind === 'snapshot' || line.kind === 'lost' || line.kind === 'finally'),
  );
  return at < 0 ? lines.length : at;
}

/** Nothing was told between this line and the next beginning: the list there stands for it. */
function isLastBeforeBeginning(lines: readonly ReaderLine[], at: number): boolean {
  const next = nextBeginning(lines, at);
  const isFollowed = lines.slice(at + 1, next).some(({ kind }) => kind === 'change' || kind === 'resumed');
  return !isFollowed && lines[next]?.kind !== 'finally';
}

/** A reader that is given no list begins with the first change: it knows of none before, but those asked for later. */
function isUnknowableFirst(journal: OpenJournal, { header, lines, at, line }: Spot<Change>): boolean {
  if (!isFlat(header)) return false;
  const letIn = lines.findLastIndex(
    (other, index) => index < at && other.kind === 'connected' && !other.since,
  );
  if (lines.slice(letIn, at).some(({ kind }) => kind === 'change')) return false;
  const request = acknowledgements(journal).find(({ cursor }) => cursor === line.cursor)?.request;
  const intent = intents(journal).find((other) => other.request === request);
  return intent === undefined || intent.atMs <= (lines[letIn]?.atMs ?? 0);
}

const isKnownElsewhere = (journal: OpenJournal, { line, lines }: Spot<Change>): boolean =>
  acknowledgements(journal).some(({ cursor }) => cursor === line.cursor) ||
  spots(journal, 'change').some((other) => other.lines !== lines && other.line.cursor === line.cursor);

/** The last text of each headline that was killed in an epoch, with the number of the kill. */
function kills(
  journal: OpenJournal,
  epoch: string,
): { readonly headline: Sighting; readonly number: number }[] {
  const changes = spots(journal, 'change').filter(
    ({ header, line }) => isUnfiltered(header) && epochOf(line.cursor) === epoch,
  );
  return changes.flatMap(({ line: kill }) => {
    if (kill.change !== 'retracted') return [];
    const text = changes.find(
      ({ line }) => line.change !== 'retracted' && line.headline.id === kill.headline.id,
    );
    return text ? [{ headline: text.line.headline, number: numberOf(kill.cursor) }] : [];
  });
}

const isBelow = (a: Sighting, b: Sighting) =>
  (a.publishedAt ?? '') === (b.publishedAt ?? '')
    ? (a.sequence ?? 0) < (b.sequence ?? 0)
    : (a.publishedAt ?? '') < (b.publishedAt ?? '');

const inserted = (list: readonly Sighting[], headline: Sighting): Sighting[] => {
  const at = list.findIndex((other) => isBelow(other, headline));
  return at < 0 ? [...list, headline] : [...list.slice(0, at), headline, ...list.slice(at)];
};

export const BREAKS: Readonly<Record<string, Break>> = {
  'one delivery is dropped': {
    named: ['undelivered', 'misreported', 'out-of-order'],
    carryOut(journal, draw) {
      const spot = pick(spots(journal, 'change'), draw);
      if (!spot) return undefined;
      const { header, lines, at } = spot;
      const isHarmless =
        isLastBeforeBeginning(lines, at) ||
        isUnknowableFirst(journal, spot) ||
        (!isUnfiltered(header) && !isKnownElsewhere(journal, spot));
      lines.splice(at, 1);
      return isHarmless ? 'harmless' : 'broken';
    },
  },
  'a reader hears nothing more': {
    named: ['undelivered'],
    carryOut(journal, draw) {
      const last = spots(journal, 'change').filter(({ header, lines, at }) => {
        const isLast = nextBeginning(lines, at) >= lines.length - 1;
        const rest = lines.slice(at + 1);
        return (
          isLast && rest.every(({ kind }) => kind === 'change' || kind === 'finally') && isUnfiltered(header)
        );
      });
      const spot = pick(last, draw);
      if (!spot) return undefined;
      const isHarmless = isUnknowableFirst(journal, spot) && spot.lines.length - spot.at === 2;
      spot.lines.splice(spot.at, spot.lines.length - 1 - spot.at);
      return isHarmless ? 'harmless' : 'broken';
    },
  },
  'one delivery comes twice': {
    named: ['delivered-twice', 'silent-epoch'],
    carryOut(journal, draw) {
      const spot = pick(spots(journal, 'change'), draw);
      if (!spot) return undefined;
      const { lines, at, line } = spot;
      const until = lines.findIndex((other, index) => index > at && other.kind !== 'change');
      const after = at + 1 + draw(Math.max(1, (until < 0 ? lines.length : until) - at));
      lines.splice(Math.min(after, until), 0, {
        ...line,
        atMs: lines[Math.min(after, until) - 1]?.atMs ?? line.atMs,
      });
      return 'broken';
    },
  },
  'two deliveries are swapped': {
    named: ['out-of-order', 'delivered-twice'],
    carryOut(journal, draw) {
      const pairs = spots(journal, 'change').filter(({ lines, at, line }) => {
        const next = lines[at + 1];
        return next?.kind === 'change' && epochOf(next.cursor) === epochOf(line.cursor);
      });
      const spot = pick(pairs, draw);
      const next = spot?.lines[spot.at + 1];
      if (!spot || !next) return undefined;
      spot.lines.splice(spot.at, 2, next, spot.line);
      return 'broken';
    },
  },
  'a scheduled headline comes early': {
    named: ['early'],
    carryOut(journal, draw) {
      const seen = new Map(
        spots(journal, 'change').map(({ line }) => [
          `${line.headline.id}@${line.headline.version}`,
          line.atMs,
        ]),
      );
      const seenAt = ({ headline: { id, version } }: Intends) => seen.get(`${id}@${version}`);
      const plan = pick(
        intents(journal).filter((line) => line.releaseAtMs !== undefined && seenAt(line) !== undefined),
        draw,
      );
      if (!plan) return undefined;
      Object.assign(plan, { releaseAtMs: (seenAt(plan) ?? 0) + 1 });
      return 'broken';
    },
  },
  'a list shows a killed headline': {
    named: ['killed-text'],
    carryOut(journal, draw) {
      const pairs = spots(journal, 'snapshot').flatMap((spot) => {
        const { cursor, headlines } = spot.line;
        const dead = kills(journal, epochOf(cursor)).filter(({ number }) => number <= numberOf(cursor));
        return headlines.length < spot.header.last ? dead.map(({ headline }) => ({ spot, headline })) : [];
      });
      const pair = pick(pairs, draw);
      if (!pair) return undefined;
      const { spot, headline } = pair;
      spot.lines[spot.at] = { ...spot.line, headlines: inserted(spot.line.headlines, headline) };
      return 'broken';
    },
  },
  'a killed headline is told again': {
    named: ['killed-text', 'silent-epoch', 'not-there-at-the-end', 'delivered-twice'],
    carryOut(journal, draw) {
      const told = spots(journal, 'change').filter(
        ({ header, line }) => isUnfiltered(header) && line.change === 'retracted',
      );
      const spot = pick(told, draw);
      const text = spot?.lines.find(
        (line): line is Change =>
          line.kind === 'change' && line.headline.id === spot.line.headline.id && line.headline.version > 0,
      );
      if (!spot || !text) return undefined;
      const at = spot.at + 1 + draw(spot.lines.length - 1 - spot.at);
      spot.lines.splice(at, 0, { ...text, atMs: spot.lines[at]?.atMs ?? spot.line.atMs });
      return 'broken';
    },
  },
  'a killed headline is shown in the end': {
    named: ['killed-text'],
    carryOut(journal, draw) {
      if (journal.faults.some(isLossy)) return undefined;
      const dead = spots(journal, 'change').flatMap(({ line }) =>
        kills(journal, epochOf(line.cursor)).slice(0, 1),
      );
      const spot = pick(
        spots(journal, 'finally').filter(
          ({ header, line }) => (line.headlines?.length ?? header.last) < header.last,
        ),
        draw,
      );
      const kill = pick(dead, draw);
      if (!spot || !kill) return undefined;
      spot.lines[spot.at] = { ...spot.line, headlines: inserted(spot.line.headlines ?? [], kill.headline) };
      return 'broken';
    },
  },
  'another epoch looks resumed': {
    named: ['silent-epoch'],
    carryOut(journal, draw) {
      const within = spots(journal, 'change').filter(({ lines, at }) => lines[at - 1]?.kind === 'change');
      const spot = pick(within, draw);
      if (!spot) return undefined;
      const { lines, at } = spot;
      for (let index = at; index < lines.length; index += 1) {
        const line = lines[index];
        if (line?.kind !== 'change') continue;
        lines[index] = {
          ...line,
          cursor: `other${(line.cursor ?? '').slice((line.cursor ?? '').indexOf('.'))}`,
        };
      }
      return 'broken';
    },
  },
  'one number stands for two changes': {
    named: ['fork'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'change').filter((one) => isKnownElsewhere(journal, one)),
        draw,
      );
      if (!spot || journal.faults.some(isLossy)) return undefined;
      const { lines, at, line } = spot;
      lines[at] = { ...line, cursor: `${epochOf(line.cursor)}.${numberOf(line.cursor)}.forked` };
      return 'broken';
    },
  },
  'one place stands for two headlines': {
    named: ['fork', 'unasked', 'altered', 'not-its-audience'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'change').filter((one) => isKnownElsewhere(journal, one)),
        draw,
      );
      const other = pick(spots(journal, 'change'), draw);
      if (!spot || !other || spot.line.headline.id === other.line.headline.id) return undefined;
      spot.lines[spot.at] = { ...spot.line, headline: other.line.headline, change: other.line.change };
      return 'broken';
    },
  },
  'a request is carried out twice': {
    named: ['committed-twice', 'killed-text'],
    carryOut(journal, draw) {
      const changes = spots(journal, 'change').filter(({ header }) => isUnfiltered(header));
      const last = changes.reduce<Change | undefined>(
        (newest, { line }) => ((newest?.atMs ?? 0) > line.atMs ? newest : line),
        undefined,
      );
      const epoch = epochOf(last?.cursor);
      const again = pick(
        changes.filter(({ line }) => epochOf(line.cursor) === epoch),
        draw,
      );
      if (!again) return undefined;
      const end = Math.max(
        ...spots(journal, 'change').map(({ line }) =>
          epochOf(line.cursor) === epoch ? numberOf(line.cursor) : 0,
        ),
        ...spots(journal, 'snapshot').map(({ line }) =>
          epochOf(line.cursor) === epoch ? numberOf(line.cursor) : 0,
        ),
        ...acknowledgements(journal).map(({ cursor }) => (epochOf(cursor) === epoch ? numberOf(cursor) : 0)),
      );
      const cursor = `${epoch}.${end + 1}.again`;
      for (const { lines } of journal.readers) {
        const [header] = lines;
        if (header?.kind === 'reader' && isUnfiltered(header) && header.transport !== 'json') {
          lines.splice(-1, 0, { ...again.line, cursor, atMs: lines.at(-1)?.atMs ?? 0 });
        }
      }
      return 'broken';
    },
  },
  'a list lacks a headline': {
    named: ['stale-list'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'snapshot').filter(({ line }) => line.headlines.length > 0),
        draw,
      );
      if (!spot) return undefined;
      const gone = pick(spot.line.headlines, draw);
      spot.lines[spot.at] = { ...spot.line, headlines: spot.line.headlines.filter((one) => one !== gone) };
      return gone && isSure(journal, gone) ? 'broken' : 'harmless';
    },
  },
  'a list is out of order': {
    named: ['wrong-list'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'snapshot').filter(({ line }) => line.headlines.length > 1),
        draw,
      );
      if (!spot) return undefined;
      const headlines = [...spot.line.headlines];
      const at = draw(headlines.length - 1);
      headlines.splice(at, 2, ...headlines.slice(at, at + 2).reverse());
      spot.lines[spot.at] = { ...spot.line, headlines };
      return 'broken';
    },
  },
  'a list is an older one under a newer place': {
    named: ['stale-list', 'killed-text', 'list-ahead'],
    carryOut(journal, draw) {
      const lists = spots(journal, 'snapshot');
      const spot = pick(
        lists.filter(({ line }) => line.headlines.length > 0),
        draw,
      );
      if (!spot) return undefined;
      const { header, line } = spot;
      const isAlike = (other: Header) =>
        JSON.stringify([other.filter, other.last]) === JSON.stringify([header.filter, header.last]);
      const older = lists.filter(
        (other) =>
          isAlike(other.header) &&
          numberOf(other.line.cursor) < numberOf(line.cursor) &&
          other.line.atMs < line.atMs,
      );
      const before = pick(older, draw)?.line.headlines;
      if (!before) return undefined;
      const missing = line.headlines.filter((one) => !before.some(({ id }) => id === one.id));
      spot.lines[spot.at] = { ...line, headlines: before };
      return missing.some((one) => isSure(journal, one)) ? 'broken' : 'harmless';
    },
  },
  'a reader is led back': {
    named: ['went-back', 'needless-new-beginning'],
    carryOut(journal, draw) {
      const spot = pick(spots(journal, 'snapshot'), draw);
      if (!spot) return undefined;
      const { lines, at, line } = spot;
      const until = nextBeginning(lines, at);
      const last = lines.slice(at, until).findLast((other) => other.kind === 'change');
      if (last?.kind !== 'change' || journal.faults.some(({ destroys }) => destroys !== 'nothing'))
        return undefined;
      lines.splice(lines.indexOf(last) + 1, 0, { ...line, atMs: last.atMs });
      return 'broken';
    },
  },
  'a final list lacks a headline': {
    named: ['wrong-final-list', 'readers-disagree'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'finally').filter(({ line }) => (line.headlines ?? []).length > 0),
        draw,
      );
      if (!spot) return undefined;
      const list = spot.line.headlines ?? [];
      const gone = pick(list.slice(0, Math.max(1, list.length - 1)), draw);
      const isLowest = gone === list.at(-1);
      spot.lines[spot.at] = { ...spot.line, headlines: list.filter((one) => one !== gone) };
      // The lowest line may be one that a program had no room for when it came.
      return gone && isSure(journal, gone) && !isLowest ? 'broken' : 'harmless';
    },
  },
  'a final list shows an older version': {
    named: ['wrong-final-list', 'readers-disagree', 'not-its-audience', 'early'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'finally').filter(({ line }) => (line.headlines ?? []).length > 0),
        draw,
      );
      const older = (headline: Sighting) =>
        spots(journal, 'change').find(
          ({ line }) =>
            line.headline.id === headline.id &&
            line.headline.version > 0 &&
            line.headline.version < headline.version,
        );
      const shown = pick(
        (spot?.line.headlines ?? []).filter((one) => older(one) && isSure(journal, one)),
        draw,
      );
      const was = shown && older(shown);
      if (!spot || !was) return undefined;
      const headlines = (spot.line.headlines ?? []).map((one) => (one === shown ? was.line.headline : one));
      spot.lines[spot.at] = { ...spot.line, headlines };
      return 'broken';
    },
  },
  'nobody is told of an acknowledged headline': {
    named: ['undelivered', 'stale-list', 'wrong-final-list', 'not-there-at-the-end'],
    carryOut(journal, draw) {
      const told = acknowledgements(journal).filter(
        ({ cursor, isUnderReplicated }) => cursor && !isUnderReplicated,
      );
      const lost = pick(told, draw);
      const intent = intents(journal).find(({ request }) => request === lost?.request);
      if (!lost || intent?.change !== 'published') return undefined;
      const { id } = intent.headline;
      for (const { lines } of journal.readers) {
        const kept = lines.flatMap((line): ReaderLine[] => {
          if (line.kind === 'change' && line.headline.id === id) return [];
          if (line.kind === 'altered') {
            return [
              {
                ...line,
                headlines: line.headlines.filter((one) => one.id !== id),
                retractions: line.retractions.filter((one) => one !== id),
              },
            ];
          }
          if ('headlines' in line && line.headlines) {
            return [{ ...line, headlines: line.headlines.filter((one) => one.id !== id) }];
          }
          return [line];
        });
        lines.splice(0, lines.length, ...kept);
      }
      return journal.faults.some(({ destroys }) => destroys === 'everything') ? 'harmless' : 'broken';
    },
  },
  'a filter lets something through': {
    named: ['not-its-audience', 'fork'],
    carryOut(journal, draw) {
      const kept = spots(journal, 'change').filter(({ header }) => !isUnfiltered(header));
      const spot = pick(kept, draw);
      if (!spot) return undefined;
      const [from, to] = [spot.at, nextBeginning(spot.lines, spot.at)];
      const until = spot.lines.findIndex((line, index) => index > from && line.kind === 'change');
      if (until < 0 || until > to) return undefined;
      const next = spot.lines[until];
      const hidden = spots(journal, 'change').filter(({ header, line }) => {
        const number = numberOf(line.cursor);
        if (!isUnfiltered(header) || next?.kind !== 'change' || epochOf(line.cursor) !== epochOf(next.cursor))
          return false;
        return number > numberOf(spot.line.cursor) && number < numberOf(next.cursor);
      });
      const leak = pick(hidden, draw);
      if (!leak) return undefined;
      spot.lines.splice(until, 0, { ...leak.line, atMs: next?.atMs ?? 0 });
      return 'broken';
    },
  },
  'words are changed on the way': {
    named: ['altered', 'unasked', 'fork'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'change').filter(({ line }) => line.change !== 'retracted'),
        draw,
      );
      if (!spot) return undefined;
      const { lines, at, line } = spot;
      lines[at] = { ...line, headline: { ...line.headline, title: 'something else' } };
      return 'broken';
    },
  },
  'a headline appears that nobody wrote': {
    named: ['unasked'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'finally').filter(({ line }) => line.headlines),
        draw,
      );
      if (!spot) return undefined;
      const headline = { id: 'invented', version: 1, title: 'invented' };
      spot.lines[spot.at] = { ...spot.line, headlines: [headline, ...(spot.line.headlines ?? [])] };
      return 'broken';
    },
  },
  'a JSON answer leaves something out': {
    named: ['undelivered', 'wrong-final-list', 'readers-disagree', 'never-released'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'altered').filter(({ line }) => line.headlines.length > 0),
        draw,
      );
      if (!spot) return undefined;
      const gone = pick(spot.line.headlines, draw);
      spot.lines[spot.at] = { ...spot.line, headlines: spot.line.headlines.filter((one) => one !== gone) };
      const isKnown =
        gone &&
        spots(journal, 'change').some(
          ({ line }) =>
            line.headline.id === gone.id &&
            line.headline.version === gone.version &&
            epochOf(line.cursor) === epochOf(spot.line.cursor),
        );
      return isKnown ? 'broken' : 'harmless';
    },
  },
  'a JSON answer comes again': {
    named: ['delivered-twice', 'misreported', 'undelivered', 'not-its-audience'],
    carryOut(journal, draw) {
      const answers = spots(journal, 'altered').filter(
        ({ line }) => line.headlines.length + line.retractions.length > 0,
      );
      const spot = pick(answers, draw);
      if (!spot) return undefined;
      spot.lines.splice(spot.at + 1, 0, spot.line);
      return 'broken';
    },
  },
  'a reader is not there in the end': {
    named: ['not-there-at-the-end'],
    carryOut(journal, draw) {
      const spot = pick(
        spots(journal, 'finally').filter(({ header }) => header.transport !== 'json'),
        draw,
      );
      if (!spot) return undefined;
      if (draw(2) === 0) spot.lines.pop();
      else spot.lines.splice(-1, 0, { kind: 'disconnected', atMs: spot.line.atMs });
      return 'broken';
    },
  },
  'a plan is never carried out': {
    named: ['never-released'],
    carryOut(journal) {
      const [{ lines } = { lines: [] as PublisherLine[] }] = journal.publishers;
      const { startedAtMs: atMs, channels } = journal.run;
      if (journal.faults.some(({ destroys }) => destroys === 'everything')) return undefined;
      const [request, headline] = ['never', { id: 'never', version: 1, title: 'never' }];
      const [channel = ''] = channels;
      lines.push(
        { kind: 'intends', atMs, request, channel, change: 'published', headline, releaseAtMs: atMs + 1 },
        { kind: 'acknowledged', atMs, request, status: 202, isUnderReplicated: false },
      );
      return 'broken';
    },
  },
  'a plan is carried out that was killed': {
    named: ['killed-text'],
    carryOut(journal, draw) {
      const seen = new Set(spots(journal, 'change').map(({ line }) => line.headline.id));
      const killed = new Set(
        intents(journal).flatMap((one) => (one.change === 'retracted' ? [one.headline.id] : [])),
      );
      const plans = intents(journal).filter(
        ({ releaseAtMs, headline: { id } }) => releaseAtMs !== undefined && seen.has(id) && !killed.has(id),
      );
      const plan = pick(plans, draw);
      const [{ lines } = { lines: [] as PublisherLine[] }] = journal.publishers;
      if (!plan || journal.faults.some(({ destroys }) => destroys !== 'nothing')) return undefined;
      const { atMs, channel, headline } = plan;
      const request = 'killed in time';
      lines.push(
        {
          kind: 'intends',
          atMs,
          request,
          channel,
          change: 'retracted',
          headline: { ...headline, version: 0 },
        },
        { kind: 'acknowledged', atMs, request, status: 200, isUnderReplicated: false },
      );
      return 'broken';
    },
  },
};

/** Acknowledged and out of reach of every fault: whoever has the place of it must show it. */
function isSure(journal: OpenJournal, { id }: Sighting): boolean {
  const mine = intents(journal).filter(({ headline }) => headline.id === id);
  const answers = acknowledgements(journal);
  const isAnswered = mine.every(({ request }) =>
    answers.some((answer) => answer.request === request && !answer.isUnderReplicated && answer.cursor),
  );
  return isAnswered && !journal.faults.some(isLossy);
}
