/**
 * Chaos reader: comes back after every loss, by cursor, to whichever gateway, until the run is over.
 *
 * What it says on the wire is its transport's; when it comes back, and to whom, is the same for all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sighting } from './journal.ts';
import type { ReaderDiary } from './reader-diary.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Door {
  /** As `gateway-1`. */
  readonly name: string;
  readonly url: string;
}

export interface ChaosReader {
  readonly diary: ReaderDiary;
  /** Reads nothing for a while, as a reader whose network or machine is too slow. */
  rest(ms: number): Promise<void>;
  /** Writes down what it shows at last. */
  finish(): void;
  stop(): Promise<void>;
}

/** One connection, from its handshake to its end. */
export interface Visit {
  /** Resolves when it is over, with how long to stay away where it was told. */
  readonly over: Promise<number | undefined>;
  pause(): void;
  resume(): void;
  end(): void;
}

/** Opens a connection and tells the diary what comes in. */
export type Transport = (door: Door, diary: ReaderDiary) => Visit;

export function startReader(
  diary: ReaderDiary,
  doors: readonly Door[],
  random: SeededRandom,
  visit: Transport,
  shown?: () => readonly Sighting[],
): ChaosReader {
  const stopping = new AbortController();
  let current: Visit | undefined;

  async function read(): Promise<void> {
    while (!stopping.signal.aborted) {
      current = visit(random.pick(doors), diary);
      const awayMs = await current.over;
      current = undefined;
      await sleep(awayMs ?? random.between(20, 400), undefined, { signal: stopping.signal }).catch(() => {});
    }
  }
  const reading = read();

  return {
    diary,
    async rest(ms) {
      const resting = current;
      resting?.pause();
      await sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});
      resting?.resume();
    },
    finish: () => diary.finally(shown?.()),
    async stop() {
      stopping.abort();
      current?.end();
      await reading;
    },
  };
}

/** Address of a stream or list, with the filter as its query. */
export function addressOf(door: Door, path: 'stream' | 'headlines', { spec, cursor }: ReaderDiary): URL {
  const url = new URL(`/v1/channels/${spec.channel}/${path}`, door.url);
  for (const field of ['section', 'language', 'tag'] as const) {
    for (const value of spec.filter[field] ?? []) url.searchParams.append(field, value);
  }
  if (spec.filter.maxUrgency !== undefined)
    url.searchParams.set('maxUrgency', String(spec.filter.maxUrgency));
  url.searchParams.set('last', String(spec.last));
  if (cursor !== undefined) url.searchParams.set('since', cursor);
  return url;
}
