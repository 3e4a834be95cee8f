/** Public files: the SDK in one file, for every website, and the pages of the service. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Response, type Router } from 'express';
import { escapeMarkup } from '../gateway/embed/markup.ts';
import { serviceAddress } from '../gateway/service-address.ts';
import { FIRST_CHANNEL } from './first-start.ts';

export interface PublicFilesOptions {
  readonly publicFolder: string;
  readonly publicUrl: string | undefined;
}

/** Loaded by other websites, or by embed pages that a sandbox left without an origin. */
const FOR_ALL_WEBSITES = ['/newsline.js', '/newsline/:part', '/embed.js', '/embed-frame.js', '/mark.svg'];

export function createPublicFiles({ publicFolder, publicUrl }: PublicFilesOptions): Router {
  const router = express.Router();
  for (const [path, file] of [
    ['/', 'start.html'],
    ['/embed-builder', 'embed-builder.html'],
  ] as const) {
    const page = readFileSync(join(publicFolder, file), 'utf8');
    router.get(path, (request, response) => {
      const url = escapeMarkup(publicUrl ?? serviceAddress(request));
      response
        .set('cache-control', 'no-cache')
        .type('html')
        .send(page.replaceAll('{{url}}', () => url).replaceAll('{{channel}}', FIRST_CHANNEL));
    });
  }
  router.get('/docs', (_request, response) => response.redirect('/docs/index.html'));
  router.get(FOR_ALL_WEBSITES, (_request, response, next) => {
    // Any website may load them; what it may read is decided where it reads.
    response.set({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    next();
  });
  const files = {
    index: false,
    redirect: false,
    etag: true,
    setHeaders: (response: Response) => response.setHeader('cache-control', 'public, max-age=300'),
  } as const;
  // As people write addresses of pages: /docs/widget.
  router.use('/docs', express.static(join(publicFolder, 'docs'), { ...files, extensions: ['html'] }));
  router.use(express.static(publicFolder, files));
  return router;
}
