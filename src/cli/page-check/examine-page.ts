/**
 * Examine page: what keeps newsline from showing on a page, and what to do about it.
 *
 * Looks at the page as its server sends it; what scripts make of it afterwards is not seen, and is said so.
 */
import type { Finding } from '../../domain/engine.ts';
import { isTickerAttribute } from '../../protocol/ticker-attributes.ts';
import { blockedBy, type ContentPolicy, type Kind, parsePolicies } from './content-policy.ts';
import type { FetchedPage } from './fetch-page.ts';
import { type Embeds, type FoundTicker, findEmbeds, type LoadedScript } from './find-embeds.ts';
import { readTags } from './html-tags.ts';
import { wrongAttributes, wrongQuery } from './wrong-settings.ts';

/** A channel that the page shows. */
export interface ShownChannel {
  readonly name: string;
  /** The service that it is asked of. */
  readonly service: URL;
  /** In a frame: there it is the frame's own page that reads. */
  readonly isFramed: boolean;
}

export interface Examination {
  readonly findings: readonly Finding[];
  readonly channels: readonly ShownChannel[];
  /** Judges the addresses of pictures, which only the service knows. */
  imagesBlocked(urls: readonly string[]): readonly Finding[];
}

const good = (subject: string, detail: string): Finding => ({ ok: true, subject, detail });
const bad = (subject: string, detail: string): Finding => ({ ok: false, subject, detail });

/** Everything an element may have, beside what is a ticker's own. */
const GLOBAL = /^(id|class|style|title|hidden|slot|part|role|tabindex|nonce|is|aria-.+|data-.+|on.+)$/;
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** @param service where it is asked whether the page may read; for what the page itself does not say. */
export function examinePage(page: FetchedPage, service: URL): Examination {
  const embeds = findEmbeds(readTags(page.html), page.url);
  const policies = [...parsePolicies(page.policy), ...parsePolicies(embeds.policy)];
  const seen = new Set<string>();
  const judge = (kind: Kind, url: URL, nonce?: string): readonly Finding[] =>
    policies
      .flatMap((policy) => blocked(policy, kind, url, page.url, nonce))
      .filter(({ detail }) => {
        if (seen.has(detail)) return false;
        seen.add(detail);
        return true;
      });
  const channels = shownChannels(embeds, page.url, service);
  const findings = [
    ...checkAnswer(page),
    ...checkPresence(embeds, service),
    ...embeds.tickers.flatMap((ticker) => checkTicker(ticker, page.url)),
    ...embeds.frames.flatMap(checkFrame),
    ...checkMixed(embeds, page.url),
    ...checkPolicies(embeds, channels, policies, judge),
    ...checkSize(embeds),
  ];
  return {
    findings,
    channels,
    imagesBlocked: (urls) =>
      urls.flatMap((url) => (URL.canParse(url) ? judge('image', new URL(new URL(url).origin)) : [])),
  };
}

function checkAnswer({ url, redirects, status, contentType }: FetchedPage): readonly Finding[] {
  const way = [...redirects, url].map(String).join(' -> ');
  if (status !== 200)
    return [bad('page', `${way} answered ${status}: give the address of a page that is there`)];
  if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(contentType)) {
    const type = contentType === '' ? 'no Content-Type' : contentType;
    return [bad('page', `${way} comes as ${type}: browsers show a page only as text/html`)];
  }
  return [good('page', way)];
}

function checkPresence({ scripts, tickers, frames }: Embeds, service: URL): readonly Finding[] {
  const tag = `<script src="${new URL('newsline.js', withSlash(service))}" async></script>`;
  if (tickers.length === 0 && frames.length === 0) {
    const detail = `no <news-ticker>, script or frame of newsline in the page as it is sent; one that a script adds is not seen`;
    return [
      bad(
        'ticker',
        scripts.length > 0 ? `${detail}. Add <news-ticker channel="main"></news-ticker>` : detail,
      ),
    ];
  }
  if (tickers.length === 0) return [];
  const [first, ...more] = scripts;
  if (!first)
    return [bad('script', `is missing: add ${tag}. A page that bundles @newsline/client needs none`)];
  if (more.length > 0) return [bad('script', `is loaded ${scripts.length} times: leave one`)];
  return [good('script', String(first.url))];
}

function checkTicker({ as, attributes }: FoundTicker, page: URL): readonly Finding[] {
  if (!attributes) return [bad('ticker', `${as}: must be type="application/json" with an object in it`)];
  const unknown = [...attributes.keys()].filter((name) => !isTickerAttribute(name) && !GLOBAL.test(name));
  return [
    ...unknown.map((name) => bad('ticker', `${as}: ${name} is not an attribute of a ticker`)),
    ...wrongAttributes(attributes, page).map((wrong) => bad('ticker', `${as}: ${wrong}`)),
    attributes.get('channel')
      ? good('ticker', `${as} of channel ${attributes.get('channel')}`)
      : bad('ticker', `${as}: channel is missing`),
  ];
}

