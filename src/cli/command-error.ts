/**
 * Command error: the one way in which a command ends badly. It says what is wrong and what to do in one line.
 *
 * Commands throw it; only main prints it and exits.
 */
import { CommanderError } from 'commander';

const EXIT_CODES = {
  /** The service said no. */
  refused: 1,
  unreachable: 1,
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** As shells report SIGINT. */
  interrupted: 130,
} as const;

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: keyof typeof EXIT_CODES;

  constructor(code: keyof typeof EXIT_CODES, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @returns undefined for what no command foresaw: a bug. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof CommandError) return EXIT_CODES[error.code];
  // commander gives 0 for --help and --version, and 1 for every mistake in the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  return undefined;
}
