/** Replication report: counts what was acknowledged with too few replicas behind it, and says so now and then. */
import type { Replicas } from '../../domain/engine.ts';
import type { Log } from './redis-connection.ts';

export interface ReplicationReport {
  readonly underReplicated: number;
  report(replicas: Replicas): void;
}

/** Pause between two warnings: replicas may be gone for hours. */
const WARNING_MS = 10_000;

export function createReplicationReport(
  log: Log,
  now: () => number = () => performance.now(),
): ReplicationReport {
  let underReplicated = 0;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return {
    get underReplicated() {
      return underReplicated;
    },
    report(replicas) {
      underReplicated += 1;
      if (now() - warnedAtMs < WARNING_MS) return;
      warnedAtMs = now();
      log.warn({ ...replicas, underReplicated }, 'committed, but fewer replicas than wanted have it');
    },
  };
}
