/**
 * In time: a test of what must not come before its moment needs that moment to lie ahead while it looks, and no one
 * knows how fast the machine is. So it begins with a moment that is near, and where that was missed, it begins again
 * with one that lies further ahead.
 */

export interface InTimeOptions<Outcome> {
  /** Milliseconds from the beginning to the moment, at the first attempt. @default 1500 */
  readonly aheadMs?: number;
  /** Before each attempt. */
  readonly begin?: () => Promise<unknown>;
  /** What must be done before the moment: gathers what is judged afterwards. */
  readonly attempt: (dueMs: number) => Promise<Outcome>;
  /** After an attempt that came too late; what it found, and what it threw, counts for nothing. */
  readonly putAway?: () => Promise<unknown>;
}

const FACTOR = 3;
const ATTEMPTS = 5;

/** @returns what the attempt that was in time found, and its moment. */
export async function inTime<Outcome>({
  aheadMs = 1_500,
  begin = async () => {},
  attempt,
  putAway = async () => {},
}: InTimeOptions<Outcome>): Promise<{ readonly dueMs: number; readonly outcome: Outcome }> {
  for (let count = 0; count < ATTEMPTS; count += 1) {
    await begin();
    const dueMs = Date.now() + aheadMs * FACTOR ** count;
    const isEarly = () => Date.now() < dueMs;
    const done = await attempt(dueMs).then(
      (outcome) => ({ dueMs, outcome }),
      (error: unknown) => {
        if (isEarly()) throw error;
      },
    );
    if (done && isEarly()) return done;
    await putAway();
  }
  throw new Error(`this machine was too slow ${ATTEMPTS} times`);
}
