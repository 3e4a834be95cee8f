/**
 * Rounds: work that comes around again and again for as long as the process runs, whatever becomes of the engine.
 *
 * The operator hears once that the engine is away, and once that it is back, not once a round.
 */
import { EngineUnavailable } from '../domain/engine.ts';
import type { Log } from './endpoint.ts';

export interface RoundsOptions {
  /** One round. It looks now and then whether it is to end. */
  run(isStopped: () => boolean): Promise<void>;
  /** Milliseconds from the end of one round to the next. */
  readonly intervalMs: number;
  readonly log: Log;
  /** What the log says when the engine went away, when it is back, and when a round failed otherwise. */
  readonly words: { readonly away: string; readonly back: string; readonly failed: string };
}

/** The first round begins at once. @returns stops it, and resolves when what was under way is done. */
export function startRounds({ run, intervalMs, log, words }: RoundsOptions): () => Promise<void> {
  let isStopped = false;
  let isEngineAway = false;
  let timer: NodeJS.Timeout | undefined;

  async function runOnce(): Promise<void> {
    try {
      await run(() => isStopped);
      if (isEngineAway) log.info({}, words.back);
      isEngineAway = false;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) {
        log.error({ error: describe(error) }, words.failed);
      } else if (!isEngineAway) {
        isEngineAway = true;
        log.warn({ error: describe(error) }, words.away);
      }
    }
  }

  let round: Promise<void>;
  const wake = () => {
    round = runOnce().then(() => {
      if (!isStopped) timer = setTimeout(wake, intervalMs);
    });
  };
  wake();

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await round;
  };
}

export function describe(error: unknown): object {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return error instanceof EngineUnavailable ? { name, message } : { name, message, stack };
}
