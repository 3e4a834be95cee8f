/**
 * Ticker layouts: what each shows where nothing else is asked for. One rule for the element and for the embed page,
 * which writes what the element will show.
 */
export const LAYOUTS = ['list', 'marquee', 'rotator', 'banner'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

/** @returns headlines. */
export const defaultLimit = (layout: LayoutName): number => (layout === 'list' ? 20 : 10);

/** @returns a banner shows breaking news alone; undefined where all is shown. [IPTC urgency] */
export const defaultMaxUrgency = (layout: LayoutName): number | undefined =>
  layout === 'banner' ? 3 : undefined;
