/**
 * oEmbed route: the frame for an address of an embed page, for software that makes embeds of pasted links.
 * [oEmbed 1.0, oembed.com]
 */
import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import { check, refuseFields } from '../../domain/validation.ts';
import { accepted, type Result, refused } from '../../protocol/refusal.ts';
import { COST } from '../address-budgets.ts';
import { findMirror, sendRefusal } from '../ask-for-channel.ts';
import { parseChannelName, splitAddress } from '../subscription.ts';
import { type EmbedOptions, parseEmbedQuery } from './embed-options.ts';
import { embedTitle, embedUrl } from './embed-page.ts';
import type { EmbedRoutesOptions } from './embed-routes.ts';
import { attributesText, escapeMarkup } from './markup.ts';

const pixels = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1 to 99999')
  .transform(Number)
  .optional();

/** What else consumers send, as the `dnt` of WordPress, is theirs to send. [oEmbed 2.2] */
export const oEmbedQuerySchema = z.object({
  url: z.string().min(1).max(4096),
  maxwidth: pixels,
  maxheight: pixels,
  format: z.string().max(20).optional(),
});

const WIDTH = 600;
const HEIGHTS = { list: 480, marquee: 64, rotator: 120, banner: 96 } as const;
const CACHE_SECONDS = 300;
/** Longest query that is looked at: an address of ours, encoded, and what consumers add. */
const QUERY_LIMIT = 16_384;

type OEmbed = Readonly<Record<string, string | number>>;

export function createOEmbedRoute(options: EmbedRoutesOptions): Router {
  const { mirrors, budgets, addressOf, serviceUrl, onRefused } = options;
  const router = express.Router({ caseSensitive: true });

  async function answer(request: Request): Promise<Result<{ format: 'json' | 'xml'; oEmbed: OEmbed }>> {
    const paid = budgets.spend(addressOf(request), COST.request);
    if (!paid.ok) return paid;
    const { query } = splitAddress(request.originalUrl);
    if (query.length > QUERY_LIMIT) return refuseFields([{ field: 'query', message: 'is too long' }]);
    const input = check(oEmbedQuerySchema, Object.fromEntries(new URLSearchParams(query)), 'query');
    if (!input.ok) return input;
    const { url, maxwidth = WIDTH, maxheight = Number.POSITIVE_INFINITY, format = 'json' } = input.value;
    if (format !== 'json' && format !== 'xml') {
      return refused({ code: 'unknown-format', message: 'format: must be json or xml' });
    }
    const service = serviceUrl(request);
    const wanted = parseEmbedUrl(url, [service, `${request.protocol}://${request.get('host') ?? ''}`]);
    if (!wanted.ok) return wanted;
    const mirror = await findMirror(mirrors, parseChannelName(wanted.value.channel), paid);
    if (!mirror.ok) return mirror;
    const view = { serviceUrl: service, channel: mirror.value.channel, options: wanted.value.options };
    const width = Math.min(WIDTH, maxwidth);
    const height = Math.min(HEIGHTS[wanted.value.options.layout ?? 'list'], maxheight);
    const title = embedTitle(view);
    const html = `<iframe${attributesText([
      ['src', embedUrl(view)],
      ['title', title],
      ['width', String(width)],
      ['height', String(height)],
      ['frameborder', '0'],
    ])}></iframe>`;
    const provider = { provider_name: 'newsline', provider_url: service };
    const oEmbed = {
      version: '1.0',
      type: 'rich',
      title,
      ...provider,
      cache_age: CACHE_SECONDS,
      html,
      width,
      height,
    };
    return accepted({ format, oEmbed });
  }

  router.get('/oembed', async (request, response) => {
    // Nothing in it is for some websites and not for others: who may show the frame is decided where it is loaded.
    response.set('access-control-allow-origin', '*');
    const answered = await answer(request);
    if (!answered.ok) {
      onRefused(answered.refusal);
      return sendRefusal(response, answered.refusal);
    }
    const { format, oEmbed } = answered.value;
    response.set('cache-control', `public, max-age=${CACHE_SECONDS}`);
    if (format === 'json') response.json(oEmbed);
    else response.set('content-type', 'text/xml; charset=utf-8').send(toXml(oEmbed));
  });
  return router;
}

/** @param services where this service is reached; the scheme may be the proxy's. */
function parseEmbedUrl(
  text: string,
  services: readonly string[],
): Result<{ channel: string; options: EmbedOptions }> {
  const notOurs = refused({
    code: 'unknown-address',
    message: 'url: is not the address of an embed page here',
  });
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return notOurs;
  const { host, pathname, search } = new URL(text);
  const channel = services
    .filter((service) => URL.canParse(service))
    .map((service) => new URL(service))
    .filter((service) => service.host === host)
    .map((service) => `${service.pathname.replace(/\/$/, '')}/embed/`)
    .flatMap((base) => (pathname.startsWith(base) ? pathname.slice(base.length) : []))[0];
  if (channel === undefined) return notOurs;
  const options = parseEmbedQuery(search.slice(1));
  if (options.ok) return accepted({ channel, options: options.value });
  return refused({ code: 'unknown-address', message: `url: ${options.refusal.message}` });
}

function toXml(oEmbed: OEmbed): string {
  const fields = Object.entries(oEmbed).map(
    ([name, value]) => `<${name}>${escapeMarkup(String(value))}</${name}>`,
  );
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>\n${fields.join('\n')}\n</oembed>\n`;
}
