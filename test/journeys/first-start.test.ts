/** The first start, as a person meets it: the key is shown once, and not to a start that failed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRedis } from '../support/redis-server.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const KEY = /^ {2}export NEWSLINE_KEY=(nl_\S+)$/m;

describe('the first start', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await createTemporaryFolder();
  });
  afterEach(() => folder.dispose());

  async function start(port: number, untilItSays: RegExp, store = `embedded:${join(folder.path, 'data')}`) {
    const args = ['dist/src/cli/main.js', 'serve', '--port', String(port), '--store', store];
    const { NEWSLINE_ADMIN_KEY: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit').then(([code]) => code as number);
    let said = '';
    const heard = new Promise<void>((resolve) => {
      const hear = (chunk: Buffer) => {
        said += chunk;
        if (untilItSays.test(said)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    await Promise.race([heard, ended]);
    return {
      get said() {
        return said;
      },
      ended,
      async stop() {
        child.kill('SIGTERM');
        return ended;
      },
    };
  }

  it('shows a key that works, once, though a start before it failed on its port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const failed = await start(port, /never said/);
    expect(await failed.ended).toBe(1);
    expect(failed.said).toContain(String(port));
    expect(failed.said).not.toMatch(KEY);
    other.close();
    await once(other, 'close');

    const first = await start(port, KEY);
    const key = KEY.exec(first.said)?.[1] ?? '';
    const headlines = `http://127.0.0.1:${port}/v1/channels/main/headlines`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const posted = await fetch(headlines, { method: 'POST', headers, body: '{"title":"Hello, newsroom"}' });
    expect(posted.status).toBe(201);
    expect(await first.stop()).toBe(0);

    const second = await start(port, /newsline is at/);
    expect(second.said).not.toMatch(KEY);
    expect(await second.stop()).toBe(0);
  }, 60_000);

  it('says of the channel of its probes that it begins, not that something was lost', async () => {
    const redis = await startRedis();
    try {
      const service = await start(0, /the channel begins|cannot go on/, redis.url);
      expect(service.said).not.toContain('cannot go on');
      expect(await service.stop()).toBe(0);
    } finally {
      await redis.stop();
    }
  }, 60_000);
});
