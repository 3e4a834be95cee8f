/**
 * A real Redis for tests: on a free loopback port, in a folder of its own, as durable as newsline ships it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisServerOptions {
  /** Where it keeps its files; else a temporary folder, taken away at the end. */
  readonly folder?: string;
  /** Else a free one. */
  readonly port?: number;
  /** More settings, as on the command line: `['--requirepass', 'secret']`. */
  readonly settings?: readonly string[];
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  /** Ends it at once, as a crash would. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  /** Ends it and takes its temporary folder away. */
  stop(): Promise<void>;
}

const READY = 'Ready to accept connections';

export async function startRedis({
  folder,
  port,
  settings = [],
}: RedisServerOptions = {}): Promise<RedisServer> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'newsline-redis-')));
  const at = port ?? (await freePort());
  const start = () => launch(at, home, settings);
  let running = await start();

  const finish = async (signal: NodeJS.Signals) => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    get pid() {
      return running.pid ?? 0;
    },
    kill9: () => finish('SIGKILL'),
    async restart() {
      await finish('SIGTERM');
      running = await start();
    },
    async stop() {
      await finish('SIGKILL');
      if (folder === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

/** Resolves once it says that it is ready: with an append-only file, after it has read it. */
async function launch(port: number, folder: string, settings: readonly string[]): Promise<ChildProcess> {
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const local = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--daemonize', 'no'];
  const child = spawn('redis-server', [...local, ...durable, ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A test run that dies must not leave it behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.off('exit', reap));

  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      reject(isMissing ? new Error('redis-server is missing: apt-get install redis-server') : error);
    });
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      // Read on after it is ready as well: a full pipe would stop it.
      if (said.includes(READY)) return;
      said += chunk.toString();
      if (said.includes(READY)) resolve();
    });
  });
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
