/**
 * Seeded random: every choice of a run follows from its seed, so that a run that found something is made again.
 *
 * What the machine does in between (who is faster, which byte was under way) does not: a replay meets the same
 * faults in the same order, not always the same instant.
 */
export interface SeededRandom {
  /** 0 to below 1. */
  next(): number;
  /** A whole number, both ends possible. */
  between(least: number, most: number): number;
  chance(part: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Goes its own way from here on: what one party draws does not move another. */
  fork(name: string): SeededRandom;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  /** [mulberry32, Tommy Ettinger, public domain] */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (part) => next() < part,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
    shuffled(items) {
      const rest = [...items];
      return items.flatMap(() => rest.splice(between(0, rest.length - 1), 1));
    },
    fork: (name) => seededRandom(hash(`${seed} ${name}`)),
  };
}

/** [FNV-1a, 32 bits] */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
