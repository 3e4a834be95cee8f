/**
 * Backoff: how long to wait before trying again, so that readers who were cut off together do not return together.
 *
 * Full jitter: anywhere between nothing and a ceiling that doubles with each failure. Spreading over the whole
 * span costs a server less than waiting longer would. [design 3, promise 8]
 */
export interface BackoffOptions {
  /** Ceiling of the first wait, in milliseconds. @default 1000 */
  readonly firstMs?: number;
  /** No ceiling is higher, in milliseconds. @default 30000 */
  readonly limitMs?: number;
}

/**
 * @param failures attempts that failed since all was well; 0 right after a connection was lost.
 * @param chance from 0 to below 1, as Math.random gives.
 * @returns whole milliseconds, from 0 to below min(limitMs, firstMs * 2 ** failures).
 */
export function backoffMs(
  failures: number,
  chance: number,
  { firstMs = 1_000, limitMs = 30_000 }: BackoffOptions = {},
): number {
  return Math.floor(chance * Math.min(limitMs, firstMs * 2 ** failures));
}
