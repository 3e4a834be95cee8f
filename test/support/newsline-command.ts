/** Newsline command: the built command line as a process of its own, as its users run it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ADMIN_KEY } from './newsline-process.ts';
import { until } from './until.ts';

export const NEWSLINE = join(process.cwd(), 'dist/src/cli/main.js');

export interface Ended {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once the standard output has a line that passes. */
  line(passes: (line: string) => boolean): Promise<string>;
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
}

export interface CommandOptions {
  /** The service it talks to. */
  readonly url?: string;
  /** @default the admin key */
  readonly key?: string | undefined;
  /** More of the environment; none of the test run's own settings reach it. */
  readonly env?: Readonly<Record<string, string>>;
}

export function startCommand(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const { url, key = ADMIN_KEY, env = {} } = options;
  return follow(
    spawn(process.execPath, [NEWSLINE, ...args], {
      env: {
        PATH: process.env['PATH'],
        ...('key' in options && options.key === undefined ? {} : { NEWSLINE_KEY: key }),
        ...(url !== undefined && { NEWSLINE_URL: url }),
        ...env,
      },
    }),
  );
}

export const runCommand = (args: readonly string[], options: CommandOptions = {}): Promise<Ended> =>
  startCommand(args, options).ended;

/** One line of a shell, as a person pastes it. */
export function runShell(line: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  return follow(spawn('sh', ['-c', line], { env: { PATH: process.env['PATH'], ...env } })).ended;
}

function follow(child: ChildProcessWithoutNullStreams): RunningCommand {
  // A test run that dies must not leave it behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  let [stdout, stderr] = ['', ''];
  child.stdin.end();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let hasEnded = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      process.off('exit', reap);
      hasEnded = true;
      resolve({ exitCode, stdout, stderr });
    });
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    async line(passes) {
      const find = () => stdout.split('\n').slice(0, -1).find(passes);
      await until(() => find() !== undefined || hasEnded, { state: () => ({ stdout, stderr }) });
      const found = find();
      if (found === undefined) throw new Error(`the command ended, having said: ${stdout}${stderr}`);
      return found;
    },
    ended,
    signal: (name) => void child.kill(name),
  };
}
