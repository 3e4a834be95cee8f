/** Command context: all that a command takes from the outside world. */
import type { Finding } from '../../domain/engine.ts';
import type { Output } from '../printing.ts';
import type { Wait } from '../wait.ts';

export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl+C: the command ends cleanly. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly wait?: Wait;
  readonly fetch?: typeof fetch;
  /** Checks the settings of `newsline serve`, with this store in place of the environment's; for `doctor`. */
  readonly checkSettings?: (env: CommandContext['env'], store: string | undefined) => readonly Finding[];
  /** Examines a store directly, without the service; for `doctor`. */
  readonly examineStore?: (store: string) => Promise<readonly Finding[]>;
}
