/**
 * Replica wait: whether what one connection wrote has reached so many replicas.
 *
 * WAIT speaks of what its own connection wrote, and blocks it: so all who ask while one is under way share the next, and
 * a connection that was lost meanwhile cannot tell any more.
 */
import type { Redis } from 'ioredis';
import type { Replicas } from '../../domain/engine.ts';

export interface ReplicaWaitOptions {
  readonly wanted: number;
  readonly withinMs: number;
}

export interface ReplicaWait {
  readonly withinMs: number;
  /** To be called at once when the write was answered. @returns undefined where enough replicas have it. */
  shortfallOf(redis: Redis): Promise<Replicas | undefined>;
}

interface Line {
  /** Times the connection was lost. */
  losses: number;
  underWay: Promise<unknown>;
  /** Not sent yet: covers all that was written until it is. */
  next: Promise<number> | undefined;
}

export function createReplicaWait({ wanted, withinMs }: ReplicaWaitOptions): ReplicaWait {
  const lines = new WeakMap<Redis, Line>();

  const lineOf = (redis: Redis): Line => {
    const present = lines.get(redis);
    if (present) return present;
    const line: Line = { losses: 0, underWay: Promise.resolve(), next: undefined };
    lines.set(redis, line);
    redis.on('close', () => {
      line.losses += 1;
    });
    return line;
  };

  const ask = (redis: Redis, line: Line): Promise<number> => {
    const { losses } = line;
    line.next ??= line.underWay.then(() => {
      line.next = undefined;
      if (line.losses !== losses)
        throw new Error('the connection was lost before replicas could be asked for');
      const answer = redis.wait(wanted, withinMs);
      line.underWay = answer.catch(() => {});
      return answer;
    });
    return line.next;
  };

  return {
    withinMs,
    async shortfallOf(redis) {
      const had = await ask(redis, lineOf(redis));
      return had < wanted ? { wanted, had } : undefined;
    },
  };
}
