/**
 * Releaser: publishes scheduled headlines when their time has come, by the engine's clock.
 *
 * Any number of them may run at once: the commit compares revisions, so one wins and the others find nothing left
 * to do. Whoever crashes, the next one to wake carries on. Each goes through what is due in the order of its times and
 * passes over only what is released already, so the order is the same however many they are. [design 3, promise 3]
 */
import type { Desk } from '../domain/desk.ts';
import { EngineUnavailable, type HeadlineStore } from '../domain/engine.ts';
import type { Log } from './endpoint.ts';
import { describe, startRounds } from './rounds.ts';

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
  /** @returns how many were released by us. */
  async function releaseBatch(isStopped: () => boolean): Promise<number> {
    let released = 0;
    /** A server that takes nothing for now keeps its own channels waiting, and no others. */
    const away = new Map<string, EngineUnavailable>();
    for (const { channel, id, nowMs } of await headlines.due(batch)) {
      if (isStopped()) break;
      if (away.has(channel)) continue;
      try {
        const outcome = await desk.submit(channel, id, { do: 'release' }, { nowMs });
        // A refusal means that another one released it, or that it was killed: both as it should be.
        if (!outcome.ok || !outcome.value.applied) continue;
        released += 1;
        log.info({ channel, id }, 'scheduled headline released');
      } catch (error) {
        if (error instanceof EngineUnavailable) away.set(channel, error);
        else log.error({ channel, id, error: describe(error) }, 'a scheduled headline could not be released');
      }
    }
    const [fault] = away.values();
    if (fault) throw fault;
    return released;
  }

  return startRounds({
    async run(isStopped) {
      while (!isStopped() && (await releaseBatch(isStopped)) > 0) {
        // There may be more than a batch, and more may have come due meanwhile.
      }
    },
    intervalMs,
    log,
    words: {
      away: 'scheduled headlines wait: the store does not answer',
      back: 'scheduled headlines are released again',
      failed: 'scheduled headlines could not be asked for',
    },
  });
}
