import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NewsroomService, startNewsroomService } from './newsroom-service.ts';
import { recordWaits, runCommand } from './run-command.ts';

let service: NewsroomService;
beforeAll(async () => {
  service = await startNewsroomService();
});
afterAll(() => service.dispose());

const run = (...args: string[]) => runCommand(args, { env: service.env });
const idIn = (stdout: string) => stdout.split(' ')[1]?.trim() ?? '';
const find = async (id: string) => (await service.headlines('en')).find((headline) => headline.id === id);

describe('newsline post', () => {
  it('posts with all that it is given, and prints id and cursor', async () => {
    const { exitCode, stdout } = await run(
      ...[
        'post',
        'en',
        'Bridge opens',
        '--section',
        'local',
        '--urgency',
        '2',
        '--link',
        'https://site.example/1',
      ],
      ...[
        '--language',
        'az',
        '--label',
        'live',
        '--label',
        'video',
        '--tag',
        'bridge',
        '--summary',
        'At last.',
        '--id',
        'cms-7',
      ],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^posted cms-7 cursor \S+\n$/);
    expect(await find('cms-7')).toMatchObject({
      title: 'Bridge opens',
      section: 'local',
      urgency: 2,
      url: 'https://site.example/1',
      language: 'az',
      labels: ['live', 'video'],
      tags: ['bridge'],
      summary: 'At last.',
    });
  });

  it('schedules by a local time in its zone', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { stdout } = await run(
      'post',
      'en',
      'Later',
      '--at',
      `${tomorrow} 18:00`,
      '--time-zone',
      'Asia/Baku',
    );
    expect(stdout).toMatch(new RegExp(`^scheduled h\\S+ for ${tomorrow} 18:00 \\+04:00\n$`));
    expect(await find(idIn(stdout))).toBeUndefined();
  });

  it('posts once, though the answer was lost and the service was busy', async () => {
    const before = await service.changes('en');
    const { waits, wait } = recordWaits();
    let requests = 0;
    const losing: typeof fetch = async (input, init) => {
      requests += 1;
      if (requests === 1) return new Response('', { status: 503, headers: { 'retry-after': '2' } });
      const response = await fetch(input, init);
      if (requests > 2) return response;
      await response.text();
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    };
    const { stdout, stderr } = await runCommand(['post', 'en', 'Only once'], {
      env: service.env,
      fetch: losing,
      wait,
    });
    expect(stdout).toMatch(/^posted h\S+ cursor \S+\n$/);
    expect(requests).toBe(3);
    expect(waits[0]).toBeGreaterThanOrEqual(2_000);
    expect(stderr).toContain('answered 503; trying again (2 of 5)');
    expect(stderr).toContain('did not answer (ECONNRESET); trying again (3 of 5)');
    expect(await service.changes('en')).toBe(before + 1);
  });

  it('gives up after its tries, with the address and what to do', async () => {
    let requests = 0;
    const dead: typeof fetch = async () => {
      requests += 1;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    };
    const { exitCode, stderr } = await runCommand(['post', 'en', 'A'], { env: service.env, fetch: dead });
    expect(requests).toBe(5);
    expect(exitCode).toBe(1);
    expect(stderr.split('\n').at(-2)).toBe(
      `newsline: cannot reach ${service.url} (ECONNREFUSED): start it with "newsline serve", or name another with --url or NEWSLINE_URL`,
    );
  });

  it.each([
    [['post', 'en', ' '], 1, 'newsline: title: must not be empty (invalid-field)\n'],
    [
      ['post', 'en', 'A', '--link', 'javascript:x'],
      1,
      'newsline: url: must be an http or https URL (invalid-field)\n',
    ],
    [['post', 'nowhere', 'A'], 1, 'newsline: there is no channel nowhere (unknown-channel)\n'],
  ])('says in one line what the service refused: %j', async (args, code, line) => {
    expect(await run(...args)).toEqual({ exitCode: code, stdout: '', stderr: line });
  });

  it.each([
    [['post', 'en', 'A', '--urgency', '10'], 'must be a whole number from 1 to 9'],
    [['post', 'en', 'A', '--label', 'audio'], 'must be live or photo or video'],
    [['post', 'en'], "missing required argument 'title'"],
    [['post', 'en', 'A', '--colour', 'red'], "unknown option '--colour'"],
    [['post', 'en', 'A', '--url', 'ftp://x'], 'must be an http or https address'],
    [['post', 'en', 'A', '--url', 'http://u:p@x'], 'must hold no password'],
  ])('ends with 2 for arguments it does not know: %j', async (args, message) => {
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('newsline correct and kill', () => {
  it('change a headline where it stands, and take it back', async () => {
    const id = idIn((await run('post', 'en', 'Bridge closes')).stdout);
    const corrected = await run(
      'correct',
      'en',
      id,
      '--title',
      'Bridge opens',
      '--notice',
      'It opens.',
      '--if-version',
      '1',
    );
    expect(corrected.stdout).toMatch(new RegExp(`^corrected ${id} cursor \\S+\n$`));
    expect(await find(id)).toMatchObject({ title: 'Bridge opens', notice: 'It opens.', version: 2 });
    expect((await run('correct', 'en', id, '--urgency', '1', '--if-version', '1')).stderr).toContain(
      '(stale-version)',
    );
    expect((await run('correct', 'en', id, '--urgency', '1', '--update')).stdout).toMatch(/^updated /);

    const killed = await run('kill', 'en', id, '--notice', 'It was wrong.');
    expect(killed.stdout).toMatch(new RegExp(`^killed ${id} cursor \\S+\n$`));
    expect(await find(id)).toBeUndefined();
    expect((await run('kill', 'en', id)).exitCode).toBe(0);
  });

  it('correct once, though the answer was lost', async () => {
    const id = idIn((await run('post', 'en', 'First words')).stdout);
    let requests = 0;
    const losing: typeof fetch = async (input, init) => {
      requests += 1;
      const response = await fetch(input, init);
      if (requests > 1) return response;
      await response.text();
      throw new TypeError('fetch failed');
    };
    await runCommand(['correct', 'en', id, '--title', 'Second words'], { env: service.env, fetch: losing });
    expect(requests).toBe(2);
    expect(await find(id)).toMatchObject({ title: 'Second words', version: 2 });
  });

  it('need something to correct', async () => {
    expect((await run('correct', 'en', 'x')).exitCode).toBe(2);
  });
});

describe('newsline channel', () => {
  it('creates, lists, changes and deletes', async () => {
    const origin = 'https://site.example';
    expect(
      (
        await run(
          'channel',
          'create',
          'az',
          '--language',
          'az',
          '--time-zone',
          'Asia/Baku',
          '--origin',
          origin,
        )
      ).stdout,
    ).toBe('created channel az\n');
    await run(
      'channel',
      'update',
      'az',
      '--language',
      'ru',
      '--origin',
      origin,
      '--origin',
      'https://*.site.example',
      '--keep-changes',
      '200',
      '--keep-days',
      '30',
    );
    const listed = (await run('channel', 'list')).stdout;
    expect(listed).toMatch(/^NAME +LANGUAGE +TIME ZONE +CHANGES +HEADLINES +DAYS +ORIGINS\n/);
    expect(listed).toMatch(
      /^az +ru +Asia\/Baku +200 +50000 +30 +https:\/\/site.example https:\/\/\*\.site\.example$/m,
    );
    const third = 'https://third.example';
    await run('channel', 'update', 'az', '--add-origin', third, '--add-origin', origin);
    expect((await run('channel', 'list')).stdout).toMatch(
      /^az .* https:\/\/site.example https:\/\/\*\.site\.example https:\/\/third\.example$/m,
    );
    expect((await run('channel', 'update', 'nowhere', '--add-origin', third)).stderr).toContain(
      '(unknown-channel)',
    );
    await run('channel', 'update', 'az', '--clear-origins', '--any-age', '--keep-headlines', '100');
    expect(JSON.parse((await run('channel', 'list', '--json')).stdout)).toContainEqual({
      name: 'az',
      language: 'ru',
      timeZone: 'Asia/Baku',
      origins: [],
      keepChanges: 200,
      keepHeadlines: 100,
    });
    expect((await run('channel', 'delete', 'az')).exitCode).toBe(2);
    expect((await run('channel', 'delete', 'az', '--yes')).stdout).toBe('deleted channel az\n');
    expect((await run('channel', 'delete', 'az', '--yes')).stderr).toContain('(unknown-channel)');
  });

  it('refuses to change nothing', async () => {
    expect((await run('channel', 'update', 'en')).exitCode).toBe(2);
    expect(
      (await run('channel', 'update', 'en', '--clear-origins', '--origin', 'https://a.example')).exitCode,
    ).toBe(2);
    expect(
      (await run('channel', 'update', 'en', '--add-origin', 'https://a.example', '--clear-origins')).exitCode,
    ).toBe(2);
    expect((await run('channel', 'update', 'en', '--any-age', '--keep-days', '3')).exitCode).toBe(2);
    expect((await run('channel', 'update', 'en', '--keep-days', '0')).exitCode).toBe(2);
  });
});

describe('newsline scheduled', () => {
  it('lists what is to come, earliest first, and says how much more there is', async () => {
    await service.engine.channels.create({ name: 'plans', language: 'en', timeZone: 'UTC', origins: [] });
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const times = { later: at(2), sooner: at(1) };
    for (const [id, time] of Object.entries(times)) {
      await run('post', 'plans', `Words of ${id}`, '--id', id, '--at', time);
    }
    const { stdout, stderr } = await run('scheduled', 'plans', '--time-zone', 'Asia/Baku');
    const clock = (time: string) =>
      new Date(Date.parse(time) + 4 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'TIME ID TITLE',
      `${clock(times.sooner)} +04:00 sooner Words of sooner`,
      `${clock(times.later)} +04:00 later Words of later`,
      '',
    ]);
    expect(stderr).toBe('');
    const first = await run('scheduled', 'plans', '--limit', '1', '--json');
    expect(JSON.parse(first.stdout)).toMatchObject([{ publishAt: times.sooner, headline: { id: 'sooner' } }]);
    expect((await run('scheduled', 'plans', '--limit', '1')).stderr).toBe(
      'newsline: 1 more; raise --limit\n',
    );
  });
});

describe('newsline key', () => {
  it('prints the secret once and alone, and it works until it is revoked', async () => {
    const created = await run('key', 'create', '--name', 'cms', '--channel', 'en', '--scope', 'publish');
    const secret = created.stdout.trim();
    expect(secret).toMatch(/^nl_\S+$/);
    expect(created.stderr).not.toContain(secret);
    const post = () =>
      runCommand(['post', 'en', 'By key'], { env: { ...service.env, NEWSLINE_KEY: secret } });
    expect((await post()).exitCode).toBe(0);

    const listed = (await run('key', 'list')).stdout;
    const [id = ''] =
      listed
        .split('\n')
        .find((line) => line.includes(' cms '))
        ?.split(' ') ?? [];
    expect(listed).not.toContain(secret);
    expect((await run('key', 'revoke', id)).stdout).toBe(`revoked key ${id}\n`);
    const refused = await post();
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      'newsline: Authorization: the API key is not known, or was revoked; check NEWSLINE_KEY (key-unknown)\n',
    ]);
  });

  it('says where to put a key, and what the key may not do', async () => {
    const none = await runCommand(['key', 'list'], { env: { NEWSLINE_URL: service.url } });
    expect(none.stderr).toContain('set NEWSLINE_KEY to an API key (key-missing)');
    const secret = (await run('key', 'create', '--name', 'desk', '--scope', 'publish')).stdout.trim();
    const args = ['key', 'list', '--url', service.url, '--key', secret];
    expect((await runCommand(args)).stderr).toContain('(scope-missing)');
  });

  it('keeps a secret out of addresses and of what it prints', async () => {
    const requests: string[] = [];
    const watching: typeof fetch = (input, init) => {
      requests.push(String(input));
      return fetch(input, init);
    };
    const secret = 'nl_0123456789ab_secret';
    const mistaken = await runCommand(['key', 'revoke', secret], { env: service.env, fetch: watching });
    expect(mistaken.exitCode).toBe(2);
    const broken = await runCommand(['key', 'list'], {
      env: { ...service.env, NEWSLINE_KEY: `${secret}\nx` },
      fetch: watching,
    });
    expect(broken.exitCode).toBe(2);
    expect(requests).toEqual([]);
    expect(mistaken.stderr + broken.stderr).not.toContain(secret);
  });

  it('needs a scope that exists', async () => {
    expect((await run('key', 'create', '--name', 'x')).exitCode).toBe(2);
    expect((await run('key', 'create', '--name', 'x', '--scope', 'all')).stderr).toContain(
      'must be publish or admin',
    );
  });
});

describe('the help', () => {
  it('recommends NEWSLINE_KEY, and ends well', async () => {
    const { exitCode, stdout } = await run('post', '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('NEWSLINE_KEY');
  });
});
