import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineCheck, type ImportLine } from '../../src/cli/import/import-line.ts';
import { readNdjson } from '../../src/cli/import/ndjson.ts';
import { readLines } from '../../src/cli/import/read-lines.ts';

async function* chunksOf(bytes: Buffer, sizes: readonly number[]) {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? bytes.length;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function linesOf(text: string | Buffer, limitBytes: number, sizes: readonly number[] = [7]) {
  const lines = [];
  for await (const { number, bytes } of readLines(chunksOf(Buffer.from(text), sizes), { limitBytes })) {
    lines.push([number, bytes?.toString()]);
  }
  return lines;
}

async function read(content: string | Buffer): Promise<readonly ImportLine[]> {
  const check = createLineCheck({ nowMs: Date.parse('2024-03-02T12:00:00Z') });
  const lines = [];
  for await (const line of readNdjson(chunksOf(Buffer.from(content), [1_000]), check)) lines.push(line);
  return lines;
}

describe('the lines of a file', () => {
  it('are the same however the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (texts, sizes) => {
          const lines = await linesOf(texts.map((text) => `${text}\n`).join(''), 10_000, sizes);
          expect(lines).toEqual(texts.map((text, index) => [index + 1, text]));
        },
      ),
    );
  });

  it('include a last one without a line break', async () => {
    expect(await linesOf('a\nb', 10)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('lose their content where they pass the limit, and only they', async () => {
    expect(await linesOf(`${'x'.repeat(11)}\n${'y'.repeat(10)}\n`, 10, [3])).toEqual([
      [1, undefined],
      [2, 'y'.repeat(10)],
    ]);
  });
});

describe('ndjson', () => {
  const good = JSON.stringify({ id: 'a', title: 'A', publishedAt: '2024-03-02T10:00:00Z' });

  it('has one headline a line, and may have empty lines', async () => {
    expect(await read(`\uFEFF${good}\r\n\r\n${good}`)).toMatchObject([
      { item: { line: 1 } },
      { item: { line: 3 } },
    ]);
  });

  it.each([
    ['{"title":', 'must be a JSON object'],
    ['["A"]', 'must be a JSON object'],
    ['{"title":"A"}', 'publishedAt: is missing'],
    [Buffer.from([0x22, 0xff, 0x22]), 'must be UTF-8'],
    [JSON.stringify({ title: 'x'.repeat(70_000) }), 'must have at most 65536 bytes'],
  ])('is refused with the line: %.20s', async (bad, message) => {
    const lines = await read(
      Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(bad), Buffer.from(`\n${good}`)]),
    );
    expect(lines).toMatchObject([
      { item: { line: 1 } },
      { problem: { line: 2, message } },
      { item: { line: 3 } },
    ]);
  });

  it('ends at the limit of lines', async () => {
    const lines = await read('\n'.repeat(100_001));
    expect(lines).toEqual([
      { problem: { line: 100_001, message: expect.stringContaining('at most 100000 lines') } },
    ]);
  });
});
