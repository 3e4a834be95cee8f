/** Newsline process: the built service as its users run it, on a free loopback port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { until } from './until.ts';

export const ADMIN_KEY = 'journeys-hold-every-right-in-this-service';

export interface NewslineProcess {
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
  /** Ends it as a crash would. */
  kill9(): Promise<void>;
  /** Ends it as an operator would. */
  stop(): Promise<void>;
}

export interface NewslineProcessOptions {
  /** `embedded:FOLDER` or `redis://...`. */
  readonly store: string;
  /** More arguments of `newsline serve`. */
  readonly args?: readonly string[];
  /** Instead of a free one: to come back where it was. */
  readonly port?: number;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const GREETING = 'newsline is at ';

/** Resolves once it is ready. */
export async function startNewsline({
  store,
  args = [],
  port = 0,
  env = {},
}: NewslineProcessOptions): Promise<NewslineProcess> {
  const child = spawn(
    process.execPath,
    [
      'dist/src/cli/main.js',
      'serve',
      '--store',
      store,
      '--port',
      String(port),
      '--log-level',
      'warn',
      ...args,
    ],
    {
      env: { ...process.env, NEWSLINE_ADMIN_KEY: ADMIN_KEY, NEWSLINE_REQUESTS_PER_MINUTE: '1000000', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  // A test run that dies must not leave it behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const ended = once(child, 'exit').then(([code]) => {
    process.off('exit', reap);
    return code as number | null;
  });
  const url = await greetingOf(child, ended);
  await until(async () => (await fetch(`${url}/readyz`)).ok);

  const end = async (name: NodeJS.Signals) => {
    child.kill(name);
    await ended;
  };
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    signal: (name) => void child.kill(name),
    kill9: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function greetingOf(child: ChildProcess, ended: Promise<number | null>): Promise<string> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    if (said.length < 100) said.push(chunk.toString());
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const greeted = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith(GREETING)) resolve(line.slice(GREETING.length));
    });
  });
  const gone = ended.then((code) => {
    throw new Error(`newsline ended with ${code}: ${said.join('')}`);
  });
  gone.catch(() => {});
  return Promise.race([greeted, gone]);
}
