/** Redis process: `redis-server`, as a primary, a replica, a cluster node or a sentinel, started and ended by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface RedisProcess {
  /** Of the process that runs now. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** Ends it at once, as a crash would. */
  kill9(): Promise<void>;
  /** Ends it where it still runs, and starts it again with the same arguments. */
  restart(): Promise<void>;
}

/** @param readyText what it says once it can be spoken to */
export async function startRedisProcess(args: readonly string[], readyText: string): Promise<RedisProcess> {
  let running = await launch(args, readyText);
  const isRunning = () => running.exitCode === null && running.signalCode === null;
  const finish = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    // A frozen process takes no other signal than this one.
    running.kill('SIGCONT');
    await exited;
  };
  return {
    get pid() {
      return running.pid ?? 0;
    },
    get isRunning() {
      return isRunning();
    },
    kill9: () => finish('SIGKILL'),
    async restart() {
      await finish('SIGTERM');
      running = await launch(args, readyText);
    },
  };
}

async function launch(args: readonly string[], readyText: string): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
      if (said.includes(readyText)) return;
      said += chunk.toString();
      if (said.includes(readyText)) resolve();
    });
  });
  return child;
}

/** Of any process of ours. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 31_999;
/** A port is free until its server has begun: so none is given twice. */
const given = new Set<number>();

/**
 * Below the ports that the system gives to outgoing connections: no one else takes one of those while its server
 * is down, not even a client that connects to itself while it tries to come back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT + 1));
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('no free port was found');
}
