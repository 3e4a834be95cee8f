/**
 * Chaos run: one deployment, its publishers and readers, everything that goes wrong, and the calm after it.
 *
 * It judges nothing but whether everything came back: what was lost, doubled, reordered or early, the checker finds
 * in the journal.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitParts, awaitReaders, awaitReleases, closingRequest } from './calm.ts';
import { startCast } from './cast.ts';
import type { ChaosReader } from './chaos-reader.ts';
import { type Deployment, deploy } from './deployment.ts';
import { type FaultSchedule, startFaults } from './fault-schedule.ts';
import type { Run } from './journal.ts';
import { openJournalFolder } from './journal-folder.ts';
import { createRequestSource } from './newsroom-requests.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { serviceFaults } from './service-faults.ts';
import { storeFaults } from './store-faults.ts';
import { openStoryBook } from './story-book.ts';

export interface ChaosRunOptions {
  readonly store: Run['store'];
  readonly seed: number;
  /** Of the time in which things go wrong. */
  readonly durationMs: number;
  /** The journal comes into it, and everything the parts write. */
  readonly folder: string;
  /** The command under test. @default dist/src/cli/main.js */
  readonly program?: string;
  /** @default 48 */
  readonly readers?: number;
  /** @default 4 */
  readonly publishers?: number;
  /** Only faults whose kind has one of these in it. @default all */
  readonly only?: readonly string[];
  readonly pauseMs?: readonly [number, number];
  readonly say: (line: string) => void;
  /** Ends it at once; what was started is ended too. */
  readonly signal: AbortSignal;
}

export interface ChaosRunResult {
  /** Where the journal is. */
  readonly journal: string;
  readonly faults: number;
  readonly deliveries: number;
  /** What did not come back, or ended by itself. */
  readonly shortcomings: readonly string[];
}

/** An answer has to come in the calm. */
const ANSWER_MS = 30_000;
const PROGRESS_MS = 5_000;
/** Between the beginnings of two faults: where one process is all there is, each stops everything. */
const PAUSES_MS: Readonly<Record<Run['store'], readonly [number, number]>> = {
  embedded: [1_000, 3_500],
  redis: [600, 2_800],
  sentinel: [600, 2_800],
  cluster: [600, 2_800],
};

export async function runChaos({
  store,
  seed,
  durationMs,
  folder,
  program = 'dist/src/cli/main.js',
  readers: readerCount = 48,
  publishers: publisherCount = 4,
  only = [],
  pauseMs,
  say,
  signal,
}: ChaosRunOptions): Promise<ChaosRunResult> {
  mkdirSync(folder, { recursive: true });
  const journal = openJournalFolder(join(folder, 'journal'));
  const random = seededRandom(seed);
  let deployment: Deployment | undefined;
  let readers: ChaosReader[] = [];
  const publishers: Publisher[] = [];
  const ending = new AbortController();
  const over = AbortSignal.any([signal, ending.signal]);
  // Timers that stand here: Node 20 forgets an AbortSignal.timeout that only an AbortSignal.any knows of.
  const faultsOver = new AbortController();
  const tooLate = new AbortController();
  const timers: NodeJS.Timeout[] = [];

  try {
    const deployed = await deploy({ store, folder, program });
    deployment = deployed;
    const { channels, ingests, gateways } = deployed;
    const startedAtMs = Date.now();
    const noteRun = () => journal.run({ seed, store, startedAtMs, endedAtMs: Date.now(), channels });
    noteRun();
    const doors = gateways.map(({ name, url }) => ({ name, url }));
    readers = startCast({ count: readerCount, channels, doors, journal, random: random.fork('readers') });
    const everything = [...serviceFaults(deployed), ...storeFaults(deployed)];
    const chosen = everything.filter(
      ({ kind }) => only.length === 0 || only.some((word) => kind.includes(word)),
    );
    const troubles: string[] = [];
    const schedule: FaultSchedule = startFaults({
      faults: chosen,
      random: random.fork('faults'),
      write: journal.fault,
      onTrouble: (kind, error) => troubles.push(`${kind} went wrong: ${String(error)}`),
      signal: AbortSignal.any([over, faultsOver.signal]),
      pauseMs: pauseMs ?? PAUSES_MS[store],
      overlap: store === 'embedded' ? 2 : 3,
    });
    const deliveries = () => readers.reduce((sum, { diary }) => sum + diary.deliveries, 0);
    timers.push(setTimeout(() => faultsOver.abort(), durationMs));
    const tell = () => {
      const seconds = Math.round((Date.now() - startedAtMs) / 1_000);
      say(`${seconds} s: ${schedule.count} faults, ${sent} requests, ${deliveries()} deliveries`);
    };
    timers.push(setInterval(tell, PROGRESS_MS));

    const book = openStoryBook();
    let sent = 0;
    let isQuiet = false;
    const lastMoment = AbortSignal.any([over, tooLate.signal]);
    const open = (name: string) => {
      const publisher = createPublisher({
        write: journal.publisher(name),
        ingests: ingests.map(({ deskUrl }) => deskUrl),
        book,
        random: random.fork(name),
        mayBeDestroyedSince: schedule.mayBeDestroyedSince,
      });
      publishers.push(publisher);
      return publisher;
    };
    const publish = async (name: string) => {
      const publisher = open(name);
      const own = random.fork(`requests of ${name}`);
      const source = createRequestSource(name, channels, book, own);
      while (!isQuiet && !over.aborted) {
        const requests = source.next();
        sent += requests.length;
        await Promise.all(requests.map((request) => publisher.send(request, lastMoment)));
        await sleep(own.between(10, 180));
      }
    };
    const publishing = Promise.all(
      Array.from({ length: publisherCount }, (_, at) => publish(`publisher-${at + 1}`)),
    );
    const resting = restReaders(readers, random.fork('rest'), () => isQuiet || over.aborted);

    await schedule.over;
    isQuiet = true;
    if (signal.aborted) throw new Error('the run was ended before its time');
    say(`calm: ${schedule.count} faults are over`);
    const missing = await awaitParts(deployed);
    timers.push(setTimeout(() => tooLate.abort(), ANSWER_MS));
    await publishing;
    await resting;
    const unreleased = await awaitReleases(deployed, book.all('scheduled'));

    const closer = open('closing');
    const closings = readers.map(({ diary }, at) =>
      closingRequest(diary.spec.channel, diary.spec.filter, at + 1),
    );
    for (const closing of closings) await closer.send(closing, over);
    const late = await awaitReaders(readers, closings, Date.now());
    if (signal.aborted) throw new Error('the run was ended before its time');
    for (const reader of readers) reader.finish();
    noteRun();
    return {
      journal: journal.path,
      faults: schedule.count,
      deliveries: deliveries(),
      shortcomings: [...deployed.unexpectedEnds, ...troubles, ...missing, ...unreleased, ...late],
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    ending.abort();
    journal.close();
    await Promise.all(readers.map((reader) => reader.stop()));
    for (const publisher of publishers) publisher.close();
    await deployment?.stop();
  }
}

/** Now and then one reads nothing for a while. */
async function restReaders(
  readers: readonly ChaosReader[],
  random: SeededRandom,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await random.pick(readers).rest(random.between(500, 3_000));
  }
}
