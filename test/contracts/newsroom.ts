/** Newsroom: short ways to post what a test needs, through the same desk as the servers. */
import { createDesk, type Desk, type Outcome } from '../../src/domain/desk.ts';
import type { Commit, Engine } from '../../src/domain/engine.ts';
import type { HeadlineDraft } from '../../src/domain/headline-input.ts';
import type { HeadlineRecord } from '../../src/domain/headline-record.ts';
import type { Command } from '../../src/domain/life-cycle.ts';
import type { Result } from '../../src/protocol/refusal.ts';

export const channelOf = (name: string) => ({ name, language: 'en', timeZone: 'Asia/Baku', origins: [] });

/** 2026-11-23 18:00 UTC, when nothing in particular happened. */
export const SIX_PM_MS = Date.UTC(2026, 10, 23, 18);

export const draftOf = (title: string, more: Partial<HeadlineDraft> = {}): HeadlineDraft => ({
  content: { title, language: 'en', urgency: 5 },
  publishedAtMs: SIX_PM_MS,
  ...more,
});

export const publish = (title: string, more: Partial<HeadlineDraft> = {}): Command => ({
  do: 'publish',
  draft: draftOf(title, more),
});

export const schedule = (title: string, releaseAtMs: number): Command =>
  publish(title, { publishedAtMs: releaseAtMs, releaseAtMs });

export const correct = (title: string): Command => ({
  do: 'amend',
  patch: { change: 'corrected', fields: { title } },
});

/** A desk that never gives up: tests set many against one headline. */
export const deskOf = (engine: Engine): Desk => createDesk(engine.headlines, { attempts: 1_000 });

export function accepted<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`refused: ${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}

/** A desk on one channel whose refusals throw. */
export function createNewsroom(engine: Engine, channel: string) {
  const desk = deskOf(engine);
  return async (id: string, command: Command, options?: Parameters<Desk['submit']>[3]): Promise<Outcome> =>
    accepted(await desk.submit(channel, id, command, options));
}

/** A first publication as a bare commit, to be altered. */
export function commitOf(channel: string, id: string, more: Partial<Commit> = {}): Commit {
  const at = new Date(SIX_PM_MS).toISOString();
  const headline = {
    id,
    version: 1,
    sequence: 0,
    title: id,
    language: 'en',
    publishedAt: at,
    updatedAt: at,
    urgency: 5,
  } as const;
  const record: HeadlineRecord = { revision: 1, status: 'live', headline, history: [] };
  return {
    channel,
    id,
    expectedRevision: 0,
    record,
    entry: { tag: `t-${id}`, at, json: JSON.stringify({ change: 'published', headline }) },
    ...more,
  };
}
