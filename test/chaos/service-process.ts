/**
 * Service process: one newsline process under a supervisor that starts it again whenever it ends, as systemd or a
 * container runtime does, behind an address that stays the same.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export interface ServiceProcessOptions {
  /** As `ingest-1`. */
  readonly name: string;
  /** The built command, `dist/src/cli/main.js` or one that was tampered with. */
  readonly program: string;
  readonly args: readonly string[];
  /** Where it writes its log. */
  readonly logFile: string;
  /** Told when it ended though no one had ended it. */
  readonly onUnexpectedEnd: (name: string, how: string) => void;
}

export interface ServiceProcess {
  readonly name: string;
  /** Where readers reach it, whatever becomes of the process: through {@link door}. */
  readonly url: string;
  readonly door: FaultProxy;
  /** Where publishers reach it: through {@link desk}. */
  readonly deskUrl: string;
  readonly desk: FaultProxy;
  /** Of the process that runs now; undefined where none does. */
  readonly pid: number | undefined;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it says that it is ready, by itself or after it was started again. */
  ready(withinMs: number): Promise<boolean>;
  /** Ends it by a signal, and keeps it down for a while. */
  bringDown(signal: 'SIGKILL' | 'SIGTERM', downMs: number): Promise<void>;
  stop(): Promise<void>;
}

const GREETING = /^newsline is at http:\/\/127\.0\.0\.1:(\d+)/;
/** Before it is started again. */
const RESTART_MS = 200;
/** One that has not ended by then will not. */
const TERM_LIMIT_MS = 15_000;

export async function superviseService({
  name,
  program,
  args,
  logFile,
  onUnexpectedEnd,
}: ServiceProcessOptions): Promise<ServiceProcess> {
  let child: ChildProcess | undefined;
  let port: number | undefined;
  let isStopped = false;
  let isMeant = false;
  let downUntilMs = 0;
  const log = createWriteStream(logFile, { flags: 'a' });
  const [door, desk] = await Promise.all([startFaultProxy(() => port), startFaultProxy(() => port)]);
  const reap = () => child?.kill('SIGKILL');
  process.once('exit', reap);

  async function runOnce(): Promise<void> {
    const started = spawn(
      process.execPath,
      [program, 'serve', '--port', '0', '--log-level', 'info', ...args],
      {
        env: {
          PATH: process.env['PATH'],
          NEWSLINE_ADMIN_KEY: ADMIN_KEY,
          NEWSLINE_REQUESTS_PER_MINUTE: '1000000',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child = started;
    started.stderr.pipe(log, { end: false });
    let wasUp = false;
    createInterface({ input: started.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      const [, listening] = GREETING.exec(line) ?? [];
      if (listening === undefined) return;
      port = Number(listening);
      wasUp = true;
    });
    const [code, signal] = (await once(started, 'exit')) as [number | null, NodeJS.Signals | null];
    port = undefined;
    child = undefined;
    // One that finds no store ends with an error, and is to be started again: only one that was up may not end.
    if (wasUp && !isMeant && !isStopped) onUnexpectedEnd(name, signal ?? `exit code ${code}`);
    isMeant = false;
  }

  async function supervise(): Promise<void> {
    while (!isStopped) {
      await runOnce();
      await sleep(Math.max(RESTART_MS, isStopped ? 0 : downUntilMs - Date.now()));
    }
  }
  const supervised = supervise();

  const isReady = async () =>
    port !== undefined &&
    (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    if (!ending) return;
    isMeant = true;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    const late = setTimeout(() => ending.kill('SIGKILL'), TERM_LIMIT_MS);
    await exited;
    clearTimeout(late);
  };
  return {
    name,
    url: `http://127.0.0.1:${door.port}`,
    door,
    deskUrl: `http://127.0.0.1:${desk.port}`,
    desk,
    get pid() {
      return child?.pid;
    },
    signal: (signal) => void child?.kill(signal),
    async ready(withinMs) {
      const deadlineMs = Date.now() + withinMs;
      while (!(await isReady().catch(() => false))) {
        if (isStopped || Date.now() > deadlineMs) return false;
        await sleep(50);
      }
      return true;
    },
    async bringDown(signal, downMs) {
      downUntilMs = Date.now() + downMs;
      await end(signal);
    },
    async stop() {
      isStopped = true;
      await end('SIGKILL');
      await supervised;
      await Promise.all([door.stop(), desk.stop()]);
      log.end();
      process.off('exit', reap);
    },
  };
}
