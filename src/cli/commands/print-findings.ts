/** Prints findings, one on a line as they come, and fails where one is not well. */
import type { Finding } from '../../domain/engine.ts';
import { CommandError } from '../command-error.ts';
import { printable, printLine } from '../printing.ts';
import type { CommandContext } from './command-context.ts';

export async function printFindings(
  findings: AsyncIterable<Finding>,
  { stdout }: Pick<CommandContext, 'stdout'>,
): Promise<void> {
  let [checks, failures] = [0, 0];
  for await (const { ok, subject, detail } of findings) {
    checks += 1;
    if (!ok) failures += 1;
    await printLine(stdout, printable(`${ok ? 'ok  ' : 'FAIL'}  ${subject}: ${detail}`));
  }
  if (failures > 0) throw new CommandError('failed', `${failures} of ${checks} checks failed`);
}
