/**
 * Releaser: publishes scheduled headlines when their time has come, by the engine's clock.
 *
 * Any number of them may run at once: the commit compares revisions, so one wins and the others find nothing left
 * to do. Whoever crashes, the next one to wake carries on. Each goes through what is due in a channel in the order of its
 * times and passes over only what is released already, so the order is the same however many they are. A channel whose
 * server does not answer holds up no other one. [design 3, promise 3]
 */
import { setTimeout } from 'node:timers/promises';
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
  /** Milliseconds for which a channel whose server does not answer holds up the others. @default 500 */
  readonly patienceMs?: number;
}

type Due = Awaited<ReturnType<HeadlineStore['due']>>[number];

/** @returns stops it, and resolves when what was under way is done. */
export function startReleaser({
  headlines,
  desk,
  log,
  intervalMs = 1_000,
  batch = 100,
  patienceMs = 500,
}: ReleaserOptions): () => Promise<void> {
  /** Channels of which something is being released: nothing else of them meanwhile, so that the order stands. */
  const underWay = new Map<string, Promise<void>>();
  /** A server that takes nothing for now keeps its own channels waiting, and no others. */
  let fault: EngineUnavailable | undefined;
  let released = 0;

  async function releaseOne({ channel, id, nowMs }: Due): Promise<void> {
    try {
      const outcome = await desk.submit(channel, id, { do: 'release' }, { nowMs });
      // A refusal means that another one released it, or that it was killed: both as it should be.
      if (!outcome.ok || !outcome.value.applied) return;
      released += 1;
      log.info({ channel, id }, 'scheduled headline released');
    } catch (error) {
      if (error instanceof EngineUnavailable) throw error;
      log.error({ channel, id, error: describe(error) }, 'a scheduled headline could not be released');
    }
  }

  async function releaseAll(channel: string, due: readonly Due[], isStopped: () => boolean): Promise<void> {
    try {
      for (const each of due) {
        if (isStopped()) return;
        await releaseOne(each);
      }
    } catch (error) {
      fault = error as EngineUnavailable;
    } finally {
      underWay.delete(channel);
    }
  }

  /** @returns how many were released by us. */
  async function releaseBatch(isStopped: () => boolean): Promise<number> {
    const due = new Map<string, Due[]>();
    for (const each of await headlines.due(batch)) {
      const ofChannel = due.get(each.channel);
      if (ofChannel) ofChannel.push(each);
      else due.set(each.channel, [each]);
    }
    released = 0;
    for (const [channel, ofChannel] of due) {
      if (!underWay.has(channel)) underWay.set(channel, releaseAll(channel, ofChannel, isStopped));
    }
    const all = Promise.all(underWay.values());
    await Promise.race([all, setTimeout(patienceMs, undefined, { ref: false })]);
    if (fault) {
      const reason = fault;
      fault = undefined;
      throw reason;
    }
    return released;
  }

  const stopRounds = startRounds({
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
  return async () => {
    await stopRounds();
    await Promise.all(underWay.values());
  };
}
