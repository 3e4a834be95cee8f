/** Web app: what every request passes through, the files browsers load, and the end of what no one answers. */
import express, { type ErrorRequestHandler, type Express, type Request, type Router } from 'express';
import helmet from 'helmet';
import { type Refusal, toProblemResponse } from '../protocol/refusal.ts';
import type { Log } from './log.ts';
import { createPublicFiles } from './public-files.ts';

export interface WebAppOptions {
  readonly routers: readonly Router[];
  readonly publicFolder: string;
  readonly trustedProxies: readonly string[];
  readonly publicUrl: string | undefined;
  /** Why files are not served to whoever asks now, or undefined where they are. */
  readonly refuseToServe: (request: Request) => Refusal | undefined;
  readonly log: Log;
}

export function createWebApp({
  routers,
  publicFolder,
  trustedProxies,
  publicUrl,
  refuseToServe,
  log,
}: WebAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('trust proxy', [...trustedProxies]);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'img-src': ["'self'", 'https:', 'http:'],
          'connect-src': ["'self'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
          'require-trusted-types-for': ["'script'"],
        },
      },
      // The service may stand behind a proxy that speaks TLS, or on a laptop that does not: the proxy decides.
      strictTransportSecurity: false,
      referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    }),
  );
  for (const router of routers) app.use(router);
  app.use((request, response, next) => {
    const refusal = refuseToServe(request);
    if (!refusal) return next();
    const { status, headers, body } = toProblemResponse(refusal);
    response
      .status(status)
      .set({ ...headers, connection: 'close' })
      .send(body);
  });
  app.use(createPublicFiles({ publicFolder, publicUrl }));
  app.use((request, response) => {
    const { status, headers, body } = toProblemResponse({
      code: 'unknown-address',
      message: `there is nothing at ${request.method} ${request.path.slice(0, 200)}`,
    });
    response.status(status).set(headers).send(body);
  });
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const isAddress = error instanceof URIError;
    if (!isAddress) log.error({ err: error }, 'a request failed');
    const { status, headers, body } = toProblemResponse(
      isAddress
        ? { code: 'malformed-address', message: 'the address has a percent sign that encodes nothing' }
        : { code: 'internal-error', message: 'the request could not be carried out' },
    );
    response.status(status).set(headers).send(body);
  };
  app.use(onError);
  return app;
}
