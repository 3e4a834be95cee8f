/**
 * NDJSON: one headline as a JSON object on each line, oldest first, as `{id?, version?, title, publishedAt, ...}`.
 */
import { isObject, parseJson } from '../service-client.ts';
import type { ImportLine, LineCheck } from './import-line.ts';
import { LINE_LIMIT } from './import-line.ts';
import { type FileLine, readLines } from './read-lines.ts';

/** What the service takes as one body. */
const LINE_BYTES = 65_536;

export async function* readNdjson(
  chunks: AsyncIterable<Buffer>,
  check: LineCheck,
): AsyncGenerator<ImportLine> {
  for await (const line of readLines(chunks, { limitBytes: LINE_BYTES })) {
    const problem = (message: string): ImportLine => ({ problem: { line: line.number, message } });
    if (line.number > LINE_LIMIT) {
      yield problem(`a file may have at most ${LINE_LIMIT} lines: cut it in parts`);
      return;
    }
    const text = textOf(line);
    if (text === undefined)
      yield problem(line.bytes ? 'must be UTF-8' : `must have at most ${LINE_BYTES} bytes`);
    else if (text.trim() !== '') {
      const value = parseJson(text);
      yield isObject(value) ? check(line.number, value) : problem('must be a JSON object');
    }
  }
}

function textOf({ bytes }: FileLine): string | undefined {
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
