/**
 * Excuses: what the faults of a run allow the service to lose, and from when on.
 *
 * An excuse is no more than that: who is excused for a loss must still have told its readers of a new beginning.
 */
import type { FaultLine } from './journal.ts';

/** A store that lost something is found out by the next comparison; until then cursors of the old past are given. */
const AFTERMATH_MS = 10_000;

export interface Excuses {
  /** A change committed or acknowledged at this moment may be gone at that one. */
  mayBeLost(change: { readonly atMs: number; readonly isKept: boolean }, atMs: number): boolean;
  /** What was known at one moment may be of another history than what is known at a later one, within one epoch. */
  mayHaveForked(fromMs: number, toMs: number): boolean;
  /** A cursor last confirmed at one moment may lead nowhere at another. */
  mayRefuseCursor(confirmedAtMs: number, atMs: number): boolean;
  /** What was committed between these moments may have been lost before its answer, and be refused when sent again. */
  mayForgetBetween(fromMs: number, toMs: number): boolean;
}

export function createExcuses(faults: readonly FaultLine[]): Excuses {
  const everything = faults.filter(({ destroys }) => destroys === 'everything');
  const lossy = faults.filter(({ destroys }) => destroys === 'everything' || destroys === 'unreplicated');
  const forgetful = faults.filter(({ destroys }) => destroys !== 'nothing');
  const between = (list: readonly FaultLine[], fromMs: number, toMs: number) =>
    list.some((fault) => fault.atMs <= toMs && fault.untilMs >= fromMs);
  return {
    mayBeLost: (change, atMs) => between(change.isKept ? everything : lossy, change.atMs, atMs),
    mayHaveForked: (fromMs, toMs) => between(lossy, fromMs - AFTERMATH_MS, toMs),
    mayRefuseCursor: (confirmedAtMs, atMs) => between(forgetful, confirmedAtMs - AFTERMATH_MS, atMs),
    mayForgetBetween: (fromMs, toMs) => between(lossy, fromMs, toMs),
  };
}
