import { afterEach, describe, expect, it } from '@jest/globals';
import { checkNode } from '../../src/cli/commands/doctor.ts';
import { checkSettings } from '../../src/cli/settings.ts';
import { runCommand } from './run-command.ts';
import {
  closedAddress,
  json,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from './scripted-server.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.dispose();
});

/** A service as far as the doctor looks at it. */
async function startService(answers: Readonly<Record<string, Step>> = {}): Promise<string> {
  const all: Readonly<Record<string, Step>> = {
    '/healthz': json(200, { status: 'up' }),
    '/readyz': json(200, { status: 'ready', roundTripMs: 3.2 }),
    '/v1/channels': json(200, { channels: [{ name: 'en' }] }),
    ...answers,
  };
  const server = await startScriptedServer([
    (response, request) => (all[request.url ?? ''] ?? json(404, {}))(response, request),
  ]);
  servers.push(server);
  return server.url;
}

describe('newsline doctor', () => {
  it('reports each check on a line, and ends well where all is well', async () => {
    const url = await startService();
    const { exitCode, stdout } = await runCommand(['doctor', '--store', 'embedded:./data'], {
      env: { NEWSLINE_URL: url, NEWSLINE_KEY: 'key' },
      checkSettings: () => [{ ok: true, subject: 'settings', detail: 'all right' }],
      examineStore: async (store) => [{ ok: true, subject: 'store', detail: `${store} answers` }],
    });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `ok    Node: ${process.versions.node}`,
      'ok    settings: all right',
      `ok    service: ${url} answers`,
      'ok    round trip: what is committed comes back to readers, lately in 3 ms',
      'ok    API key: may administer; 1 channels',
      'ok    store: embedded:./data answers',
      '',
    ]);
  });

  it('names each failure, says what to do, and ends with 1', async () => {
    const refused = { type: 'urn:newsline:problem:key-unknown', detail: 'the API key is not known' };
    const url = await startService({
      '/readyz': json(503, { status: 'not ready', reason: 'the probe did not come back' }),
      '/v1/channels': json(401, refused),
    });
    const { exitCode, stdout, stderr } = await runCommand(['doctor', '--store', 'redis://nowhere'], {
      env: { NEWSLINE_URL: url, NEWSLINE_KEY: 'secret' },
      checkSettings: () => [{ ok: false, subject: 'NEWSLINE_PORT', detail: 'must be a number' }],
      examineStore: () =>
        Promise.reject(Object.assign(new Error('the store does not answer'), { code: 'gone' })),
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('FAIL  NEWSLINE_PORT: must be a number');
    expect(stdout).toContain('FAIL  round trip: the probe did not come back; check that the store runs');
    expect(stdout).toContain('FAIL  API key: the API key is not known; check NEWSLINE_KEY');
    expect(stdout).toContain('FAIL  store: the store does not answer');
    expect(stderr).toBe('newsline: 4 of 6 checks failed\n');
    expect(stdout + stderr).not.toContain('secret');
  });

  it('says where it looked when no service is there, and examines the rest', async () => {
    const url = await closedAddress();
    const { exitCode, stdout } = await runCommand(['doctor', '--url', url]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `FAIL  service: cannot reach ${url} (ECONNREFUSED): start it with "newsline serve"`,
    );
    expect(stdout).not.toContain('round trip');
  });

  it('says what it did not look at, and calls none of it all right', async () => {
    const url = await startService({ '/readyz': json(200, { status: 'ready' }) });
    const { exitCode, stdout } = await runCommand(['doctor'], { env: { NEWSLINE_URL: url } });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(2)).toEqual([
      'skip  round trip: not checked; no gateway runs here',
      'skip  API key: not checked; set NEWSLINE_KEY to check it',
      'skip  store: not checked; name it by --store, or by NEWSLINE_STORE as the service has it',
      '',
    ]);
  });

  it('calls the key not checked where a gateway cannot know it', async () => {
    const { stdout } = await runCommand(['doctor'], {
      env: { NEWSLINE_URL: await startService({ '/v1/channels': json(404, {}) }), NEWSLINE_KEY: 'key' },
    });
    expect(stdout).toMatch(/^skip {2}API key: not checked; \S+ is a gateway/m);
  });

  it('counts what it skipped among no checks', async () => {
    const url = await closedAddress();
    const { stderr } = await runCommand(['doctor', '--url', url]);
    expect(stderr).toBe('newsline: 1 of 2 checks failed\n');
  });

  it('examines the store that the service is set to, and another one where it is told to', async () => {
    const NEWSLINE_URL = await startService();
    const examined: string[] = [];
    const examineStore = async (store: string) => {
      examined.push(store);
      return [];
    };
    const env = { NEWSLINE_URL, NEWSLINE_STORE: 'redis://here' };
    await runCommand(['doctor'], { env, examineStore });
    await runCommand(['doctor', '--store', 'redis://there'], { env, examineStore });
    // As a compose file passes on what is unset.
    const unset = await runCommand(['doctor'], { env: { NEWSLINE_URL, NEWSLINE_STORE: '' }, examineStore });
    expect(examined).toEqual(['redis://here', 'redis://there']);
    expect(unset.stdout).toContain('skip  store:');
  });

  it('judges the settings beside the store that it is given', async () => {
    const NEWSLINE_URL = await startService();
    const look = (args: readonly string[], env: Readonly<Record<string, string>>) =>
      runCommand(['doctor', ...args], {
        env: { NEWSLINE_URL, ...env },
        checkSettings,
        examineStore: async () => [],
      });
    const replicas = { NEWSLINE_WAIT_REPLICAS: '2' };
    const withRedis = await look(['--store', 'redis://127.0.0.1:6379'], replicas);
    expect(withRedis.stdout).toContain('ok    settings: are valid');
    expect((await look([], replicas)).stdout).toContain('FAIL  settings: NEWSLINE_WAIT_REPLICAS needs');
    const embedded = await look(['--store', 'embedded:./data'], {
      ...replicas,
      NEWSLINE_STORE: 'redis://127.0.0.1:6379',
    });
    expect(embedded.stdout).toContain('FAIL  settings: NEWSLINE_WAIT_REPLICAS needs');
  });

  it.each([
    ['18.20.0', false],
    ['20.18.9', false],
    ['20.19.0', true],
    ['24.0.0', true],
  ])('judges Node %s', (version, ok) => {
    expect(checkNode(version).ok).toBe(ok);
  });
});
