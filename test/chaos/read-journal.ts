/**
 * Read journal: the folder of a chaos run, line by line.
 *
 * A process that is killed may leave half a last line, which is counted. Anything else that is not as journal.ts says
 * is an error: what cannot be read must not pass for what did not happen.
 */
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultLine, JournalLine, PublisherLine, ReaderLine, Run, Sighting } from './journal.ts';
import { faultLine, publisherLine, readerLine, runShape } from './line-shape.ts';

/** The lines of one file; line 1 of the file is the first. */
export interface JournalFile<Line> {
  readonly file: string;
  readonly lines: readonly Line[];
}

export interface Journal {
  readonly run: Run;
  readonly publishers: readonly JournalFile<PublisherLine>[];
  readonly readers: readonly JournalFile<ReaderLine>[];
  readonly faults: readonly FaultLine[];
  /** Last lines of which only a part was written. */
  readonly tornLines: number;
}

/** @throws Error that names file and line where the journal is not as it should be. */
export async function readJournal(folder: string): Promise<Journal> {
  const files = (await readdir(folder)).sort();
  const intern = createInterning();
  let tornLines = 0;
  const read = async <Line extends JournalLine>(
    file: string,
    shape: (value: unknown) => string | undefined,
  ): Promise<JournalFile<Line>> => {
    const { lines, isTorn } = await readLines<Line>(join(folder, file), file, shape, intern);
    if (isTorn) tornLines += 1;
    return { file, lines };
  };
  const all = async <Line extends JournalLine>(
    name: RegExp,
    shape: (value: unknown) => string | undefined,
  ) => {
    const found: JournalFile<Line>[] = [];
    for (const file of files) if (name.test(file)) found.push(await read<Line>(file, shape));
    return found;
  };
  const publishers = await all<PublisherLine>(/^publisher-.*\.ndjson$/, publisherLine);
  const readers = await all<ReaderLine>(/^reader-.*\.ndjson$/, readerLine);
  const faults = await all<FaultLine>(/^faults\.ndjson$/, faultLine);
  return {
    run: await readRun(folder),
    publishers,
    readers,
    faults: faults.flatMap(({ lines }) => lines),
    tornLines,
  };
}

async function readRun(folder: string): Promise<Run> {
  const run: unknown = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  const wrong = runShape(run);
  if (wrong) throw new Error(`run.json: ${wrong}`);
  return run as Run;
}

async function readLines<Line extends JournalLine>(
  path: string,
  file: string,
  shape: (value: unknown) => string | undefined,
  intern: (line: JournalLine) => JournalLine,
): Promise<{ readonly lines: Line[]; readonly isTorn: boolean }> {
  const lines: Line[] = [];
  const take = (text: string) => {
    const at = `${file}:${lines.length + 1}`;
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      throw new Error(`${at}: is not JSON: ${text.slice(0, 200)}`);
    }
    const wrong = shape(line);
    if (wrong) throw new Error(`${at}: ${wrong}`);
    lines.push(intern(line as JournalLine) as Line);
  };
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  }
  // A line counts once its end is written: what stands after the last end was cut off by a kill.
  return { lines, isTorn: rest !== '' };
}

/** The same headline stands in thousands of lines: it is kept once. */
function createInterning(): (line: JournalLine) => JournalLine {
  const known = new Map<string, Sighting>();
  const one = (sighting: Sighting): Sighting => {
    const key = JSON.stringify(sighting);
    const first = known.get(key);
    if (first) return first;
    known.set(key, sighting);
    return sighting;
  };
  return (line) => {
    if ('headline' in line) return { ...line, headline: one(line.headline) };
    if ('headlines' in line && line.headlines) return { ...line, headlines: line.headlines.map(one) };
    return line;
  };
}
