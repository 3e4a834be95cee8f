/** Run command: one command line against a service, with what it printed and its exit code. */
import { PassThrough } from 'node:stream';
import { addChannelCommands } from '../../src/cli/commands/channel.ts';
import type { CommandContext } from '../../src/cli/commands/command-context.ts';
import { addDoctorCommand } from '../../src/cli/commands/doctor.ts';
import { addImportCommand } from '../../src/cli/commands/import.ts';
import { addKeyCommands } from '../../src/cli/commands/key.ts';
import { addPostCommand } from '../../src/cli/commands/post.ts';
import { createProgram, runProgram } from '../../src/cli/commands/run-program.ts';
import { addScheduledCommand } from '../../src/cli/commands/scheduled.ts';
import { addTailCommand } from '../../src/cli/commands/tail.ts';

export interface RunningCommand {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the standard output has this many lines. */
  lines(count: number): Promise<readonly string[]>;
  readonly ended: Promise<number>;
}

/** Waits of zero length, so that tests do not wait; what was asked for is kept. */
export function recordWaits() {
  const waits: number[] = [];
  return {
    waits,
    wait: async (ms: number) => {
      waits.push(ms);
    },
  };
}

export function startCommand(args: readonly string[], context: Partial<CommandContext> = {}): RunningCommand {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [gather(stdout), gather(stderr)];
  const whole: CommandContext = { stdout, stderr, env: {}, wait: recordWaits().wait, ...context };
  const program = createProgram(whole);
  addChannelCommands(program, whole);
  addKeyCommands(program, whole);
  addPostCommand(program, whole);
  addScheduledCommand(program, whole);
  addTailCommand(program, whole);
  addImportCommand(program, whole);
  addDoctorCommand(program, whole);
  return {
    stdout: out,
    stderr: err,
    lines: (count) =>
      new Promise((resolve) => {
        const look = () => {
          const lines = out().split('\n').slice(0, -1);
          if (lines.length < count) return;
          stdout.off('data', look);
          resolve(lines);
        };
        stdout.on('data', look);
        look();
      }),
    ended: runProgram(program, args, whole),
  };
}

export async function runCommand(args: readonly string[], context: Partial<CommandContext> = {}) {
  const command = startCommand(args, context);
  const exitCode = await command.ended;
  return { exitCode, stdout: command.stdout(), stderr: command.stderr() };
}

function gather(stream: PassThrough): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text + (stream.read() ?? '');
}
