/**
 * Ingest: where the newsroom's headlines come in, over HTTP.
 *
 * Answers its own addresses and lets all others pass on, so that it can stand in one application with the gateway,
 * which reads where this writes. What it acknowledged with a 2xx was committed by the engine. [design 3, promise 1]
 */
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { createDesk } from '../domain/desk.ts';
import type { Engine } from '../domain/engine.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { refusalOf, sendRefusal } from './answer.ts';
import { createAuthentication } from './authentication.ts';
import { channelEndpoints } from './channel-endpoints.ts';
import { type Endpoint, type Log, reportFailure, serveEndpoint } from './endpoint.ts';
import { headlineEndpoints } from './headline-endpoints.ts';
import { keyEndpoints } from './key-endpoints.ts';
import { createRateLimits } from './rate-limits.ts';
import { startReleaser } from './releaser.ts';
import { startSweeper } from './sweeper.ts';

interface IngestLimits {
  /** @default 65536 */
  readonly bodyBytes?: number;
  /** Of one API key. @default 600 */
  readonly requestsPerMinute?: number;
  /** Failed authentications of one address. @default 30 */
  readonly failuresPerMinute?: number;
}

export interface IngestOptions {
  readonly engine: Pick<Engine, 'channels' | 'keys' | 'headlines'>;
  /** Hash of a key of all rights, kept in the settings. */
  readonly bootstrapKeyHash?: string | undefined;
  /** IANA zone of channels created without one. @default 'UTC' */
  readonly timeZone?: string;
  readonly limits?: IngestLimits;
  /** For rate limits and the birthdays of keys; what concerns headlines the engine's clock decides. */
  readonly now?: () => number;
  readonly log?: Log;
  readonly onRefused?: (refusal: Refusal) => void;
  /** A channel was created, changed or deleted. */
  readonly onChannelsChanged?: () => void;
}

export interface Ingest {
  /** To be mounted at `/`. Addresses that the gateway reads from are left to it: GET of a headline list. */
  readonly router: Router;
  /** Starts releasing what is scheduled, and dropping what is past its limits. @returns stops both, and resolves when what was under way is done. */
  start(): () => Promise<void>;
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

export function createIngest({
  engine,
  bootstrapKeyHash,
  timeZone = 'UTC',
  limits: { bodyBytes = 65_536, requestsPerMinute = 600, failuresPerMinute = 30 } = {},
  now = Date.now,
  log = SILENT,
  onRefused = () => {},
  onChannelsChanged = () => {},
}: IngestOptions): Ingest {
  const { channels, keys, headlines } = engine;
  const desk = createDesk(headlines);
  const rateLimits = createRateLimits({ requestsPerMinute, failuresPerMinute, now });
  const authenticate = createAuthentication({ keys, bootstrapKeyHash, rateLimits });
  const checks = { authenticate, rateLimits, channels, bodyBytes, onRefused, log };
  const endpoints = [
    ...headlineEndpoints({ desk, headlines }),
    ...channelEndpoints({ channels, timeZone, onChannelsChanged: tellOf(onChannelsChanged, log) }),
    ...keyEndpoints({ keys, now }),
  ];

  const router = Router({ caseSensitive: true });
  // Left in the router, an OPTIONS request would be answered by it, in place of the gateway.
  router.use((request, _response, next) => (request.method === 'OPTIONS' ? next('router') : next()));
  for (const endpoint of endpoints) router[endpoint.method](endpoint.path, serveEndpoint(endpoint, checks));
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    router.all(path, refuseMethod(path, endpoints));
  }
  router.use(answerError(log));

  return {
    router,
    start() {
      const stops = [startReleaser({ headlines, desk, log }), startSweeper({ headlines, log })];
      return async () => void (await Promise.all(stops.map((stop) => stop())));
    },
  };
}

/** Addresses of ours that the gateway answers too, by GET. */
const SHARED_WITH_READERS: readonly string[] = ['/v1/channels/:channel/headlines'];

function refuseMethod(path: string, endpoints: readonly Endpoint[]): RequestHandler {
  const methods = endpoints
    .filter((endpoint) => endpoint.path === path)
    .map(({ method }) => method.toUpperCase());
  const isShared = SHARED_WITH_READERS.includes(path);
  const reading = isShared || methods.includes('GET') ? ['GET', 'HEAD'] : [];
  const allow = [...new Set([...reading, ...methods])].join(', ');
  return (request, response, next) => {
    if (isShared && (request.method === 'GET' || request.method === 'HEAD')) return next();
    response.set('allow', allow);
    sendRefusal(response, { code: 'method-not-allowed', message: `this address takes ${allow}` });
  };
}

/** What is kept is kept, whatever becomes of those who are told. */
const tellOf = (listener: () => void, log: Log) => () => {
  try {
    listener();
  } catch (error) {
    reportFailure(log, error, { listener: 'onChannelsChanged' });
  }
};

/** For what is thrown before an endpoint is reached; the endpoints answer for themselves. */
const answerError =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    reportFailure(log, error, { method: request.method });
    sendRefusal(response, refusalOf(error));
  };
