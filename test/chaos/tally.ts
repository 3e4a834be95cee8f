/** Tally: what a run covered, so that a verdict can be weighed. */
import type { ReaderLine } from './journal.ts';

type Transport = Extract<ReaderLine, { readonly kind: 'reader' }>['transport'];

export interface Tally {
  /** @param acknowledgedAtMs where it is known; counts for the delay of those who were connected then. */
  delivery(
    transport: Transport,
    atMs: number,
    connectedAtMs: number,
    acknowledgedAtMs: number | undefined,
  ): void;
  resumed(): void;
  snapshot(kind: 'fresh' | 'forced'): void;
  lost(): void;
  readonly deliveries: number;
  readonly deliveriesBy: Readonly<Partial<Record<Transport, number>>>;
  readonly resumes: number;
  readonly snapshots: { readonly fresh: number; readonly forced: number };
  readonly losses: number;
  /** Between an acknowledgement and its delivery to a reader who was connected. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export function createTally(): Tally {
  const deliveriesBy: Partial<Record<Transport, number>> = {};
  const snapshots = { fresh: 0, forced: 0 };
  const delays: number[] = [];
  let deliveries = 0;
  let resumes = 0;
  let losses = 0;
  return {
    delivery(transport, atMs, connectedAtMs, acknowledgedAtMs) {
      deliveries += 1;
      deliveriesBy[transport] = (deliveriesBy[transport] ?? 0) + 1;
      if (acknowledgedAtMs !== undefined && connectedAtMs <= acknowledgedAtMs) {
        delays.push(Math.max(0, atMs - acknowledgedAtMs));
      }
    },
    resumed() {
      resumes += 1;
    },
    snapshot(kind) {
      snapshots[kind] += 1;
    },
    lost() {
      losses += 1;
    },
    get deliveries() {
      return deliveries;
    },
    deliveriesBy,
    get resumes() {
      return resumes;
    },
    snapshots,
    get losses() {
      return losses;
    },
    get delayMs() {
      const sorted = Float64Array.from(delays).sort();
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return { p50: at(0.5), p99: at(0.99), max: at(1) };
    },
  };
}
