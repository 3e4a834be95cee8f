/**
 * Prober: commits changes that no reader sees, to find out whether the store takes any.
 *
 * Each has a record of its own, which every next probe overwrites.
 */
import { randomBytes } from 'node:crypto';
import type { Headline } from '../protocol/headline.ts';
import { CANARY_CHANNEL, type HeadlineStore } from './engine.ts';
import type { HeadlineRecord } from './headline-record.ts';

export interface Prober {
  /**
   * Resolves once the store has taken it, or has said that it is elsewhere than we knew: that is an answer as well.
   *
   * @param tag of the entry that followers of {@link CANARY_CHANNEL} are to see; absent: no entry, nothing announced.
   */
  probe(atMs: number, tag?: string): Promise<void>;
}

/** @param role begins the id of its record. */
export function createProber(headlines: HeadlineStore, role: string): Prober {
  const id = `${role}-${randomBytes(6).toString('hex')}`;
  let revision = 0;

  return {
    async probe(atMs, tag) {
      const at = new Date(atMs).toISOString();
      const headline: Headline = {
        id,
        version: revision + 1,
        sequence: 0,
        title: 'probe',
        language: 'und',
        publishedAt: at,
        updatedAt: at,
        urgency: 9,
      };
      const status = tag === undefined ? 'retracted' : 'live';
      const record: HeadlineRecord = { revision: revision + 1, status, headline, history: [] };
      const result = await headlines.commit({
        channel: CANARY_CHANNEL,
        id,
        expectedRevision: revision,
        record,
        ...(tag !== undefined && {
          entry: { tag, at, json: JSON.stringify({ change: 'published', headline }) },
        }),
      });
      if (result.kind === 'committed') revision += 1;
      // A commit whose answer was lost, or a store that lost ours: read where it stands.
      else revision = (await headlines.read(CANARY_CHANNEL, id))?.revision ?? 0;
    },
  };
}
