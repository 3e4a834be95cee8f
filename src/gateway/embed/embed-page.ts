/**
 * Embed page: a channel's ticker as a page of its own, for an <iframe>.
 *
 * The list stands in it as plain markup: for readers without scripts, for search engines, and for the element to take
 * over. Whatever a headline says, it stays text. No inline script and no inline style; what is said in JSON is data.
 */
import type { Channel } from '../../domain/channel.ts';
import { clockText, isTimeZone } from '../../domain/time.ts';
import { type Headline, isBreaking, isFlash } from '../../protocol/headline.ts';
import { type Refusal, toProblem } from '../../protocol/refusal.ts';
import { webAddress, withCampaign } from '../../protocol/web-address.ts';
import {
  colourQueryOf,
  type EmbedOptions,
  filterQueryOf,
  queryOf,
  tickerAttributes,
} from './embed-options.ts';
import { type EmbedWords, embedWords, primaryLanguage } from './embed-words.ts';
import { attributesText, escapeMarkup, scriptJson } from './markup.ts';
import { structuredData } from './structured-data.ts';

export interface EmbedView {
  /** Where readers reach the service, without a slash at the end. */
  readonly serviceUrl: string;
  readonly channel: Pick<Channel, 'name' | 'language' | 'timeZone'>;
  readonly options: EmbedOptions;
  /** Newest first. */
  readonly headlines: readonly Headline[];
  /** Patterns of the websites that may show the page. */
  readonly parents: readonly string[];
}

const RIGHT_TO_LEFT = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'];

export function embedTitle({ channel, options }: Pick<EmbedView, 'channel' | 'options'>): string {
  const { heading } = embedWords(options.lang ?? channel.language);
  return options.heading ?? `${heading}: ${channel.name}`;
}

/** The address under which the same page is found again. */
export const embedUrl = ({
  serviceUrl,
  channel,
  options,
}: Omit<EmbedView, 'headlines' | 'parents'>): string =>
  `${serviceUrl}/embed/${channel.name}${queryOf(options)}`;

export function embedPage(view: EmbedView): string {
  const { serviceUrl, channel, options, headlines, parents } = view;
  const { lang = channel.language, theme } = options;
  const title = embedTitle(view);
  const canonical = `${serviceUrl}/embed/${channel.name}${filterQueryOf(options)}`;
  const oEmbed = (format: string) =>
    `${serviceUrl}/oembed?${new URLSearchParams({ url: embedUrl(view), format })}`;
  const ownDirection = options.dir === 'auto' ? undefined : options.dir;
  const direction = ownDirection ?? (RIGHT_TO_LEFT.includes(primaryLanguage(lang)) ? 'rtl' : 'ltr');
  const alternate = (format: string, type: string) =>
    `<link${attributesText([
      ['rel', 'alternate'],
      ['type', type],
      ['href', oEmbed(format)],
      ['title', title],
    ])}>`;
  const zone = options.timeZone;
  const timeZone = zone !== undefined && isTimeZone(zone) ? zone : channel.timeZone;
  const look = { timeZone, words: embedWords(lang), utm: options.utm };
  return `<!doctype html>
<html${attributesText([['lang', lang], ['dir', direction], ...(theme ? [['data-theme', theme] as const] : [])])}>
<head>
<meta charset="utf-8">
<title>${escapeMarkup(title)}</title>
${alternate('json', 'application/json+oembed')}
${alternate('xml', 'text/xml+oembed')}
<link${attributesText([
    ['rel', 'canonical'],
    ['href', canonical],
  ])}>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta${attributesText([
    ['name', 'newsline-parents'],
    ['content', parents.join(' ')],
  ])}>
<base target="_top">
<link rel="icon" href="../mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="${escapeMarkup(`../embed.css${colourQueryOf(options)}`)}">
<script src="../embed-frame.js" defer></script>
<script src="../newsline.js" defer></script>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<news-ticker${attributesText(tickerAttributes(channel.name, options))}>
<ol class="headlines">
${headlines.map((headline) => listItem(headline, look)).join('\n')}
</ol>
</news-ticker>
</main>
<script type="application/ld+json">${scriptJson(structuredData({ name: title, url: canonical }, headlines))}</script>
</body>
</html>
`;
}

/** How all lines of a page are written. */
interface LineLook {
  readonly timeZone: string;
  readonly words: EmbedWords;
  readonly utm: string | undefined;
}

function listItem(headline: Headline, { timeZone, words, utm }: LineLook): string {
  const { id, version, title, language, publishedAt, urgency, url, notice, labels = [] } = headline;
  // A title in Arabic or Hebrew reads from its own side, whichever way the page runs.
  const inItsLanguage = attributesText([
    ['lang', language],
    ['dir', 'auto'],
  ]);
  // Checked when it was posted; looked at again, for stores may be written by others.
  const link = withCampaign(webAddress(url), utm);
  const text =
    link === undefined
      ? `<span class="title"${inItsLanguage}>${escapeMarkup(title)}</span>`
      : `<a class="title" rel="noopener"${attributesText([['href', link]])}${inItsLanguage}>${escapeMarkup(title)}</a>`;
  const place = attributesText([
    ['data-id', id],
    ['data-version', String(version)],
    ['data-urgency', String(urgency)],
  ]);
  const time = `<time${attributesText([
    ['datetime', publishedAt],
    ['title', timeZone],
  ])}>${clockText(publishedAt, timeZone)}</time>`;
  const urgent = isFlash(headline) ? 'flash' : isBreaking(headline) ? 'breaking' : undefined;
  const mark = urgent ? `<strong class="badge ${urgent}">${escapeMarkup(words[urgent])}</strong> ` : '';
  const marks = labels.map(
    (label) => ` <span class="label ${label}">${escapeMarkup(words.labels[label])}</span>`,
  );
  const correction =
    notice === undefined
      ? ''
      : `<p><strong>${escapeMarkup(words.correction)}:</strong> <span${inItsLanguage}>${escapeMarkup(notice)}</span></p>`;
  return `<li${place}><div class="meta">${time}${marks.join('')}</div>${mark}${text}${correction}</li>`;
}

/** Says to the owner of a website, where the ticker would stand, what is wrong. */
export function refusalPage(refusal: Refusal): string {
  const { title, detail, errors = [] } = toProblem(refusal);
  const lines = errors.map(
    ({ field, message }) => `<li><code>${escapeMarkup(field)}</code>: ${escapeMarkup(message)}</li>`,
  );
  const said = lines.length > 0 ? `<ul>${lines.join('')}</ul>` : `<p>${escapeMarkup(detail)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeMarkup(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="../embed.css">
</head>
<body class="page">
<main><h1>${escapeMarkup(title)}</h1>${said}</main>
</body>
</html>
`;
}
