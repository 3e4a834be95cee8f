/** Ticker attributes: what the attributes of <news-ticker> ask for, read with their defaults and limits. */
import type { Filter } from '../../src/protocol/filter.ts';
import {
  defaultLimit,
  defaultMaxUrgency,
  LAYOUTS,
  type LayoutName,
} from '../../src/protocol/ticker-layout.ts';
import { webAddress } from '../../src/protocol/web-address.ts';

export interface TickerAttributes {
  readonly channel: string | undefined;
  /** Base of the service; undefined where the attribute is missing or no address. */
  readonly url: string | undefined;
  readonly layout: LayoutName;
  /** 1 to 100. @default 20; of layouts that show one at a time, 10 */
  readonly limit: number;
  readonly filter: Filter;
  /** IANA zone; undefined where the newsroom's is wanted. */
  readonly timeZone: string | undefined;
  /** How long ago it was, not what the clock showed. */
  readonly isRelative: boolean;
  readonly hasDays: boolean;
  /** Say whose clock the times are of, where it is not the viewer's. */
  readonly hasZoneLabel: boolean;
  readonly heading: string | undefined;
  readonly moreUrl: string | undefined;
  /** Parameters for the links. */
  readonly utm: string | undefined;
  /** What is taken away is told of for a while. */
  readonly hasNotices: boolean;
}

/** @returns the list for a name that is none. */
const layoutName = (text: string | undefined): LayoutName =>
  LAYOUTS.find((name) => name === text?.toLowerCase()) ?? 'list';

export function readAttributes(element: Element): TickerAttributes {
  const read = (name: string) => element.getAttribute(name)?.trim() || undefined;
  const list = (name: string) => {
    const names = read(name)?.split(',') ?? [];
    const given = names.map((one) => one.trim()).filter((one) => one !== '');
    return given.length > 0 ? given : undefined;
  };
  const whole = (name: string, least: number, most: number, otherwise: number | undefined) => {
    const value = Number.parseInt(read(name) ?? '', 10);
    return Number.isNaN(value) ? otherwise : Math.min(most, Math.max(least, value));
  };
  const layout = layoutName(read('layout'));
  const [section, language, tag] = ['section', 'language', 'tag'].map(list);
  const maxUrgency = whole('max-urgency', 1, 9, defaultMaxUrgency(layout));
  const zone = read('time-zone');
  return {
    channel: read('channel'),
    url: webAddress(read('src'), document.baseURI),
    layout,
    limit: whole('limit', 1, 100, undefined) ?? defaultLimit(layout),
    filter: {
      ...(section && { section }),
      ...(language && { language }),
      ...(tag && { tag }),
      ...(maxUrgency !== undefined && { maxUrgency }),
    },
    timeZone: zone === 'viewer' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone,
    isRelative: read('times')?.toLowerCase() === 'relative',
    hasDays: layout === 'list' && element.hasAttribute('days'),
    hasZoneLabel: element.hasAttribute('zone-label'),
    heading: read('heading'),
    moreUrl: webAddress(read('more-url'), document.baseURI),
    utm: read('utm'),
    hasNotices: read('retractions') === 'notice',
  };
}
