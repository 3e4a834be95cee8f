/**
 * Event stream route: a channel as server-sent events. [HTML Living Standard 9.2]
 *
 * An EventSource never comes back from an answer other than 200. So where it is refused only for now, it is answered
 * with a stream that says when to return, and ends.
 */
import express, { type Request, type Response, type Router } from 'express';
import { mayReturn } from '../protocol/close-code.ts';
import { accepted, closeCodeOf, type Refusal, type Result, refused } from '../protocol/refusal.ts';
import { COST } from './address-budgets.ts';
import { type AskOptions, askForChannel, sendRefusal } from './ask-for-channel.ts';
import { controlFrame, eventStream } from './encoding.ts';
import { EventStreamOutlet } from './event-stream-outlet.ts';
import type { FilterPlaces } from './filter-places.ts';
import { reachCursor } from './reach-cursor.ts';
import type { Reception } from './reception.ts';
import { findSeat, type Seat, takeSeat } from './seat.ts';
import { parseSince } from './subscription.ts';
import { ignore } from './websocket-session.ts';

export interface EventStreamRouteOptions extends AskOptions {
  readonly reception: Reception;
  readonly places: FilterPlaces;
  /** 0 up to 1. @default Math.random */
  readonly random?: () => number;
  readonly onRefused: (refusal: Refusal) => void;
}

const SOONEST_RETRY_MS = 500;
const RETRY_SPREAD_MS = 2_500;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // Reverse proxies would hold events back to fill their buffers. [nginx: X-Accel-Buffering]
  'x-accel-buffering': 'no',
};

const PIPELINED: Refusal = {
  code: 'rate-limited',
  message: 'a stream needs a connection on which no earlier request waits for its answer',
};

export function createEventStreamRoute({
  reception,
  places,
  random = Math.random,
  onRefused,
  ...options
}: EventStreamRouteOptions): Router {
  const router = express.Router({ caseSensitive: true });
  /** EventSource waits as long as it is told, each time the same: told differently, they do not come back together. */
  const retryMs = () => Math.round(SOONEST_RETRY_MS + random() * RETRY_SPREAD_MS);

  function refuse(request: Request, response: Response, refusal: Refusal): void {
    onRefused(refusal);
    const isEventSource = request.get('accept')?.includes('text/event-stream') === true;
    if (!isEventSource || !mayReturn(closeCodeOf(refusal.code))) return sendRefusal(response, refusal);
    const retryAfterMs = (refusal.retryAfterMs ?? 0) + retryMs();
    response
      .status(200)
      .set(HEADERS)
      .end(controlFrame(eventStream, { type: 'goodbye', retryAfterMs }));
  }

  async function findPlace(
    request: Request,
    response: Response,
  ): Promise<Result<Seat & { leave: () => void }>> {
    const asked = await askForChannel(request, response, options, COST.stream);
    if (!asked.ok) return asked;
    const { mirror, subscription } = asked.value;
    const lastEventId = request.get('last-event-id');
    const since = lastEventId ? parseSince(lastEventId) : accepted(subscription.since);
    if (!since.ok) return since;
    const reached = await reachCursor(mirror, since.value);
    if (!reached.ok) return reached;
    // Whoever left while it waited is not counted: its end was announced before anyone listened.
    if (response.destroyed) return refused({ code: 'internal-error', message: 'the reader has left' });
    // Behind another request nothing could be written yet, and its end would not be heard of.
    if (!response.socket) return refused(PIPELINED);
    const address = options.addressOf(request);
    const admitted = reception.admit(address);
    if (!admitted.ok) {
      options.budgets.refund(address, COST.stream);
      return admitted;
    }
    const { since: _, ...wanted } = subscription;
    const whole = { ...wanted, ...(since.value && { since: since.value }) };
    const seat = findSeat(mirror, whole, eventStream, () => places.take(address));
    if (seat.ok) return accepted({ ...seat.value, leave: admitted.value });
    admitted.value();
    return seat;
  }

  router.get('/v1/channels/:channel/stream', async (request, response) => {
    // Express answers HEAD with what GET does, which here would not end.
    if (request.method === 'HEAD') return void response.status(200).set(HEADERS).end();
    const place = await findPlace(request, response);
    if (!place.ok) return refuse(request, response, place.refusal);
    response.status(200).set(HEADERS);
    request.socket.setNoDelay(true);
    // From here on the liveness sees to it.
    request.socket.setTimeout(0);
    response.write(`retry: ${retryMs()}\n\n`);
    const connection = reception.open(new EventStreamOutlet(response), eventStream);
    response.on('drain', () => connection.drained());
    response.on('close', () => {
      place.value.leave();
      reception.left(connection);
    });
    response.on('error', ignore);
    takeSeat(place.value, connection);
  });
  return router;
}
