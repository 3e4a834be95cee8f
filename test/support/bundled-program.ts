/**
 * Bundled program: a TypeScript file of the tests run as a process of its own, which Node 20 cannot do by itself.
 *
 * It speaks in lines on its standard output, and hears lines on its standard input.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, stop } from 'esbuild';

export interface BundledProgram {
  start(...args: readonly string[]): Started;
  /** @param limits shell commands that come first, as `ulimit -f 100`. */
  startWithin(limits: string, ...args: readonly string[]): Started;
  /** Kills what still runs, and takes the bundle away. */
  dispose(): Promise<void>;
}

interface Started {
  readonly pid: number;
  /** All lines so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that passes; rejects when the process ends without one. */
  line(passes: (line: string) => boolean): Promise<string>;
  tell(line: string): void;
  /** Ends it at once, as `kill -9`; resolves when it is gone and all it said was read. */
  kill(): Promise<void>;
  /** Resolves with its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** @param entry path from the root of the repository. */
export async function bundleProgram(entry: string): Promise<BundledProgram> {
  // Under the root, so that packages are found.
  const cache = join(process.cwd(), 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'newsline-'));
  const outfile = join(folder, 'program.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  // esbuild's own process would outlive the test.
  await stop();
  const running = new Set<Started>();
  const run = (command: string, ...args: readonly string[]): Started => {
    const started = follow(spawn(command, args, { stdio: 'pipe' }));
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  return {
    start: (...args) => run(process.execPath, outfile, ...args),
    startWithin: (limits, ...args) =>
      run('sh', '-c', `${limits}; exec "$0" "$@"`, process.execPath, outfile, ...args),
    async dispose() {
      await Promise.all([...running].map((started) => started.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcessWithoutNullStreams): Started {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let complaints = '';
  let hasEnded = false;
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    changed();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  // A program that was killed hears nothing; its exit says so.
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      hasEnded = true;
      changed();
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    tell: (line) => void child.stdin.write(`${line}\n`),
    line: (passes) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(passes);
          if (found === undefined && !hasEnded) return;
          waiting.delete(look);
          if (found === undefined)
            reject(new Error(`the program ended: ${[...lines, complaints].join('\n')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
