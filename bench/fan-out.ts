/**
 * Fan-out bench: what one headline, and a burst of twenty, cost until the last of many readers has them: newsline
 * against `ws` broadcasting naively and Socket.IO, in the same run. See bench/README.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, createContenders } from './contenders.ts';
import type { LoadJob, LoadMessage, LoadResult } from './load-client.ts';
import { canPin, LOAD_CPU } from './pinning.ts';
import { type Run, report } from './report.ts';
import { endProcess, spawnNode, startServer } from './server-process.ts';

const { values: flags } = parseArgs({
  options: {
    readers: { type: 'string', default: '2000' },
    headlines: { type: 'string', default: '20' },
    bursts: { type: 'string', default: '5' },
    'burst-size': { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    service: { type: 'string', default: 'dist/src/cli/main.js' },
    profile: { type: 'string' },
    out: { type: 'string' },
  },
});

/** A run that takes longer is broken: 10,000 readers of the slowest server need half a minute. */
const RUN_MS = 240_000;
const root = new URL('../../', import.meta.url);
const running = new Set<() => Promise<void>>();
let interrupted = false;

function count(flag: 'readers' | 'headlines' | 'bursts' | 'burst-size' | 'rounds', most: number): number {
  const value = Number(flags[flag]);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${flag} must be a whole number from 1 to ${most}`);
}

function runLoad(job: LoadJob): Promise<LoadResult> {
  const program = fileURLToPath(new URL('./load-client.js', import.meta.url));
  const child = spawnNode([program, JSON.stringify(job)], LOAD_CPU, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const end = () => endProcess(child);
  running.add(end);
  return new Promise<LoadResult>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no result within ${RUN_MS} ms`)), RUN_MS);
    child.once('message', (message: LoadMessage) => {
      clearTimeout(timer);
      if ('result' in message) resolve(message.result);
      else reject(new Error(message.error));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the load client ended with ${code}`));
    });
  }).finally(async () => {
    await end();
    running.delete(end);
  });
}

async function measure(
  contender: Contender,
  job: Omit<LoadJob, 'pid' | 'reading' | 'publishing'>,
): Promise<LoadResult> {
  const server = await startServer(contender, flags.profile);
  running.add(server.stop);
  try {
    if (interrupted) throw new Error('interrupted');
    return await runLoad({ ...job, ...server.endpoints, pid: server.pid });
  } finally {
    await server.stop();
    running.delete(server.stop);
  }
}

const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toFixed(3)) : value;

const wanted = flags.only.split(',').filter((name) => name !== '');
const contenders = createContenders(fileURLToPath(new URL(flags.service, root))).filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const rounds = count('rounds', 20);
const job = {
  readers: count('readers', 19_000),
  singles: count('headlines', 1_000),
  bursts: count('bursts', 1_000),
  burstSize: count('burst-size', 100),
};
if (platform() !== 'linux')
  throw new Error('this bench reads what servers use from /proc, which only Linux has');
if (contenders.length === 0)
  throw new Error(`--only must name some of ${createContenders('').map(({ name }) => name)}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    for (const end of running) void end();
  });
}

async function runAll(): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Each round begins with another one, so that no one always comes first or last.
    const shift = round % contenders.length;
    for (const contender of [...contenders.slice(shift), ...contenders.slice(0, shift)]) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${contender.name}\n`);
      runs.push({ round, server: contender.name, result: await measure(contender, job) });
    }
  }
  return runs;
}

const runs = await runAll().catch((error: unknown) => {
  process.stderr.write(interrupted ? 'interrupted\n' : `failed: ${String(error)}\n`);
  process.exit(interrupted ? 130 : 1);
});

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cpus: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  isPinned: canPin,
};
const { text, summary } = report(runs, { ...job, rounds, machine });
process.stdout.write(text);

const at = new Date().toISOString();
const out = flags.out ?? `bench/results/fan-out-${job.readers}-${at.slice(0, 19).replaceAll(':', '')}.json`;
const file = new URL(out, root);
await mkdir(new URL('.', file), { recursive: true });
// A run a line: it is read by people too.
const lines = runs.map((run) => JSON.stringify(run, rounded));
const head = JSON.stringify({ at, machine, ...job, rounds, summary }, rounded, 1);
await writeFile(file, `${head.slice(0, -2)},\n "runs": [\n  ${lines.join(',\n  ')}\n ]\n}\n`);
process.stdout.write(`\nwritten to ${out}\n`);
