import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type NewsroomService, startNewsroomService } from './newsroom-service.ts';
import { recordWaits, runCommand } from './run-command.ts';

let service: NewsroomService;
beforeEach(async () => {
  service = await startNewsroomService();
});
afterEach(() => service.dispose());

async function fileOf(content: string): Promise<string> {
  const file = join(service.folder, 'history');
  await writeFile(file, content);
  return file;
}

const STORIES = `Choir wins first prize
Choir wins first prize
17:40 02.03.2024
Budget passes
17:40 02.03.2024
Choir wins first prize
15:20 02.03.2024
Council session is under way - LIVE
15:00 02.03.2024
`;
const PAGE = `News line\n${STORIES}Hamısı\n`;
const newsLine = async (page: string, more: readonly string[] = []) =>
  runCommand(
    ['import', 'en', await fileOf(page), '--format', 'news-line', '--time-zone', 'Asia/Baku', ...more],
    { env: service.env },
  );
const shown = async () =>
  (await service.headlines('en')).map(({ title, publishedAt }) => `${publishedAt.slice(11, 16)} ${title}`);

describe('newsline import', () => {
  it('shows a page’s stories in the page’s order, with its times', async () => {
    expect(await newsLine(PAGE)).toEqual({
      exitCode: 0,
      stdout: '4 headlines: 4 imported, 0 already there\n',
      stderr: '',
    });
    expect(await shown()).toEqual([
      '13:40 Choir wins first prize',
      '13:40 Budget passes',
      '11:20 Choir wins first prize',
      '11:00 Council session is under way',
    ]);
    expect((await service.headlines('en')).at(-1)).toMatchObject({
      labels: ['live'],
      language: 'en',
      version: 1,
    });
  });

  it('adds nothing the second time, and tells readers nothing', async () => {
    await newsLine(PAGE);
    expect((await newsLine(PAGE)).stdout).toBe('4 headlines: 0 imported, 4 already there\n');
    expect(await service.changes('en')).toBe(4);
  });

  it('adds only what is new when the page has moved on', async () => {
    await newsLine(PAGE);
    const moved = `News line\nLate story\n17:40 02.03.2024\n${STORIES.split('\n').slice(0, 5).join('\n')}\nAll\n`;
    expect((await newsLine(moved)).stdout).toBe('3 headlines: 1 imported, 2 already there\n');
    expect((await shown()).slice(0, 3)).toEqual([
      '13:40 Late story',
      '13:40 Choir wins first prize',
      '13:40 Budget passes',
    ]);
  });

  it('does not bring back what was killed', async () => {
    await newsLine(PAGE);
    const [first] = await service.headlines('en');
    await runCommand(['kill', 'en', String(first?.id)], { env: service.env });
    expect((await newsLine(PAGE)).stdout).toBe('4 headlines: 0 imported, 4 already there\n');
    expect(await service.headlines('en')).toHaveLength(3);
  });

  it('imports nothing where a line is not valid, unless told to leave it out', async () => {
    const page = `News line\nNo time\n${STORIES}`;
    const refused = await newsLine(page);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('history:2: a title without a time below it');
    expect(refused.stderr).toContain('nothing was imported');
    expect(await service.changes('en')).toBe(0);
    expect((await newsLine(page, ['--skip-invalid'])).stdout).toContain('4 imported');
  });

  it('loads ndjson in the order of its lines, and fills in language and zone', async () => {
    const lines = [
      { id: 'cms/1', title: 'First', publishedAt: '2024-03-02 14:00', urgency: 2 },
      { title: 'Second', publishedAt: '2024-03-02T10:00:00Z', language: 'ru' },
    ];
    const file = await fileOf(lines.map((line) => JSON.stringify(line)).join('\n'));
    const args = ['import', 'en', file, '--format', 'ndjson', '--language', 'az'];
    const env = { ...service.env, NEWSLINE_TIME_ZONE: 'Asia/Baku' };
    expect((await runCommand(args, { env })).stdout).toContain('2 headlines: 2 imported');
    expect(await service.headlines('en')).toMatchObject([
      { title: 'Second', language: 'ru', publishedAt: '2024-03-02T10:00:00.000Z' },
      { title: 'First', language: 'az', publishedAt: '2024-03-02T10:00:00.000Z', id: 'cms/1', urgency: 2 },
    ]);
  });

  it('names line and field of an ndjson line, and sends nothing', async () => {
    const good = { title: 'A', publishedAt: '2024-03-02T10:00:00Z' };
    const file = await fileOf(
      [good, { ...good, url: 'javascript:x' }].map((line) => JSON.stringify(line)).join('\n'),
    );
    const { exitCode, stderr } = await runCommand(['import', 'en', file, '--format', 'ndjson'], {
      env: service.env,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('history:2: url: must be an http or https URL');
    expect(await service.changes('en')).toBe(0);
  });

  it('waits as long as the service asks, and goes on in order', async () => {
    const { waits, wait } = recordWaits();
    let requests = 0;
    const busy: typeof fetch = async (input, init) => {
      requests += 1;
      if (requests === 3) return new Response('', { status: 429, headers: { 'retry-after': '7' } });
      return fetch(input, init);
    };
    const args = ['import', 'en', await fileOf(PAGE), '--format', 'news-line', '--time-zone', 'Asia/Baku'];
    const { stdout } = await runCommand(args, { env: service.env, fetch: busy, wait });
    expect(stdout).toContain('4 imported');
    expect(waits).toEqual([7_000]);
    expect(await service.changes('en')).toBe(4);
  });

  it('says how far it came where it has to stop, and goes on from there when run again', async () => {
    let requests = 0;
    const breaking: typeof fetch = async (input, init) => {
      requests += 1;
      if (requests > 2)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
      return fetch(input, init);
    };
    const args = ['import', 'en', await fileOf(PAGE), '--format', 'news-line', '--time-zone', 'Asia/Baku'];
    const broken = await runCommand(args, { env: service.env, fetch: breaking });
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toContain('2 imported, 0 already there; run it again');
    expect(broken.stderr).toContain(`cannot reach ${service.url} (ECONNRESET)`);
    expect((await runCommand(args, { env: service.env })).stdout).toContain('2 imported, 2 already there');
  });

  it('draws a bar on a terminal and nowhere else', async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const args = ['import', 'en', await fileOf(PAGE), '--format', 'news-line', '--time-zone', 'Asia/Baku'];
    await runCommand(args, { env: service.env, stderr });
    expect(String(stderr.read())).toContain(`[${'#'.repeat(30)}] 4/4`);
  });

  it('ends where it is interrupted', async () => {
    const stop = new AbortController();
    const stopping: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      stop.abort();
      return response;
    };
    const args = ['import', 'en', await fileOf(PAGE), '--format', 'news-line', '--time-zone', 'Asia/Baku'];
    const { exitCode } = await runCommand(args, { env: service.env, fetch: stopping, signal: stop.signal });
    expect(exitCode).toBe(130);
    expect(await service.changes('en')).toBe(1);
  });

  it.each([
    [['--format', 'news-line'], '--time-zone: is needed', 2],
    [['--format', 'news-line', '--time-zone', 'Baku'], '"Baku" is no IANA time zone', 2],
    [['--format', 'docx'], 'Allowed choices are news-line, ndjson', 2],
    [[], "required option '--format <format>' not specified", 2],
  ])('says what is wrong in its arguments: %j', async (args, message, code) => {
    const { exitCode, stderr } = await runCommand(['import', 'en', await fileOf(PAGE), ...args], {
      env: service.env,
    });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(code);
  });

  it('says that a file cannot be read, or has no headline', async () => {
    const missing = await runCommand(['import', 'en', '/nowhere/page', '--format', 'ndjson'], {
      env: service.env,
    });
    expect([missing.exitCode, missing.stderr]).toEqual([1, 'newsline: cannot read /nowhere/page (ENOENT)\n']);
    const folder = await runCommand(['import', 'en', service.folder, '--format', 'ndjson'], {
      env: service.env,
    });
    expect(folder.stderr).toContain('must be a regular file');
    expect((await newsLine('Just words\n', ['--skip-invalid'])).stderr).toContain('no headline to import');
  });
});
