/** Operations: health, readiness, metrics and the contracts, the same in every role. */
import express, { type Router } from 'express';
import type { Gateway } from '../gateway/gateway.ts';
import { serviceAddress } from '../gateway/service-address.ts';
import { asyncApiDocument, openApiDocument } from './contracts.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsOptions {
  readonly gateway: Gateway | undefined;
  /** Tells what keeps this process from being ready, or undefined when it works. */
  readonly whyUnready: () => Promise<string | undefined>;
  readonly metrics: Metrics;
  readonly publicUrl: string | undefined;
}

export function createOperations({ gateway, whyUnready, metrics, publicUrl }: OperationsOptions): Router {
  const router = express.Router();

  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  /** The process runs and its event loop turns; nothing else. */
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'up' });
  });
  /** Green only when it works. [design 3, promise 6] */
  router.get('/readyz', async (_request, response) => {
    const reason = await whyUnready();
    if (reason !== undefined) response.status(503).set('retry-after', '1');
    response.json({
      status: reason === undefined ? 'ready' : 'not ready',
      ...(reason !== undefined && { reason }),
      ...(gateway && { roundTripMs: gateway.state.roundTripMs }),
    });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text());
  });
  router.get('/openapi.json', (request, response) => {
    response.json(openApiDocument(publicUrl ?? serviceAddress(request)));
  });
  router.get('/asyncapi.json', (request, response) => {
    response.json(asyncApiDocument(publicUrl ?? serviceAddress(request)));
  });
  return router;
}
