/**
 * Open journal: the journal of a run, to be written to, and where in it something may be broken.
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
export type Change = Extract<ReaderLine, { kind: 'change' }>;
export type Header = Extract<ReaderLine, { kind: 'reader' }>;
type Acknowledged = Extract<PublisherLine, { kind: 'acknowledged' }>;
export type Intends = Extract<PublisherLine, { kind: 'intends' }>;

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

export function spots<Kind extends ReaderLine['kind']>(
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

export const pick = <Item>(items: readonly Item[], draw: Draw): Item | undefined =>
  items.length === 0 ? undefined : items[draw(items.length)];

export const isUnfiltered = ({ filter }: Header) => Object.keys(filter).length === 0;
const isFlat = ({ transport }: Header) => transport === 'flat' || transport === 'cloudevents';
export const epochOf = (cursor = '') => cursor.split('.')[0] ?? '';
export const numberOf = (cursor = '') => Number(cursor.split('.')[1] ?? 0);

export const acknowledgements = ({ publishers }: OpenJournal): Acknowledged[] =>
  publishers.flatMap(({ lines }) => lines.filter((line) => line.kind === 'acknowledged'));

export const intents = ({ publishers }: OpenJournal): Intends[] =>
  publishers.flatMap(({ lines }) => lines.filter((line) => line.kind === 'intends'));

export const isLossy = ({ destroys }: FaultLine) => destroys === 'unreplicated' || destroys === 'everything';

/** Index of the next beginning, or of the end. */
export function nextBeginning(lines: readonly ReaderLine[], from: number): number {
  const at = lines.findIndex(
    (line, index) =>
      index > from && (line.kind === 'snapshot' || line.kind === 'lost' || line.kind === 'finally'),
  );
  return at < 0 ? lines.length : at;
}

/** Nothing was told between this line and the next beginning: the list there stands for it. */
export function isLastBeforeBeginning(lines: readonly ReaderLine[], at: number): boolean {
  const next = nextBeginning(lines, at);
  const isFollowed = lines.slice(at + 1, next).some(({ kind }) => kind === 'change' || kind === 'resumed');
  return !isFollowed && lines[next]?.kind !== 'finally';
}

/** A reader that is given no list begins with the first change: it knows of none before, but those asked for later. */
export function isUnknowableFirst(journal: OpenJournal, { header, lines, at, line }: Spot<Change>): boolean {
  if (!isFlat(header)) return false;
  const letIn = lines.findLastIndex(
    (other, index) => index < at && other.kind === 'connected' && !other.since,
  );
  if (lines.slice(letIn, at).some(({ kind }) => kind === 'change')) return false;
  const request = acknowledgements(journal).find(({ cursor }) => cursor === line.cursor)?.request;
  const intent = intents(journal).find((other) => other.request === request);
  return intent === undefined || intent.atMs <= (lines[letIn]?.atMs ?? 0);
}

export const isKnownElsewhere = (journal: OpenJournal, { line, lines }: Spot<Change>): boolean =>
  acknowledgements(journal).some(({ cursor }) => cursor === line.cursor) ||
  spots(journal, 'change').some((other) => other.lines !== lines && other.line.cursor === line.cursor);

/** The last text of each headline that was killed in an epoch, with the number of the kill. */
export function kills(
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

export const inserted = (list: readonly Sighting[], headline: Sighting): Sighting[] => {
  const at = list.findIndex((other) => isBelow(other, headline));
  return at < 0 ? [...list, headline] : [...list.slice(0, at), headline, ...list.slice(at)];
};

/** Acknowledged and out of reach of every fault: whoever has the place of it must show it. */
export function isSure(journal: OpenJournal, { id }: Sighting): boolean {
  const mine = intents(journal).filter(({ headline }) => headline.id === id);
  const answers = acknowledgements(journal);
  const isAnswered = mine.every(({ request }) =>
    answers.some((answer) => answer.request === request && !answer.isUnderReplicated && answer.cursor),
  );
  return isAnswered && !journal.faults.some(isLossy);
}
