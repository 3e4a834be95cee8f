/**
 * Journal folder: where the parties of a run write, each into a file of its own.
 *
 * A line is in the file when the call returns: what was seen is known however the run ends.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultLine, PublisherLine, ReaderLine, Run } from './journal.ts';

/** A line without its time, which the journal knows. */
export type Untimed<Line> = Line extends unknown ? Omit<Line, 'atMs'> : never;
export type Write<Line> = (line: Untimed<Line>) => void;

export interface JournalFolder {
  readonly path: string;
  publisher(name: string): Write<PublisherLine>;
  reader(name: string): Write<ReaderLine>;
  /** @param line with the moment it began. */
  fault(line: FaultLine): void;
  run(run: Run): void;
  close(): void;
}

export function openJournalFolder(path: string): JournalFolder {
  mkdirSync(path, { recursive: true });
  const files: number[] = [];
  let isClosed = false;
  const open = (name: string) => {
    const file = openSync(join(path, `${name}.ndjson`), 'w');
    files.push(file);
    return (line: object) => {
      // What still comes in while the run is taken down is no part of it.
      if (!isClosed) writeSync(file, `${JSON.stringify(line)}\n`);
    };
  };
  const timed = <Line>(name: string): Write<Line> => {
    const write = open(name);
    return (line) => write({ atMs: Date.now(), ...line });
  };
  return {
    path,
    publisher: (name) => timed<PublisherLine>(`publisher-${name}`),
    reader: (name) => timed<ReaderLine>(`reader-${name}`),
    fault: open('faults'),
    run: (run) => writeFileSync(join(path, 'run.json'), `${JSON.stringify(run)}\n`),
    close() {
      isClosed = true;
      for (const file of files) closeSync(file);
    },
  };
}
