/** Server process: one server under test, fresh, alone on its CPU, and gone with all it wrote when it is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contender, Endpoints } from './contenders.ts';
import { pinned, SERVER_CPU } from './pinning.ts';

export interface ServerProcess {
  readonly pid: number;
  readonly endpoints: Endpoints;
  stop(): Promise<void>;
}

const START_MS = 15_000;
const STOP_MS = 5_000;

/** Runs Node on one CPU. */
export function spawnNode(
  args: readonly string[],
  cpu: number,
  options: Parameters<typeof spawn>[2] & object,
): ChildProcess {
  const command = [process.execPath, '--enable-source-maps', ...args];
  const [file = '', ...rest] = pinned(cpu, command);
  return spawn(file, rest, options);
}

/** Ends a process of ours, and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

/** @param profileFolder where the server leaves a CPU profile when it ends. */
export async function startServer(contender: Contender, profileFolder?: string): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'newsline-bench-'));
  const profiling = profileFolder
    ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${contender.name}.cpuprofile`]
    : [];
  const child = spawnNode([...profiling, ...contender.program(folder)], SERVER_CPU, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...contender.env },
  });
  const stop = async () => {
    await endProcess(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { pid: child.pid ?? 0, endpoints: await endpointsOf(child, contender), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function endpointsOf(child: ChildProcess, { name, readEndpoints }: Contender): Promise<Endpoints> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name} did not start: ${why}`));
    const timer = setTimeout(() => fail(`nothing was heard for ${START_MS} ms`), START_MS);
    child.once('error', ({ message }) => fail(message));
    child.once('exit', (code) => fail(`it ended with ${code}`));
    if (!child.stdout) return fail('it has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const endpoints = readEndpoints(line);
      if (!endpoints) return;
      clearTimeout(timer);
      resolve(endpoints);
    });
  });
}
