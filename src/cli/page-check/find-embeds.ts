/** Find embeds: what of newsline stands in a page. */
import { attributeName, isTickerAttribute } from '../../protocol/ticker-attributes.ts';
import { isObject, parseJson } from '../service-client.ts';
import type { Tag } from './html-tags.ts';

export interface LoadedScript {
  readonly url: URL;
  readonly nonce: string;
}

export interface FoundTicker {
  /** How it stands in the page, for a person. */
  readonly as: string;
  /** Names as attributes; undefined where they could not be read. */
  readonly attributes: ReadonlyMap<string, string> | undefined;
}

interface FoundFrame {
  readonly url: URL;
  readonly channel: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface Embeds {
  /** `newsline.js`, as often as it is loaded. */
  readonly scripts: readonly LoadedScript[];
  /** `embed.js`, which gives frames their height. */
  readonly frameScripts: readonly LoadedScript[];
  readonly tickers: readonly FoundTicker[];
  readonly frames: readonly FoundFrame[];
  /** Policies in `meta` elements, parted by commas. */
  readonly policy: string;
  /** What stands in `style` elements. */
  readonly style: string;
}

export function findEmbeds(tags: readonly Tag[], page: URL): Embeds {
  const base = urlIn(
    tags.find(({ name, attributes }) => name === 'base' && attributes.has('href')),
    'href',
    page,
  );
  const loaded = (file: string) =>
    tags.flatMap(({ name, attributes }): LoadedScript[] => {
      const url = name === 'script' ? urlOf(attributes.get('src'), base ?? page) : undefined;
      return url?.pathname.endsWith(`/${file}`) ? [{ url, nonce: attributes.get('nonce') ?? '' }] : [];
    });
  return {
    scripts: loaded('newsline.js'),
    frameScripts: loaded('embed.js'),
    tickers: tags.flatMap((tag) => tickerIn(tag) ?? []),
    frames: tags.flatMap((tag): FoundFrame[] => {
      const url = tag.name === 'iframe' ? urlIn(tag, 'src', base ?? page) : undefined;
      const [, channel] = /\/embed\/([^/]+)$/.exec(url?.pathname ?? '') ?? [];
      return url && channel !== undefined ? [{ url, channel, attributes: tag.attributes }] : [];
    }),
    policy: tags
      .filter(
        ({ name, attributes }) =>
          name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy',
      )
      .map(({ attributes }) => attributes.get('content') ?? '')
      .join(','),
    style: tags.flatMap(({ name, text }) => (name === 'style' ? [text] : [])).join('\n'),
  };
}

function tickerIn({ name, attributes, text }: Tag): FoundTicker | undefined {
  if (name === 'news-ticker') return { as: '<news-ticker>', attributes };
  if (name !== 'script') return undefined;
  const classes = (attributes.get('class') ?? '').split(/\s+/);
  if (classes.includes('newsline-ticker')) {
    const fields = attributes.get('type') === 'application/json' ? parseJson(text) : undefined;
    const given = isObject(fields)
      ? new Map(Object.entries(fields).map(([field, value]) => [attributeName(field), String(value)]))
      : undefined;
    return { as: '<script class="newsline-ticker">', attributes: given };
  }
  if (!attributes.has('data-channel') || !/newsline\.js/.test(attributes.get('src') ?? '')) return undefined;
  // Others may have data on the tag too.
  const data = [...attributes]
    .map(([key, value]) => [key.replace(/^data-/, ''), value] as const)
    .filter(([key]) => attributes.has(`data-${key}`) && isTickerAttribute(key));
  return { as: '<script data-channel>', attributes: new Map(data) };
}

const urlIn = (tag: Tag | undefined, attribute: string, base: URL) =>
  urlOf(tag?.attributes.get(attribute), base);
const urlOf = (text: string | undefined, base: URL): URL | undefined =>
  text !== undefined && URL.canParse(text, base.href) ? new URL(text, base) : undefined;
