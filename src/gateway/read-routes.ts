/**
 * Read routes: a channel's headlines as JSON, and its stream as server-sent events.
 *
 * Both are served from memory; the JSON may be kept by a cache for a second, so that a kill reaches it too.
 */
import express, { type Request, type Response, type Router } from 'express';
import { formatCursor } from '../protocol/cursor.ts';
import type { Headline } from '../protocol/headline.ts';
import { compareHeadlines } from '../protocol/headline-list.ts';
import { accepted, type Refusal, type Result, refused, toProblemResponse } from '../protocol/refusal.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import { eventStream } from './encoding.ts';
import { EventStreamOutlet } from './event-stream-outlet.ts';
import type { Mirrors } from './mirrors.ts';
import { type OriginPolicy, originDenied } from './origin-policy.ts';
import type { Reception } from './reception.ts';
import {
  parseChannelName,
  parseSince,
  parseSubscriptionQuery,
  type Subscription,
  splitAddress,
  unknownChannel,
} from './subscription.ts';
import { visibleChange } from './visible-change.ts';

export interface ReadRoutesOptions {
  readonly mirrors: Mirrors;
  readonly reception: Reception;
  readonly origins: OriginPolicy;
  readonly addressOf: (request: Request) => string;
  readonly now: () => number;
  /** 0 up to 1. @default Math.random */
  readonly random?: () => number;
  readonly onRefused?: (refusal: Refusal) => void;
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
const SOONEST_RETRY_MS = 500;
const RETRY_SPREAD_MS = 2_500;

interface Asked {
  readonly mirror: ChannelMirror;
  readonly subscription: Subscription;
}

export function createReadRoutes({
  mirrors,
  reception,
  origins,
  addressOf,
  now,
  random = Math.random,
  onRefused = () => {},
}: ReadRoutesOptions): Router {
  const router = express.Router({ caseSensitive: true });

  const send = (response: Response, refusal: Refusal): void => {
    onRefused(refusal);
    const { status, headers, body } = toProblemResponse(refusal);
    response.status(status).set(headers).send(body);
  };

  /** Finds out what is asked for, and whether the asker may have it. */
  async function ask(request: Request, response: Response): Promise<Result<Asked>> {
    response.vary('Origin');
    const { origin } = request.headers;
    const name = parseChannelName(String(request.params['channel']));
    const mirror = name.ok ? await mirrors.find(name.value) : undefined;
    if (!origins.mayRead(request.headers, mirror?.channel.origins))
      return refused(originDenied(request.headers));
    if (origin !== undefined) response.set('access-control-allow-origin', origin);
    if (!mirror) return unknownChannel(String(request.params['channel']));
    const subscription = parseSubscriptionQuery(splitAddress(request.originalUrl).query);
    return subscription.ok ? accepted({ mirror, subscription: subscription.value }) : subscription;
  }

  router.get('/v1/channels/:channel/headlines', async (request, response) => {
    const asked = await ask(request, response);
    if (!asked.ok) return send(response, asked.refusal);
    const body = headlinesBody(asked.value, now());
    response
      .set('access-control-expose-headers', 'etag')
      .set('cache-control', 'public, max-age=1')
      .set('etag', `"${body.cursor}-${body.headlines.length}"`)
      .json(body);
  });

  router.get('/v1/channels/:channel/stream', async (request, response) => {
    const asked = await ask(request, response);
    if (!asked.ok) return send(response, asked.refusal);
    const { mirror, subscription } = asked.value;
    const lastEventId = request.get('last-event-id');
    const since = lastEventId ? parseSince(lastEventId) : accepted(subscription.since);
    if (!since.ok) return send(response, since.refusal);
    const audience = mirror.audience(subscription.filter, eventStream);
    if (!audience)
      return send(response, {
        code: 'too-many-filters',
        message: 'too many different filters are in use here',
      });
    const admitted = reception.admit(addressOf(request));
    if (!admitted.ok) return send(response, admitted.refusal);

    response.status(200).set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Reverse proxies would hold events back to fill their buffers. [nginx: X-Accel-Buffering]
      'x-accel-buffering': 'no',
    });
    request.socket.setNoDelay(true);
    // EventSource waits as long as it is told, each time the same: readers told differently do not come back together.
    response.write(`retry: ${Math.round(SOONEST_RETRY_MS + random() * RETRY_SPREAD_MS)}\n\n`);
    const connection = reception.open(new EventStreamOutlet(response), eventStream);
    response.on('drain', () => connection.drained());
    response.on('close', () => {
      admitted.value();
      reception.left(connection);
    });
    response.on('error', () => {});
    audience.join(connection, subscription.last ?? eventStream.defaultLast, since.value);
  });

  return router;
}

function headlinesBody({ mirror, subscription }: Asked, nowMs: number): HeadlinesBody {
  const { filter, since, last = DEFAULT_LAST } = subscription;
  const { name, timeZone } = mirror.channel;
  const place = { channel: name, cursor: formatCursor(mirror.head), timeZone };
  const entries = since && mirror.entriesAfter(since);
  if (!entries) {
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
      retractions.set(change.id, {
        id: change.id,
        ...(change.notice !== undefined && { notice: change.notice }),
      });
    }
  }
  return {
    ...place,
    resumed: true,
    headlines: [...headlines.values()].sort(compareHeadlines),
    retractions: [...retractions.values()],
  };
}
