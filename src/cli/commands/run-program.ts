/**
 * Run program: a command line as commander parses it, with its end as an exit code.
 *
 * What goes wrong is one line on the standard error output; a bug goes on to whoever called.
 */
import { Command, CommanderError } from 'commander';
import { exitCodeOf } from '../command-error.ts';
import { printLine, watchOutput } from '../printing.ts';
import type { CommandContext } from './command-context.ts';

/** To add commands to: it neither exits the process nor writes past the context. */
export function createProgram({ stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>): Command {
  for (const output of [stdout, stderr]) watchOutput(output);
  return new Command('newsline')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .showHelpAfterError('(--help says what there is)');
}

/** @param args without the program's own name. @returns the exit code. */
export async function runProgram(
  program: Command,
  args: readonly string[],
  { stderr }: Pick<CommandContext, 'stderr'>,
): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined || !(error instanceof Error)) throw error;
    // commander has told its own already.
    if (!(error instanceof CommanderError)) await printLine(stderr, `newsline: ${error.message}`);
    return exitCode;
  }
}
