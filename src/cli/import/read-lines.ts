/**
 * Read lines: a file's lines, one after another, in bounded memory however long the file or a line is.
 */

/** `bytes` is absent where the line is longer than the limit. */
export interface FileLine {
  readonly number: number;
  readonly bytes?: Buffer;
}

const NEWLINE = 0x0a;

/** @param limitBytes of one line. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  { limitBytes }: { readonly limitBytes: number },
): AsyncGenerator<FileLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length <= limitBytes) parts.push(part);
    else parts = [];
  };
  const line = (): FileLine => {
    const whole = length <= limitBytes ? { number, bytes: Buffer.concat(parts) } : { number };
    [parts, length, number] = [[], 0, number + 1];
    return whole;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    take(chunk.subarray(start));
  }
  if (length > 0) yield line();
}
