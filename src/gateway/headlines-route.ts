/**
 * Headlines route: the list as JSON, or what changed after a cursor.
 *
 * Served from memory. A cache may keep it for a second, so that a kill reaches those who read through one.
 */
import { createHash } from 'node:crypto';
import express, { type Router } from 'express';
import { formatCursor } from '../protocol/cursor.ts';
import type { Headline } from '../protocol/headline.ts';
import { compareHeadlines } from '../protocol/headline-list.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { COST } from './address-budgets.ts';
import { type Asked, type AskOptions, askForChannel, sendRefusal } from './ask-for-channel.ts';
import { reachCursor } from './reach-cursor.ts';
import { visibleChange } from './visible-change.ts';

export interface HeadlinesRouteOptions extends AskOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly onRefused: (refusal: Refusal) => void;
}

/** The body of `GET .../headlines`. */
interface HeadlinesBody {
  readonly channel: string;
  readonly cursor: string;
  /** True: these are the changes after `since`. False: this is the list as it stands. */
  readonly resumed: boolean;
  readonly timeZone: string;
  /** Newest first. */
  readonly headlines: readonly Headline[];
  /** Taken away after `since`. */
  readonly retractions: readonly { readonly id: string; readonly notice?: string }[];
}

const DEFAULT_LAST = 20;
/** Who missed more changes than this is better served with the list. */
const CHANGES_LIMIT = 200;

export function createHeadlinesRoute({ now, onRefused, ...options }: HeadlinesRouteOptions): Router {
  const router = express.Router({ caseSensitive: true });
  router.get('/v1/channels/:channel/headlines', async (request, response) => {
    const asked = await askForChannel(request, response, options, COST.request);
    if (!asked.ok) {
      onRefused(asked.refusal);
      return sendRefusal(response, asked.refusal);
    }
    const reached = await reachCursor(asked.value.mirror, asked.value.subscription.since);
    if (!reached.ok) {
      onRefused(reached.refusal);
      return sendRefusal(response, reached.refusal);
    }
    const body = JSON.stringify(headlinesBody(asked.value, now()));
    response
      .set('cache-control', 'public, max-age=1')
      // Of the content, not of the cursor: a headline that expires changes the list and no cursor.
      .set('etag', `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`)
      .type('json')
      .send(body);
  });
  return router;
}

function headlinesBody({ mirror, subscription }: Asked, nowMs: number): HeadlinesBody {
  const { filter, since, last = DEFAULT_LAST } = subscription;
  const { name, timeZone } = mirror.channel;
  const place = { channel: name, cursor: formatCursor(mirror.head), timeZone };
  const entries = since && mirror.entriesAfter(since);
  if (!entries || entries.length > CHANGES_LIMIT) {
    return { ...place, resumed: false, headlines: mirror.newest(filter, last, nowMs), retractions: [] };
  }
  const headlines = new Map<string, Headline>();
  const retractions = new Map<string, { id: string; notice?: string }>();
  for (const entry of entries) {
    const change = visibleChange(name, mirror.head.epoch, entry, filter);
    if (change?.kind === 'headline') {
      headlines.set(change.headline.id, change.headline);
      retractions.delete(change.headline.id);
    } else if (change) {
      headlines.delete(change.id);
      const { id, notice } = change;
      retractions.set(id, { id, ...(notice !== undefined && { notice }) });
    }
  }
  return {
    ...place,
    resumed: true,
    headlines: [...headlines.values()].sort(compareHeadlines),
    retractions: [...retractions.values()],
  };
}
