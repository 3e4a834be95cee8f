/** Cast: who reads in a run: every transport, every kind of filter, every channel. */
import { type ChaosReader, type Door, startReader, type Transport } from './chaos-reader.ts';
import { readEventStream } from './event-stream-transport.ts';
import type { ReaderFilter } from './journal.ts';
import type { JournalFolder } from './journal-folder.ts';
import { readJson } from './json-transport.ts';
import { openReaderDiary, type ReaderSpec } from './reader-diary.ts';
import { startSdkReader } from './sdk-reader.ts';
import type { SeededRandom } from './seeded-random.ts';
import { readCloudEvents, readFlat, readFramed } from './socket-transport.ts';

const TRANSPORTS: readonly ReaderSpec['transport'][] = [
  'websocket',
  'sdk',
  'event-stream',
  'flat',
  'cloudevents',
  'json',
];

const FILTERS: readonly ReaderFilter[] = [
  {},
  { section: ['sport'] },
  {},
  { language: ['en'] },
  { tag: ['harbour'] },
  {},
  { maxUrgency: 3 },
  { section: ['politics', 'economy'], language: ['az', 'en'], maxUrgency: 6 },
];

const WIRES: Readonly<Record<Exclude<ReaderSpec['transport'], 'sdk'>, Transport>> = {
  websocket: readFramed,
  'event-stream': readEventStream,
  flat: readFlat,
  cloudevents: readCloudEvents,
  json: readJson,
};

export interface CastOptions {
  readonly count: number;
  readonly channels: readonly string[];
  readonly doors: readonly Door[];
  readonly journal: JournalFolder;
  readonly random: SeededRandom;
}

export function startCast({ count, channels, doors, journal, random }: CastOptions): ChaosReader[] {
  return Array.from({ length: count }, (_, at) => {
    const transport = TRANSPORTS[at % TRANSPORTS.length] ?? 'websocket';
    const round = Math.floor(at / TRANSPORTS.length);
    const isBare = transport === 'flat' || transport === 'cloudevents';
    const name = `${at + 1}-${transport}`;
    const own = random.fork(name);
    const spec: ReaderSpec = {
      name,
      transport,
      channel: channels[round % channels.length] ?? '',
      filter: FILTERS[(at + round) % FILTERS.length] ?? {},
      last: isBare ? 0 : own.pick([20, 50, 100]),
    };
    const diary = openReaderDiary(spec, journal.reader(name));
    if (transport === 'sdk') return startSdkReader(diary, doors, own);
    return startReader(diary, doors, own, WIRES[transport]);
  });
}
