/**
 * Initial list: headlines that a server knew when it rendered the page, as plain content of the element. They are seen
 * before any script has run, and where none runs; the element shows its own list in their place as soon as it has one.
 *
 * They stay React's own nodes: the element neither alters nor removes them. The same input gives the same markup on a
 * server and in a browser.
 */
import { createElement, type ReactElement } from 'react';
import type { Headline } from '../../../src/protocol/headline.ts';
import { webAddress } from '../../../src/protocol/web-address.ts';
import { clockText, firstTimeZone } from '../clock-text.ts';

/** What a server knew: the answer of `GET /v1/channels/{channel}/headlines` as it is, or headlines of one's own. */
export interface InitialHeadlines {
  /** Newest first. */
  readonly headlines: readonly Headline[];
  /** IANA zone of the newsroom. */
  readonly timeZone?: string;
}

/** @param timeZone wanted by the page; else the newsroom's. The viewer's own is not known to a server. */
export function initialList(initial: InitialHeadlines, timeZone: string | undefined): ReactElement {
  const zone = firstTimeZone(timeZone, initial.timeZone);
  return createElement(
    'ol',
    null,
    initial.headlines.map(({ id, title, language, url, publishedAt }) => {
      const address = webAddress(url);
      const look = { lang: language, dir: 'auto' };
      return createElement(
        'li',
        { key: id },
        address === undefined
          ? createElement('span', look, title)
          : createElement('a', { ...look, href: address }, title),
        ' ',
        createElement('time', { dateTime: publishedAt, title: zone }, clockText(publishedAt, zone)),
      );
    }),
  );
}