function checkFrame({ url, channel, attributes }: Embeds['frames'][number]): readonly Finding[] {
  const sandbox = attributes.get('sandbox')?.split(/\s+/);
  return [
    good('frame', `of channel ${channel}`),
    ...wrongQuery(url.search).map((wrong) => bad('frame', `its address: ${wrong}`)),
    ...(attributes.get('title') ? [] : [bad('frame', 'has no title: add one, for who hears the page')]),
    ...(attributes.has('height') || attributes.has('style') || attributes.has('class') || attributes.has('id')
      ? []
      : [bad('frame', 'has no height: add height="480", or what is below it moves')]),
    ...(sandbox && !sandbox.includes('allow-same-origin')
      ? [bad('frame', 'its sandbox has no allow-same-origin: it is live only if the channel is open to all')]
      : []),
  ];
}

/** [Mixed Content, W3C] A page over TLS loads nothing without it, but from the reader's own machine. */
function checkMixed({ scripts, frameScripts, frames }: Embeds, page: URL): readonly Finding[] {
  if (page.protocol !== 'https:') return [];
  return [...scripts, ...frameScripts, ...frames]
    .filter(({ url }) => url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    .map(({ url }) => bad('mixed content', `the page is https, and ${url.origin} is not: browsers block it`));
}

function checkPolicies(
  { scripts, frameScripts, frames }: Embeds,
  channels: readonly ShownChannel[],
  policies: readonly ContentPolicy[],
  judge: (kind: Kind, url: URL, nonce?: string) => readonly Finding[],
): readonly Finding[] {
  if (policies.length === 0) return [good('policy', 'the page has no Content-Security-Policy')];
  const ofScript = ({ url, nonce }: LoadedScript) => {
    const itself = judge('script', url, nonce);
    // What a script that is trusted by its nonce loads is trusted with it; else parts are judged by their address.
    return itself.length > 0 || nonce !== '' ? itself : judge('script', new URL('newsline/part.js', url));
  };
  const found = [
    ...scripts.flatMap(ofScript),
    ...frameScripts.flatMap(({ url, nonce }) => judge('script', url, nonce)),
    ...frames.flatMap(({ url }) => judge('frame', url)),
    ...channels
      .filter(({ isFramed }) => !isFramed)
      .flatMap(({ service }) => {
        const socket = new URL(service.origin.replace(/^http/, 'ws'));
        return [...judge('connect', socket), ...judge('connect', new URL(service.origin))];
      }),
  ];
  return found.length > 0 ? found : [good('policy', 'lets script, connections and frames pass')];
}

const ADD: Readonly<Record<Kind, string>> = {
  script: 'script-src',
  connect: 'connect-src',
  frame: 'frame-src',
  image: 'img-src',
};

function blocked(policy: ContentPolicy, kind: Kind, url: URL, page: URL, nonce?: string): readonly Finding[] {
  const by = blockedBy(policy, kind, url, page, nonce);
  if (!by) return [];
  const source = /^wss?:/.test(url.protocol) ? `${url.protocol}//${url.host}` : url.origin;
  const isByNonce =
    kind === 'script' && policy.get(by.directive)?.some((one) => /^'strict-dynamic'$/i.test(one));
  const what = kind === 'script' ? String(url) : source;
  const remedy = isByNonce ? "give the script the page's nonce" : `add ${ADD[kind]} ${source}`;
  return [bad('policy', `${by.directive} blocks ${what}: ${remedy}`)];
}

function checkSize({ tickers, style }: Embeds): readonly Finding[] {
  if (tickers.length === 0) return [];
  const advice =
    'a height for news-ticker in your style sheet keeps its place until the script has come: docs/widget.md, "Its place"';
  return [good('size', /news-ticker/.test(style) ? 'the page has style for news-ticker' : advice)];
}

function shownChannels(
  { scripts, tickers, frames }: Embeds,
  page: URL,
  service: URL,
): readonly ShownChannel[] {
  const shown = [
    ...tickers.flatMap(({ attributes }): ShownChannel[] => {
      const name = attributes?.get('channel');
      const source = attributes?.get('src') || scripts[0]?.url.origin || service.href;
      if (!name || !URL.canParse(source, page.href)) return [];
      return [{ name, service: new URL(source, page), isFramed: false }];
    }),
    ...frames.map(({ url, channel }) => ({ name: channel, service: new URL(url.origin), isFramed: true })),
  ];
  const seen = new Set<string>();
  return shown.filter(({ name, service, isFramed }) => {
    const key = `${name} ${service.origin} ${isFramed}`;
    return !seen.has(key) && seen.add(key);
  });
}

const withSlash = (url: URL): URL => new URL(url.href.replace(/\/?$/, '/'));
