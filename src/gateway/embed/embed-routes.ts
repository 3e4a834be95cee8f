/**
 * Embed routes: the page that sites show in an <iframe>, and its sheet.
 *
 * Rendered from memory, at most once for each change of the channel and each query. No one keeps the page without
 * asking again, so a kill is gone from it at once.
 */
import { createHash } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import { accepted, type Refusal, type Result, toProblemResponse } from '../../protocol/refusal.ts';
import { COST } from '../address-budgets.ts';
import { type AskOptions, findMirror, sendRefusal } from '../ask-for-channel.ts';
import type { ChannelMirror } from '../channel-mirror.ts';
import { parseChannelName, splitAddress } from '../subscription.ts';
import { type EmbedOptions, filterOf, limitOf, parseColours, parseEmbedQuery } from './embed-options.ts';
import { embedPage, refusalPage } from './embed-page.ts';
import { embedPolicy, framingOrigins } from './embed-policy.ts';
import { embedStyle } from './embed-style.ts';
import { createPageMemo, type Page } from './page-memo.ts';

export interface EmbedRoutesOptions extends Omit<AskOptions, 'origins'> {
  /** Websites that may read every channel. */
  readonly allowedOrigins: readonly string[];
  /** Where readers reach the service, as a request found it. */
  readonly serviceUrl: (request: Request) => string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly onRefused: (refusal: Refusal) => void;
}

/** Pages that are framed elsewhere load it, also those without an origin of their own. */
const FOR_ALL = { 'cross-origin-resource-policy': 'cross-origin' };

export function createEmbedRoutes({
  allowedOrigins,
  serviceUrl,
  now,
  onRefused,
  mirrors,
  budgets,
  addressOf,
}: EmbedRoutesOptions): Router {
  const router = express.Router({ caseSensitive: true });
  const pages = createPageMemo();

  function render(mirror: ChannelMirror, options: EmbedOptions, url: string, nowMs: number): Page {
    const { channel } = mirror;
    const headlines = mirror.newest(filterOf(options), limitOf(options), nowMs);
    const parents = framingOrigins([...allowedOrigins, ...channel.origins]);
    const html = embedPage({ serviceUrl: url, channel, options, headlines, parents });
    const policy = embedPolicy(parents);
    // Of the policy as well: a browser that is told "not modified" keeps the one it has.
    const etag = `"${createHash('sha256').update(policy).update(html).digest('base64url').slice(0, 22)}"`;
    return { html, policy, etag };
  }

  async function pageFor(request: Request): Promise<Result<Page>> {
    const address = addressOf(request);
    const paid = budgets.spend(address, COST.request);
    const mirror = await findMirror(mirrors, parseChannelName(String(request.params['channel'])), paid);
    if (!paid.ok) return paid;
    if (!mirror.ok) return mirror;
    const { query } = splitAddress(request.originalUrl);
    const options = parseEmbedQuery(query);
    if (!options.ok) return options;
    const [url, nowMs] = [serviceUrl(request), now()];
    const key = `${url} ${mirror.value.channel.name}?${query}`;
    const known = pages.get(key, mirror.value, nowMs);
    if (known) return accepted(known);
    const paidMore = budgets.spend(address, COST.page);
    if (!paidMore.ok) return paidMore;
    const page = render(mirror.value, options.value, url, nowMs);
    pages.set(key, mirror.value, nowMs, page);
    return accepted(page);
  }

  router.get('/embed/:channel', async (request, response) => {
    const page = await pageFor(request);
    // It says less than frame-ancestors does, and some browsers would take it for the whole.
    response.removeHeader('x-frame-options');
    // In a sandbox the page has no origin to be keyed by, and Chromium complains on the console of the site around it.
    response.removeHeader('origin-agent-cluster');
    response.set(FOR_ALL);
    if (!page.ok) {
      onRefused(page.refusal);
      return refuse(response, page.refusal);
    }
    const { html, policy, etag } = page.value;
    response
      .set({ 'content-security-policy': policy, 'cache-control': 'no-cache', etag })
      .type('html')
      .send(html);
  });

  router.get('/embed.css', (request, response) => {
    const paid = budgets.spend(addressOf(request), COST.request);
    const colours = paid.ok ? parseColours(splitAddress(request.originalUrl).query) : paid;
    if (!colours.ok) {
      onRefused(colours.refusal);
      return sendRefusal(response, colours.refusal);
    }
    response
      .set(FOR_ALL)
      .set('cache-control', 'public, max-age=300')
      .type('css')
      .send(embedStyle(colours.value));
  });
  return router;
}

/** A page, for it is a person who looks at a frame; it may be framed by all, for it says nothing of any channel. */
function refuse(response: Response, refusal: Refusal): void {
  const { status, headers } = toProblemResponse(refusal);
  if (refusal.code === 'rate-limited') response.set('connection', 'close');
  response
    .status(status)
    .set(headers)
    .set('content-security-policy', embedPolicy(['*']))
    .type('html')
    .send(refusalPage(refusal));
}
