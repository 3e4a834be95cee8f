import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type BundledProgram, bundleProgram } from '../support/bundled-program.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { correctRun } from './correct-run.ts';
import { type Journal, readJournal } from './read-journal.ts';

let program: BundledProgram;
let temporary: TemporaryFolder;
let folders = 0;
let folder: string;

beforeAll(async () => {
  [program, temporary] = await Promise.all([bundleProgram('test/chaos/check.ts'), createTemporaryFolder()]);
});
afterAll(() => Promise.all([program.dispose(), temporary.dispose()]));
beforeEach(async () => {
  folders += 1;
  folder = join(temporary.path, String(folders));
  await mkdir(folder);
});

async function write({ run, publishers, readers, faults }: Journal): Promise<void> {
  const files = [...publishers, ...readers, { file: 'faults.ndjson', lines: faults }];
  for (const { file, lines } of files) {
    await writeFile(join(folder, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  await writeFile(join(folder, 'run.json'), JSON.stringify(run));
}

async function check(): Promise<{ readonly code: number | null; readonly said: string }> {
  const started = program.start(folder);
  const code = await started.ended;
  return { code, said: started.lines.join('\n') };
}

const run = () => correctRun({ seed: 7, steps: 200, hasLosses: false });

describe('the command', () => {
  test('ends well where every promise was kept, and says what was covered and how to run it again', async () => {
    await write(run());
    const { code, said } = await check();
    expect(said).toContain('Every promise was kept.');
    expect(said).toMatch(/^deliveries +\d{3,}: \d+ /m);
    expect(said).toContain('--seed 7');
    expect(code).toBe(0);
  });

  test('ends with 1 and names what was broken, to whom, and the line', async () => {
    const journal = run();
    const [file] = journal.readers.filter(
      ({ lines }) => lines.filter(({ kind }) => kind === 'change').length > 3,
    );
    const at = file?.lines.findIndex(({ kind }) => kind === 'change') ?? -1;
    const readers = journal.readers.map((one) =>
      one === file ? { ...one, lines: one.lines.filter((_, index) => index !== at + 1) } : one,
    );
    await write({ ...journal, readers });
    const { code, said } = await check();
    expect(said).toContain('BROKEN PROMISES');
    expect(said).toContain(`${file?.file}:`);
    expect(code).toBe(1);
  });
});

describe('the journal', () => {
  test('comes back from its files as it was written', async () => {
    const journal = run();
    await write(journal);
    const back = await readJournal(folder);
    const byName = (files: readonly { readonly file: string }[]) =>
      files.toSorted((a, b) => (a.file < b.file ? -1 : 1));
    expect(back).toEqual({ ...journal, readers: byName(journal.readers) });
  });

  test('counts half a last line, which a killed process leaves', async () => {
    await write(run());
    const [name = ''] = (await readdir(folder)).filter((file) => file.startsWith('publisher-'));
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), `${text}{"kind":"intends","atMs":18`);
    expect((await readJournal(folder)).tornLines).toBe(1);
  });

  test.each([
    ['is not JSON', 'half a line'],
    ['a kind that nobody knows', '{"kind":"guessed","atMs":1}'],
    ['no time', '{"kind":"lost"}'],
    ['a field that nobody knows', '{"kind":"lost","atMs":1,"because":"x"}'],
    ['a headline without a version', '{"kind":"finally","atMs":1,"headlines":[{"id":"a","title":"A"}]}'],
  ])('is refused, with file and line, for a line that has %s', async (_, line) => {
    await write({ ...run(), readers: [] });
    await writeFile(join(folder, 'reader-x.ndjson'), `{"kind":"lost","atMs":1}\n${line}\n`);
    await expect(readJournal(folder)).rejects.toThrow('reader-x.ndjson:2');
  });
});

test('the checker sees nothing of the service: its modules import the platform and each other alone', async () => {
  const here = new URL('.', import.meta.url).pathname;
  const seen = new Set<string>();
  const strangers: string[] = [];
  const read = async (name: string): Promise<void> => {
    if (seen.has(name)) return;
    seen.add(name);
    const source = await readFile(join(here, name), 'utf8');
    for (const [, from = ''] of source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      if (/^\.\/[a-z-]+\.ts$/.test(from)) await read(from.slice(2));
      else if (!from.startsWith('node:')) strangers.push(`${name}: ${from}`);
    }
  };
  await read('check.ts');
  expect(strangers).toEqual([]);
  expect([...seen]).toEqual(
    expect.arrayContaining(['check-run.ts', 'follow-reader.ts', 'journal.ts', 'standing.ts']),
  );
});
