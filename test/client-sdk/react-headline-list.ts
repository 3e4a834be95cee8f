/** A component of a site that draws for itself: the ids of a channel's headlines. */
import { createElement } from 'react';
import { useHeadlines } from '../../client-sdk/src/react.ts';

export function ReactHeadlineList({ channel, id }: { readonly channel: string; readonly id: string }) {
  const { headlines, status } = useHeadlines({ channel, last: 5 });
  const items = headlines.map((headline) => createElement('li', { key: headline.id }, headline.id));
  return createElement('ul', { id, 'data-status': status }, items);
}
