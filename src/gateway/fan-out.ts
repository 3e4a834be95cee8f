/**
 * Fan-out: moves every reader's cursor on, in slices.
 *
 * Between slices the process accepts, answers pings and health checks while a hundred thousand readers are served.
 * What arrives meanwhile joins the next write, so under load the work shrinks. [design 6]
 */
import type { Audience } from './audience.ts';

export interface FanOutOptions {
  /** Milliseconds of one slice. @default 5 */
  readonly sliceMs?: number;
  /** Milliseconds, any origin, growing. */
  readonly clock?: () => number;
}

export interface FanOut {
  /** There is something to write to this audience's readers. */
  schedule(audience: Audience): void;
}

/** One walk over an audience's readers. */
interface Pass {
  /** Readers left to visit. */
  readonly left: number;
  /** Something came since it began: another one follows, so that those at its end are never starved by news. */
  again: boolean;
}

/** Readers served between two looks at the clock. */
const STRIDE = 64;

export function createFanOut({ sliceMs = 5, clock = () => performance.now() }: FanOutOptions = {}): FanOut {
  const passes = new Map<Audience, Pass>();
  let isScheduled = false;

  /**
   * Visits readers from the last to the first: one that leaves is replaced by the last, who was served already,
   * and one that joins stands behind, up to date. @returns how many are left.
   */
  function serve(audience: Audience, from: number, until: number): number {
    let index = Math.min(from, audience.readers.length);
    while (index > 0) {
      const stop = Math.max(0, index - STRIDE);
      while (index > stop) {
        index -= 1;
        audience.readers[index]?.catchUp();
      }
      if (clock() >= until) return index;
    }
    return 0;
  }

  function slice(): void {
    isScheduled = false;
    const until = clock() + sliceMs;
    for (const [audience, { left, again }] of passes) {
      passes.delete(audience);
      const remaining = serve(audience, left, until);
      // Behind the others, so that a large audience does not keep a small one waiting.
      if (remaining > 0) passes.set(audience, { left: remaining, again });
      else if (again) passes.set(audience, wholePass(audience));
      if (clock() >= until) break;
    }
    if (passes.size > 0) run();
  }

  function run(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(slice);
  }

  return {
    schedule(audience) {
      const pass = passes.get(audience);
      if (pass) pass.again = true;
      else passes.set(audience, wholePass(audience));
      run();
    },
  };
}

const wholePass = ({ readers }: Audience): Pass => ({ left: readers.length, again: false });
