/**
 * Topology: which connection a question goes over, however many servers make up one Redis.
 *
 * A question is sent once. Where the answer says for certain that it was not carried out (it belongs to another server,
 * or cannot be judged just now) it is asked elsewhere or again; a lost connection never is such an answer.
 */
import type { Redis } from 'ioredis';
import type { Listener, ListenerHooks } from './listener.ts';

/** One command, or one pipeline; must be sent at once. */
export type Question<Answer> = (redis: Redis) => Promise<Answer>;

/** Commits that wait for replicas have connections of their own: to wait blocks the connection. */
export type Purpose = 'commands' | 'commits';

/** What one of several said, or why it said nothing. */
export interface Told<Answer> {
  readonly address: string;
  readonly answer: Answer | Error;
}

/** @param name what the sentinels call the primary */
type SentinelQuestion<Answer> = (redis: Redis, name: string) => Promise<Answer>;

export interface Topology {
  /** Pub/Sub channels belong to shards, as keys do. */
  readonly isSharded: boolean;
  /** Asks the server that has the key; rejects with `EngineUnavailable` where there is no answer. */
  ask<Answer>(key: string, question: Question<Answer>, purpose?: Purpose): Promise<Answer>;
  /** Asks every server that has keys; one that does not answer is told with its reason. */
  askAll<Answer>(question: Question<Answer>): Promise<readonly Told<Answer>[]>;
  /** Asks every sentinel, where there are any. */
  askSentinels<Answer>(question: SentinelQuestion<Answer>): Promise<readonly Told<Answer>[]>;
  /** Items whose keys are on one server, together. */
  split<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[];
  /** To be called once. */
  listen(hooks: ListenerHooks): Listener;
  /** Asks the connections that only commits go over for a sign of life: nothing else does while no one posts. */
  proveCommits(withinMs: number): void;
  /** Told whenever a server can be asked, again. */
  onReady(listener: () => void): void;
  end(): Promise<void>;
}
