import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Engine, EngineUnavailable } from '../../src/domain/engine.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { channelOf, commitOf } from '../contracts/newsroom.ts';
import { type BundledProgram, bundleProgram } from '../support/bundled-program.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let program: BundledProgram;
let temporary: TemporaryFolder;
const opened: Engine[] = [];

const open = async (folder: string): Promise<Engine> => {
  const engine = await openEmbeddedEngine({ folder });
  opened.push(engine);
  return engine;
};
const openElsewhere = async (folder: string, from = process.cwd()): Promise<string> => {
  const starter = program.start('hold', folder, from);
  starter.tell('go');
  return starter.line((line) => line !== 'ready');
};
/** A folder whose sockets have absolute paths of more than 107 bytes. */
const deep = () => join(temporary.path, 'a'.repeat(60), 'b'.repeat(60));

beforeAll(async () => {
  program = await bundleProgram('test/support/embedded-process.ts');
});
afterAll(() => program.dispose());
beforeEach(async () => {
  temporary = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
  await temporary.dispose();
});

describe('the folder of an embedded store', () => {
  it('is made for its owner alone, also below folders that are not there, and with a dot in its name', async () => {
    const folder = join(temporary.path, 'there', 'data.v1');
    await open(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual([
      'newsline.mdb',
      'newsline.mdb-lock',
      expect.stringMatching(/^owner-[0-9a-f]{12}\.sock$/),
    ]);
  });

  it('is left without a socket once closed, and opens again', async () => {
    await (await open(temporary.path)).close();
    expect(await readdir(temporary.path)).toEqual(['newsline.mdb', 'newsline.mdb-lock']);
    expect(await (await open(temporary.path)).channels.list()).toEqual({ channels: [], unknown: [] });
  });

  it('is opened once in a process, by whatever path', async () => {
    await open(temporary.path);
    await expect(open(join(temporary.path, '..', temporary.path.slice(-15)))).rejects.toThrow(
      `${temporary.path} is in use by process ${process.pid}, which is this one: open it once`,
    );
  });

  it('is let go where it could not be opened whole', async () => {
    await mkdir(deep(), { recursive: true });
    await expect(open(deep())).rejects.toMatchObject({ code: 'folder-unusable' });
    expect(await openElsewhere(deep(), dirname(deep()))).toBe('open');
  });

  it('is refused in one sentence that names it where its path is too long for a socket', async () => {
    await expect(open(deep())).rejects.toThrow(
      `cannot use ${deep()}: its path is too long for a Unix socket`,
    );
  });

  it('may have a long path where the one from the working folder is short', async () => {
    await mkdir(deep(), { recursive: true });
    expect(await openElsewhere(deep(), deep())).toBe('open');
    expect(await openElsewhere(deep(), dirname(deep()))).toContain(`${deep()} is in use by process`);
  });

  it('is refused in one sentence where it is a file, or below one', async () => {
    const file = join(temporary.path, 'file');
    await writeFile(file, '');
    await expect(open(file)).rejects.toThrow(`cannot use ${file} to keep headlines in: it is a file`);
    await expect(open(join(file, 'data'))).rejects.toThrow(
      `cannot use ${file}/data to keep headlines in: part of the path is a file`,
    );
  });

  it('is refused in one sentence where what stands in it is no store', async () => {
    const file = join(temporary.path, 'newsline.mdb');
    await writeFile(file, 'x'.repeat(10_000));
    await expect(open(temporary.path)).rejects.toThrow(
      `cannot use ${file}: it is damaged, or no store of newsline`,
    );
  });

  it('takes no more writes from a holder whose socket was removed and whose place was taken', async () => {
    const engine = await open(temporary.path);
    await engine.channels.create(channelOf('en'));
    const sockets = (await readdir(temporary.path)).filter((name) => name.endsWith('.sock'));
    await Promise.all(sockets.map((name) => rm(join(temporary.path, name))));
    expect(await openElsewhere(temporary.path)).toBe('open');
    const commit = engine.headlines.commit(commitOf('en', 'a'));
    await expect(commit).rejects.toThrow(EngineUnavailable);
    await expect(commit).rejects.toThrow(`another process has taken ${temporary.path} over`);
    expect(await engine.headlines.read('en', 'a')).toBeUndefined();
  });
});

describe('doctor', () => {
  const failing = async (engine: Engine) => (await engine.examine()).filter(({ ok }) => !ok);

  it('finds nothing wrong with a fresh store, and says that commits are flushed', async () => {
    const engine = await open(join(temporary.path, 'data'));
    await engine.channels.create(channelOf('en'));
    const findings = await engine.examine();
    expect(findings.map(({ subject }) => subject)).toEqual([
      'folder',
      'size',
      'free space',
      'channels',
      'durability',
    ]);
    expect(findings.find(({ subject }) => subject === 'channels')?.detail).toBe('1');
    expect(findings.find(({ subject }) => subject === 'durability')?.detail).toContain('flushed');
    expect(findings.find(({ subject }) => subject === 'folder')).toMatchObject({ ok: true });
  });

  it('finds a folder that others may enter', async () => {
    const folder = join(temporary.path, 'data');
    await mkdir(folder, { mode: 0o755 });
    expect(await failing(await open(folder))).toContainEqual({
      ok: false,
      subject: 'folder',
      detail: `${folder} can be entered by other users of this machine: chmod 700 it`,
    });
  });

  it('finds that a store is closed', async () => {
    const engine = await open(temporary.path);
    await engine.close();
    expect((await failing(engine)).map(({ subject }) => subject)).toEqual(['channels', 'durability']);
  });
});
