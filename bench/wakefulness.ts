/**
 * Wakefulness: keeps this process from sleeping while it is being written to.
 *
 * A reader asleep must be woken by each write, and the writer pays: that would hide what servers differ in.
 */
export interface Wakefulness {
  /** Part of the time so far, 0 to 1, in which there was something to do. */
  readonly busy: number;
  stop(): void;
}

/** @param progress grows with whatever there is to do. */
export function stayAwake(progress: () => number): Wakefulness {
  const fromMs = performance.now();
  let turnMs = fromMs;
  let idleMs = 0;
  let seen = progress();
  let isAwake = true;

  const turn = () => {
    const nowMs = performance.now();
    const reached = progress();
    if (reached === seen) idleMs += nowMs - turnMs;
    seen = reached;
    turnMs = nowMs;
    if (isAwake) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    get busy() {
      return 1 - idleMs / (performance.now() - fromMs);
    },
    stop() {
      isAwake = false;
    },
  };
}
