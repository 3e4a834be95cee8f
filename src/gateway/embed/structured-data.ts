/** Structured data: the list as search engines read it. [schema.org ItemList, NewsArticle, LiveBlogPosting] */
import type { Headline } from '../../protocol/headline.ts';

export interface ListDescription {
  readonly name: string;
  readonly url: string;
}

/** @param headlines newest first. */
export function structuredData({ name, url }: ListDescription, headlines: readonly Headline[]): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'ItemList',
    name,
    url,
    itemListOrder: 'https://schema.org/ItemListOrderDescending',
    numberOfItems: headlines.length,
    itemListElement: headlines.map((headline, at) => ({
      '@type': 'ListItem',
      position: at + 1,
      item: articleOf(headline),
    })),
  };
}

function articleOf(headline: Headline): object {
  const { title, language, url, publishedAt, updatedAt, section, tags, image, source, byline } = headline;
  const { summary, notice, labels = [] } = headline;
  return {
    '@type': labels.includes('live') ? 'LiveBlogPosting' : 'NewsArticle',
    headline: title,
    inLanguage: language,
    datePublished: publishedAt,
    dateModified: updatedAt,
    ...(url !== undefined && { url }),
    ...(section !== undefined && { articleSection: section }),
    ...(tags && { keywords: tags }),
    ...(image && {
      image: { '@type': 'ImageObject', url: image.url, width: image.width, height: image.height },
    }),
    ...(source !== undefined && { publisher: { '@type': 'Organization', name: source } }),
    ...(byline !== undefined && { author: { '@type': 'Person', name: byline } }),
    ...(summary !== undefined && { description: summary }),
    ...(notice !== undefined && { correction: { '@type': 'CorrectionComment', text: notice } }),
    ...(labels.includes('live') && {
      coverageStartTime: publishedAt,
      liveBlogUpdate: [{ '@type': 'BlogPosting', headline: title, datePublished: updatedAt }],
    }),
  };
}
