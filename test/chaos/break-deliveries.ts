/** Breaks of what one reader is told, one change after another. */
import {
  type Break,
  type Change,
  epochOf,
  isKnownElsewhere,
  isLastBeforeBeginning,
  isUnfiltered,
  isUnknowableFirst,
  nextBeginning,
  numberOf,
  pick,
  spots,
} from './open-journal.ts';

export const DELIVERY_BREAKS: Readonly<Record<string, Break>> = {
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
};
