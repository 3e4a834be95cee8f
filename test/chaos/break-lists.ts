/** Breaks of lists: those a gateway gives, and those a program shows in the end. */
import type { Sighting } from './journal.ts';
import {
  type Break,
  epochOf,
  type Header,
  inserted,
  isLossy,
  isSure,
  kills,
  nextBeginning,
  numberOf,
  pick,
  spots,
} from './open-journal.ts';

export const LIST_BREAKS: Readonly<Record<string, Break>> = {
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
  'a killed headline is shown in the end': {
    named: ['killed-text'],
    carryOut(journal, draw) {
      if (journal.faults.some(isLossy)) return undefined;
      const epochs = new Set(spots(journal, 'change').map(({ line }) => epochOf(line.cursor)));
      const dead = [...epochs].flatMap((epoch) => kills(journal, epoch).slice(0, 1));
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
};
