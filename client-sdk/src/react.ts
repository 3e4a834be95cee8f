'use client';
/**
 * The door of `@newsline/client/react`: <NewsTicker>, and `useHeadlines` for sites that draw for themselves.
 * For React 18 and 19. Importing it touches nothing of a page, so that servers render it too.
 */
export type { InitialHeadlines } from './react/initial-list.ts';
export { NewsTicker, type NewsTickerProps } from './react/news-ticker-component.ts';
export { type HeadlinesState, type UseHeadlinesOptions, useHeadlines } from './react/use-headlines.ts';
