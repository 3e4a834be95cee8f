/** Asks again and again until it is so, and after long enough says how it stands instead. */
import { setTimeout } from 'node:timers/promises';

const BETWEEN_MS = 10;

export interface UntilOptions {
  /** @default 60000: far more than anything takes, for a machine that is many times slower than usual */
  readonly withinMs?: number;
  /** How things stand, for the error. */
  readonly state?: () => unknown;
}

/** A question that rejects counts as no. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { withinMs = 60_000, state = () => String(isSo) }: UntilOptions = {},
): Promise<void> {
  const ask = async () => isSo();
  const deadlineMs = Date.now() + withinMs;
  while (!(await ask().catch(() => false))) {
    if (Date.now() > deadlineMs) throw new Error(`it never came: ${JSON.stringify(state())}`);
    await setTimeout(BETWEEN_MS);
  }
}
