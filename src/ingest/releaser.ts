/**
 * Releaser: publishes scheduled headlines when their time has come, by the engine's clock.
 *
 * Any number of them may run at once: the commit compares revisions, so one wins and the others find nothing left
 * to do. Whoever crashes, the next one to wake carries on. [design 3, promise 3]
 */
import type { Desk } from '../domain/desk.ts';
import { EngineUnavailable, type HeadlineStore } from '../domain/engine.ts';
import type { Log } from './endpoint.ts';

export interface ReleaserOptions {
  readonly headlines: Pick<HeadlineStore, 'due'>;
  readonly desk: Desk;
  readonly log: Log;
  /** Milliseconds from the end of one round to the next. @default 1000 */
  readonly intervalMs?: number;
  /** Headlines of each channel taken at a time. @default 100 */
  readonly batch?: number;
}

/** @returns stops it, and resolves when what was under way is done. */
export function startReleaser({
  headlines,
  desk,
  log,
  intervalMs = 1_000,
  batch = 100,
}: ReleaserOptions): () => Promise<void> {
  let isStopped = false;
  let isEngineAway = false;
  let timer: NodeJS.Timeout | undefined;

  /** @returns how many were released by us. */
  async function releaseBatch(): Promise<number> {
    let released = 0;
    for (const { channel, id, nowMs } of await headlines.due(batch)) {
      if (isStopped) break;
      try {
        const outcome = await desk.submit(channel, id, { do: 'release' }, { nowMs });
        // A refusal means that another one released it, or that it was killed: both as it should be.
        if (!outcome.ok || !outcome.value.applied) continue;
        released += 1;
        log.info({ channel, id }, 'scheduled headline released');
      } catch (error) {
        if (error instanceof EngineUnavailable) throw error;
        log.error({ channel, id, error: describe(error) }, 'a scheduled headline could not be released');
      }
    }
    return released;
  }

  async function runRound(): Promise<void> {
    try {
      while (!isStopped && (await releaseBatch()) > 0) {
        // There may be more than a batch, and more may have come due meanwhile.
      }
      if (isEngineAway) log.info({}, 'scheduled headlines are released again');
      isEngineAway = false;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) {
        log.error({ error: describe(error) }, 'scheduled headlines could not be asked for');
      } else if (!isEngineAway) {
        isEngineAway = true;
        log.warn({ error: describe(error) }, 'scheduled headlines wait: the store does not answer');
      }
    }
  }

  let round: Promise<void>;
  const wake = () => {
    round = runRound().then(() => {
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

function describe(error: unknown): object {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return error instanceof EngineUnavailable ? { name, message } : { name, message, stack };
}
