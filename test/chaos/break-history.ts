/** Breaks of the one history that publishers and readers share. */
import type { PublisherLine, ReaderLine } from './journal.ts';
import {
  acknowledgements,
  type Break,
  type Change,
  epochOf,
  type Intends,
  intents,
  isKnownElsewhere,
  isLossy,
  isUnfiltered,
  numberOf,
  pick,
  spots,
} from './open-journal.ts';

export const HISTORY_BREAKS: Readonly<Record<string, Break>> = {
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
