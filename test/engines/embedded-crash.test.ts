import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { commitOf } from '../contracts/newsroom.ts';
import { look, storyOf } from '../contracts/watch.ts';
import { type BundledProgram, bundleProgram } from '../support/bundled-program.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let program: BundledProgram;
let folder: TemporaryFolder;

beforeAll(async () => {
  program = await bundleProgram('test/support/embedded-process.ts');
});
afterAll(() => program.dispose());
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.dispose());

const isReady = (line: string) => line === 'ready';
const isAnswer = (line: string) => line === 'open' || line.startsWith('refused: ');

async function startHolder() {
  const holder = program.start('hold', folder.path);
  await holder.line(isReady);
  holder.tell('go');
  expect(await holder.line(isAnswer)).toBe('open');
  return holder;
}

describe('a process that is killed', () => {
  it('loses nothing of what it acknowledged, and leaves a dense log, three times over', async () => {
    const kept: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const writer = program.start('commit', folder.path);
      await writer.line(() => writer.lines.length > 60 * round);
      await writer.kill();
      kept.push(...writer.lines.flatMap((line) => (line.startsWith('kept ') ? [line.slice(5)] : [])));
    }
    expect(kept.length).toBeGreaterThan(180);

    const engine = await openEmbeddedEngine({ folder: folder.path });
    try {
      const records = await Promise.all(kept.map((id) => engine.headlines.read('en', id)));
      expect(records.filter((record) => record?.status !== 'live')).toEqual([]);
      const { head, tail } = await look(engine.feed, 'en', { headlines: 0, tail: 10_000 });
      expect(tail.map(({ sequence }) => sequence)).toEqual(Array.from(tail, (_, index) => index + 1));
      expect(tail.slice(1).map(({ previous }) => previous)).toEqual(tail.slice(0, -1).map(({ tag }) => tag));
      expect(tail.at(-1)).toMatchObject({ sequence: head.sequence, tag: head.tag });
      expect(tail.length).toBeGreaterThanOrEqual(kept.length);
    } finally {
      await engine.close();
    }
  });

  it('leaves a folder that opens at once', async () => {
    const holder = await startHolder();
    await expect(openEmbeddedEngine({ folder: folder.path })).rejects.toThrow(
      `${folder.path} is in use by process ${holder.pid}: stop that first, or choose another folder`,
    );
    await holder.kill();
    const engine = await openEmbeddedEngine({ folder: folder.path });
    await engine.close();
  });
});

describe('a disk that is full', () => {
  it('refuses commits, keeps all that was acknowledged, and takes commits again once there is room', async () => {
    // Blocks of 512 bytes or of 1024: the file may not grow above that.
    const writer = program.startWithin('ulimit -f 1024', 'fill', folder.path);
    expect(await writer.ended).toBe(0);
    expect(writer.lines.slice(-3)).toEqual(['unavailable', 'refused 10', 'last is live']);
    const kept = writer.lines.flatMap((line) => (line.startsWith('kept ') ? [line.slice(5)] : []));
    expect(kept.length).toBeGreaterThan(10);

    const engine = await openEmbeddedEngine({ folder: folder.path });
    try {
      const { head, tail } = await look(engine.feed, 'en', { headlines: 0, tail: 10_000 });
      expect(tail.map(storyOf)).toEqual(kept);
      expect(await engine.headlines.commit(commitOf('en', 'later'))).toMatchObject({
        kind: 'committed',
        receipt: { cursor: { sequence: head.sequence + 1 } },
      });
    } finally {
      await engine.close();
    }
  });
});

describe('a second process', () => {
  it('is refused by a live holder, and harms nothing of it', async () => {
    const engine = await openEmbeddedEngine({ folder: folder.path });
    try {
      const second = program.start('hold', folder.path);
      await second.line(isReady);
      second.tell('go');
      expect(await second.line(isAnswer)).toContain(`in use by process ${process.pid}`);
      expect(await second.ended).toBe(0);
      const channel = { name: 'en', language: 'en', timeZone: 'UTC', origins: [] };
      expect(await engine.channels.create(channel)).toBe(true);
      expect((await engine.channels.list()).channels).toEqual([channel]);
    } finally {
      await engine.close();
    }
  });
});

describe('twenty processes that start at the same time', () => {
  const startTogether = async (count: number) => {
    const starters = Array.from({ length: count }, () => program.start('hold', folder.path));
    await Promise.all(starters.map((starter) => starter.line(isReady)));
    for (const starter of starters) starter.tell('go');
    const answers = await Promise.all(starters.map((starter) => starter.line(isAnswer)));
    return { starters, answers };
  };

  it('have one winner in a new folder, whom all others name, and the next when that one was killed', async () => {
    for (const count of [20, 8]) {
      const { starters, answers } = await startTogether(count);
      const winner = starters[answers.indexOf('open')];
      const others = answers.filter((answer) => answer !== 'open');
      expect(others).toHaveLength(count - 1);
      for (const answer of others) expect(answer).toContain(`in use by process ${winner?.pid}`);
      await winner?.kill();
    }
  });
});
