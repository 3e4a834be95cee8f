/** Pinning: server and load client each have a CPU, so that neither takes the other's time. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export const SERVER_CPU = 0;
export const LOAD_CPU = 1;

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** A command that runs on this CPU only. taskset becomes the program, so the process id is the program's. */
export const pinned = (cpu: number, command: readonly string[]): readonly string[] =>
  canPin ? ['taskset', '-c', String(cpu), ...command] : command;
