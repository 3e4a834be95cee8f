/** The command line as its users run it, against the service as its users run it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { type RunningCommand, runCommand, runShell, startCommand } from '../support/newsline-command.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const GREETING = 'newsline is at ';

describe('newsline serve', () => {
  let folder: TemporaryFolder;
  const started: RunningCommand[] = [];
  afterEach(async () => {
    for (const command of started) command.signal('SIGKILL');
    await Promise.all(started.splice(0).map(({ ended }) => ended));
    await folder.dispose();
  });

  async function serve(env: Readonly<Record<string, string>> = {}) {
    const store = `embedded:${join(folder.path, 'data')}`;
    const command = startCommand(['serve', '--store', store, '--port', '0', '--log-level', 'warn'], {
      key: undefined,
      env,
    });
    started.push(command);
    const greeting = await command.line((line) => line.startsWith(GREETING));
    return { command, url: greeting.slice(GREETING.length), store };
  }

  it('prints a key at its first start only, which works, as does the line it prints to post with', async () => {
    folder = await createTemporaryFolder();
    const first = await serve();
    const curl = (await first.command.line((line) => line.includes('curl '))).trim();
    const [, key = ''] = /export NEWSLINE_KEY=(\S+)/.exec(first.command.stdout()) ?? [];
    expect(await runCommand(['channel', 'list'], { url: first.url, key })).toMatchObject({ exitCode: 0 });
    const posted = await runShell(curl, { NEWSLINE_KEY: key });
    expect(JSON.parse(posted.stdout)).toMatchObject({ headline: { title: 'Hello, newsroom' } });

    first.command.signal('SIGTERM');
    expect(await first.command.ended).toMatchObject({ exitCode: 0 });
    const again = await serve();
    expect(await runCommand(['key', 'list'], { url: again.url, key })).toMatchObject({ exitCode: 0 });
    again.command.signal('SIGTERM');
    const { stdout } = await again.command.ended;
    expect(stdout).not.toContain('NEWSLINE_KEY');
  });

  it('refuses a folder or a port that another process has open, in one line, and leaves that one at work', async () => {
    folder = await createTemporaryFolder();
    const { url, store } = await serve();
    const { port } = new URL(url);
    const elsewhere = `embedded:${join(folder.path, 'other')}`;
    expect(await runCommand(['serve', '--store', elsewhere, '--port', port])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(new RegExp(`^newsline: [^\\n]*in use[^\\n]*${port}[^\\n]*--port\\n$`)),
    });
    const second = await runCommand(['serve', '--store', store, '--port', '0']);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(/^newsline: [^\n]*in use[^\n]*\n$/);
    expect(second.stderr).toContain(folder.path);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it.each([
    ['a flag', ['--port', 'ninety'], {}, /^newsline: --port must be a number\n$/],
    ['a variable', [], { NEWSLINE_PORT: '70000' }, /^newsline: NEWSLINE_PORT [^\n]+\n$/],
    ['a time zone', ['--time-zone', 'Mars/Base'], {}, /^newsline: --time-zone [^\n]+\n$/],
    ['a role', ['--roles', 'ingest,printer'], {}, /^newsline: --roles[^\n]+\n$/],
    [
      'a role that readers cannot do without',
      ['--roles', 'gateway'],
      {},
      /^newsline: --roles must have ingest with an embedded store[^\n]+\n$/,
    ],
    ['an unknown variable', [], { NEWSLINE_PRT: '1' }, /^newsline: NEWSLINE_PRT is not a known setting\n$/],
    ['a store', ['--store', 'postgres://x'], {}, /^newsline: --store [^\n]+\n$/],
    [
      'a file of certificates',
      ['--store', 'rediss://127.0.0.1:1'],
      { NEWSLINE_STORE_CA: '/nowhere/ca.pem' },
      /^newsline: NEWSLINE_STORE_CA cannot be read: \/nowhere\/ca\.pem\n$/,
    ],
    [
      'a store that is not there',
      ['--store', 'redis://127.0.0.1:1'],
      {},
      /^newsline: [^\n]*127\.0\.0\.1:1[^\n]*\n$/,
    ],
  ])('stops with one line that names it where %s is wrong', async (_what, args, env, line) => {
    folder = await createTemporaryFolder();
    const quiet = { NEWSLINE_LOG_LEVEL: 'silent' };
    const { exitCode, stdout, stderr } = await runCommand(['serve', ...args], {
      env: { NEWSLINE_STORE: `embedded:${join(folder.path, 'data')}`, NEWSLINE_PORT: '0', ...quiet, ...env },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: expect.stringMatching(line) });
    expect(exitCode).toBe(1);
  });
});

describe.each(FRAGILE_DEPLOYMENTS)('%s', (name, deploy) => {
  let deployment: FragileDeployment;
  const started: RunningCommand[] = [];
  beforeAll(async () => {
    deployment = await deploy();
  });
  afterEach(async () => {
    for (const command of started) command.signal('SIGKILL');
    await Promise.all(started.splice(0).map(({ ended }) => ended));
  });
  afterAll(() => deployment.stop());

  it('tells in tail of publication, correction and kill across a restart of the service', async () => {
    const { ingestUrl: url, gatewayUrl } = deployment;
    const command = async (...args: string[]) => {
      const ended = await runCommand(args, { url });
      expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
      return ended.stdout;
    };
    const tail = startCommand(['tail', 'main', '--json'], { url: gatewayUrl, key: undefined });
    started.push(tail);
    await tail.line((line) => line.includes('"snapshot"'));
    const [, id = ''] = (await command('post', 'main', 'Bridge closed', '--urgency', '2')).split(' ');
    await tail.line((line) => line.includes('Bridge closed'));

    await deployment.crashGateway();
    await deployment.restartGateway();
    await command(
      'correct',
      'main',
      id,
      '--title',
      'Bridge closed until Monday',
      '--notice',
      'A day was missing.',
    );
    await command('kill', 'main', id, '--notice', 'It is open.');
    await tail.line((line) => line.includes('"retraction"'));

    const frames = tail
      .stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(frames.filter(({ type }) => type !== 'resumed')).toEqual([
      expect.objectContaining({ type: 'snapshot' }),
      expect.objectContaining({
        change: 'published',
        headline: expect.objectContaining({ id, title: 'Bridge closed' }),
      }),
      expect.objectContaining({ change: 'corrected', headline: expect.objectContaining({ id, version: 2 }) }),
      expect.objectContaining({ type: 'retraction', id, notice: 'It is open.' }),
    ]);
    tail.signal('SIGINT');
    const { exitCode, stderr } = await tail.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/connection lost [^\n]+\n(.*\n)*go on with --since \S+\n$/);
  });

  it('gives a clean bill where all is well, and names what is wrong where the service is gone', async () => {
    const url = deployment.gatewayUrl;
    const well = await runCommand(['doctor'], { url: deployment.ingestUrl });
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = well.stdout.split('\n').slice(0, -1);
    const skipped = lines.filter((line) => !line.startsWith('ok '));
    // It has a store only where it is told of one; an ingest alone hears nothing come back.
    expect(skipped.filter((line) => !/^skip {2}(store|round trip): not checked/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(3);
    expect((await runCommand(['doctor'], { url, key: undefined })).stdout).toContain(
      'what is committed comes back to readers',
    );

    await deployment.crashGateway();
    const ill = await runCommand(['doctor'], { url });
    expect(ill.exitCode).toBe(1);
    expect(ill.stdout).toMatch(/^FAIL {2}service: cannot reach \S+ \(ECONNREFUSED\)/m);
    expect(ill.stderr).toMatch(/^newsline: 1 of \d checks failed\n$/);
    expect(await runCommand(['post', 'main', 'Anyone?', '--url', 'ftp://x'])).toMatchObject({ exitCode: 2 });
    expect(await runCommand(['no-such-command'])).toMatchObject({ exitCode: 2 });
    expect(await runCommand(['--help'])).toMatchObject({ exitCode: 0 });
    await deployment.restartGateway();
  });

  // What a key may do and which times there are is the same whatever the engine.
  if (name.includes('Redis')) return;
  it('makes a key for one channel, which may post there, and nowhere else', async () => {
    const url = deployment.ingestUrl;
    expect(await runCommand(['channel', 'create', 'sport'], { url })).toMatchObject({ exitCode: 0 });
    const created = await runCommand(
      ['key', 'create', '--name', 'cms', '--channel', 'sport', '--scope', 'publish'],
      { url },
    );
    expect(created.exitCode).toBe(0);
    const key = created.stdout.trim();
    expect(key).toMatch(/^nl_\S+$/);
    const post = (...args: string[]) => runCommand(['post', ...args], { url, key });

    expect(await post('sport', 'Regatta won')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^posted \S+ cursor \S+\n$/),
      stderr: '',
    });
    expect(await post('main', 'Regatta won')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^newsline: [^\n]*no right to publish channel main[^\n]*\(scope-missing\)\n$/,
      ),
    });
    expect((await runCommand(['channel', 'list'], { url, key })).stderr).toContain('scope-missing');
    const [, id = ''] = key.split('_');
    expect(await runCommand(['key', 'revoke', id], { url })).toMatchObject({ exitCode: 0 });
    expect((await post('sport', 'Regatta lost')).stderr).toContain('check NEWSLINE_KEY (key-unknown)');
  });

  it('says which local time does not exist, or exists twice, and takes one that does', async () => {
    const url = deployment.ingestUrl;
    const year = new Date().getUTCFullYear() + 1;
    const post = (at: string) =>
      runCommand(['post', 'main', 'Clocks', '--at', at, '--time-zone', 'Europe/Berlin'], { url });
    const lastSunday = (month: number) => {
      const last = new Date(Date.UTC(year, month, 0));
      return new Date(last.getTime() - last.getUTCDay() * 86_400_000).toISOString().slice(0, 10);
    };
    expect(await post(`${lastSunday(3)} 02:30`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^newsline: publishAt: [^\n]* does not exist in Europe\/Berlin[^\n]*\n$/),
    });
    expect(await post(`${lastSunday(10)} 02:30`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^newsline: publishAt: [^\n]* exists twice in Europe\/Berlin: write [^\n]*\n$/,
      ),
    });
    expect(await post('2027-13-40 02:30')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('names a date or time that does not exist'),
    });
    expect(await runCommand(['post', 'main', 'Clocks', '--at', 'tomorrow'], { url })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('publishAt: must be RFC 3339'),
    });
    const [day = ''] = new Date(Date.now() + 86_400_000).toISOString().split('T');
    expect(await post(`${day} 12:00`)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(new RegExp(`^scheduled \\S+ for ${day} 12:00 \\+0[12]:00\\n$`)),
    });
  });
});
