/**
 * Sweeper: drops what a channel keeps no longer, where nothing is posted that would.
 *
 * Any number of them may run at once: each finds what the others left.
 */
import type { HeadlineStore } from '../domain/engine.ts';
import type { Log } from './endpoint.ts';
import { startRounds } from './rounds.ts';

export interface SweeperOptions {
  readonly headlines: Pick<HeadlineStore, 'sweep'>;
  readonly log: Log;
  /** Milliseconds from the end of one round to the next. @default 60000 */
  readonly intervalMs?: number;
}

/** @returns stops it, and resolves when what was under way is done. */
export const startSweeper = ({
  headlines,
  log,
  intervalMs = 60_000,
}: SweeperOptions): (() => Promise<void>) =>
  startRounds({
    async run(isStopped) {
      while (!isStopped() && (await headlines.sweep())) {
        // A channel whose limits were lowered may have much to drop: some at a time, as long as there is more.
      }
    },
    intervalMs,
    log,
    words: {
      away: 'what is past its age waits: the store does not answer',
      back: 'what is past its age is dropped again',
      failed: 'what is past its age could not be dropped',
    },
  });
