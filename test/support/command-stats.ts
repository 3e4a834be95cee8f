/** Command stats: how often Redis carried out each command, those that scripts call among them. */
import type { Redis } from 'ioredis';

export type Calls = Readonly<Record<string, number>>;

/** Since Redis was started, but for `info`, which asks. */
export async function readCalls(redis: Redis): Promise<Calls> {
  const stats = await redis.info('commandstats');
  const rows = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  return Object.fromEntries(
    rows.map(([, name = '', calls]) => [name, Number(calls)]).filter(([name]) => name !== 'info'),
  );
}

/** Those that came in between. */
export const callsBetween = (before: Calls, after: Calls): Calls =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, calls]) => [name, calls - (before[name] ?? 0)] as const)
      .filter(([, calls]) => calls > 0),
  );
