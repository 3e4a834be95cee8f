/** Prints findings, one on a line as they come, and fails where one is not well. What was skipped is no check. */
import type { Finding } from '../../domain/engine.ts';
import { CommandError } from '../command-error.ts';
import { printable, printLine } from '../printing.ts';
import type { CommandContext } from './command-context.ts';

export async function printFindings(
  findings: AsyncIterable<Finding>,
  { stdout }: Pick<CommandContext, 'stdout'>,
): Promise<void> {
  let [checks, failures] = [0, 0];
  for await (const finding of findings) {
    const mark = markOf(finding);
    if (mark !== 'skip') checks += 1;
    if (mark === 'FAIL') failures += 1;
    await printLine(stdout, printable(`${mark.padEnd(4)}  ${finding.subject}: ${finding.detail}`));
  }
  if (failures > 0) throw new CommandError('failed', `${failures} of ${checks} checks failed`);
}

function markOf({ ok, isSkipped }: Finding): 'ok' | 'FAIL' | 'skip' {
  if (isSkipped) return 'skip';
  return ok ? 'ok' : 'FAIL';
}
