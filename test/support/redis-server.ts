/**
 * A real Redis for tests: on a free loopback port, in a folder of its own, as durable as newsline ships it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type RedisProcess, startRedisProcess } from './redis-process.ts';

export interface RedisServerOptions {
  /** Where it keeps its files; else a temporary folder, taken away at the end. */
  readonly folder?: string;
  /** Else a free one. */
  readonly port?: number;
  /** Of the default user. */
  readonly password?: string;
  /** Speaks nothing but TLS, with these settings: `tlsSettings(certificates)`. */
  readonly tls?: readonly string[];
  /** More settings, as on the command line: `['--maxmemory', '1mb']`. */
  readonly settings?: readonly string[];
}

export interface RedisServer extends RedisProcess {
  /** With the password, where it has one. */
  readonly url: string;
  readonly port: number;
  /** Starts it again on the same port and files; what CONFIG REWRITE wrote is in force. */
  restart(): Promise<void>;
  /** Ends it and takes its temporary folder away. */
  stop(): Promise<void>;
}

export async function startRedis({
  folder,
  port,
  password,
  tls,
  settings = [],
}: RedisServerOptions = {}): Promise<RedisServer> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'newsline-redis-')));
  const at = port ?? (await freePort());
  const config = join(home, 'redis.conf');
  await writeFile(config, '', { flag: 'a' });
  const ports = tls ? ['--port', '0', '--tls-port', String(at), ...tls] : ['--port', String(at)];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const local = ['--bind', '127.0.0.1', ...ports, '--dir', home, '--daemonize', 'no'];
  const secret = password === undefined ? [] : ['--requirepass', password];
  const running = await startRedisProcess(
    [config, ...local, ...durable, ...secret, ...settings],
    // With an append-only file, after it has read it.
    'Ready to accept connections',
  );
  return {
    url: `${tls ? 'rediss' : 'redis'}://${password === undefined ? '' : `:${password}@`}127.0.0.1:${at}`,
    port: at,
    get pid() {
      return running.pid;
    },
    get isRunning() {
      return running.isRunning;
    },
    kill9: () => running.kill9(),
    restart: () => running.restart(),
    async stop() {
      await running.kill9();
      if (folder === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}
