/**
 * Reader diary: what every reader of a run does alike, whatever its transport: it writes down what comes in, keeps
 * its place, and knows whether it has seen what the run waits for.
 */
import type { ChangeKind, ReaderLine, Sighting } from './journal.ts';
import type { Untimed, Write } from './journal-folder.ts';
import { retractionOf, sightingOf } from './sighting.ts';

export type ReaderSpec = Omit<Extract<ReaderLine, { kind: 'reader' }>, 'kind' | 'atMs'>;

export interface ReaderDiary {
  readonly spec: ReaderSpec;
  /** Where to go on; undefined: anew. */
  readonly cursor: string | undefined;
  /** Headlines, alterations and retractions that came in. */
  readonly deliveries: number;
  /** When it last began without a cursor; milliseconds since 1970 UTC. */
  readonly beganAtMs: number;
  /** How often it was connected. */
  readonly connections: number;
  hasSeen(id: string): boolean;
  /** Let in, having asked with the cursor it has. */
  connected(gateway: string, since: string | undefined): void;
  /** Takes a frame of `newsline.v1`, or an event of the same words. @returns how long to stay away, of a goodbye. */
  framed(frame: Record<string, unknown>): number | undefined;
  changed(change: ChangeKind, headline: Record<string, unknown>, cursor: string): void;
  answered(body: Record<string, unknown>): void;
  lost(): void;
  disconnected(code?: number): void;
  finally(headlines?: readonly Sighting[]): void;
}

export function openReaderDiary(spec: ReaderSpec, write: Write<ReaderLine>): ReaderDiary {
  let cursor: string | undefined;
  let deliveries = 0;
  let connections = 0;
  let beganAtMs = 0;
  let isConnected = false;
  const seen = new Set<string>();
  write({ kind: 'reader', ...spec });

  const note = (line: Untimed<ReaderLine>, place?: unknown) => {
    write(line);
    if (typeof place === 'string') cursor = place;
  };
  const read = (headlines: unknown): Sighting[] => {
    const sightings = (headlines as Record<string, unknown>[]).map(sightingOf);
    for (const { id } of sightings) seen.add(id);
    return sightings;
  };
  const changed = (change: ChangeKind, headline: Record<string, unknown>, place: string) => {
    deliveries += 1;
    const sighting = change === 'retracted' ? retractionOf(String(headline['id'])) : read([headline])[0];
    if (sighting) note({ kind: 'change', cursor: place, change, headline: sighting }, place);
  };

  return {
    spec,
    get cursor() {
      return cursor;
    },
    get deliveries() {
      return deliveries;
    },
    get connections() {
      return connections;
    },
    get beganAtMs() {
      return beganAtMs;
    },
    hasSeen: (id) => seen.has(id),
    connected(gateway, since) {
      isConnected = true;
      connections += 1;
      if (since === undefined) beganAtMs = Date.now();
      note({ kind: 'connected', gateway, ...(since !== undefined && { since }) });
    },
    framed(frame) {
      const place = String(frame['cursor']);
      switch (frame['type']) {
        case 'snapshot': {
          const headlines = read(frame['headlines']);
          deliveries += headlines.length;
          note({ kind: 'snapshot', cursor: place, resumed: Boolean(frame['resumed']), headlines }, place);
          break;
        }
        case 'resumed':
          note({ kind: 'resumed', cursor: place });
          break;
        case 'headline':
          changed(frame['change'] as ChangeKind, frame['headline'] as Record<string, unknown>, place);
          break;
        case 'retraction':
          changed('retracted', frame, place);
          break;
        case 'goodbye':
          return Number(frame['retryAfterMs']);
      }
      return undefined;
    },
    changed,
    answered(body) {
      const place = String(body['cursor']);
      const headlines = read(body['headlines']);
      deliveries += headlines.length;
      if (body['resumed'] !== true)
        return note({ kind: 'snapshot', cursor: place, resumed: false, headlines }, place);
      const retractions = (body['retractions'] as { id: string }[]).map(({ id }) => id);
      deliveries += retractions.length;
      note({ kind: 'altered', cursor: place, headlines, retractions }, place);
    },
    lost() {
      note({ kind: 'lost' });
      cursor = undefined;
    },
    disconnected(code) {
      if (isConnected) note({ kind: 'disconnected', ...(code !== undefined && { code }) });
      isConnected = false;
    },
    finally: (headlines) => note({ kind: 'finally', ...(headlines && { headlines }) }),
  };
}
