#!/usr/bin/env node
/**
 * `newsline`: the only place that reads the environment, listens for signals and exits the process.
 */
import { fileURLToPath } from 'node:url';
import { addChannelCommands } from './commands/channel.ts';
import type { CommandContext } from './commands/command-context.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addImportCommand } from './commands/import.ts';
import { addKeyCommands } from './commands/key.ts';
import { addPostCommand } from './commands/post.ts';
import { createProgram, runProgram } from './commands/run-program.ts';
import { addScheduledCommand } from './commands/scheduled.ts';
import { addTailCommand } from './commands/tail.ts';
import { examineStore } from './examine-store.ts';
import { addServeCommand } from './serve.ts';
import { checkSettings } from './settings.ts';

const ending = new AbortController();
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    signals += 1;
    // Whoever asks a second time does not want to wait for goodbyes.
    if (signals > 1) process.exit(130);
    ending.abort();
  });
}

const context: CommandContext & { signal: AbortSignal; publicFolder: string } = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: ending.signal,
  publicFolder: fileURLToPath(new URL('../../public/', import.meta.url)),
  checkSettings,
  examineStore: (store) => examineStore(store, process.env),
};

const program = createProgram(context);
program.description('real-time news ticker: post a headline, and every screen shows it');
addServeCommand(program, context);
addChannelCommands(program, context);
addKeyCommands(program, context);
addPostCommand(program, context);
addScheduledCommand(program, context);
addTailCommand(program, context);
addImportCommand(program, context);
addDoctorCommand(program, context);

process.exitCode = await runProgram(program, process.argv.slice(2), context);
