/** The layout that an attribute names, with the lines it draws: parts that are loaded when first wanted. */
import { LAYOUTS, type LayoutName, type LayoutPart } from './layouts/layout.ts';
import type { Lines } from './lines.ts';
import { createPart } from './part.ts';

export interface Drawing {
  readonly layout: LayoutPart;
  readonly lines: Lines;
}

const lines = createPart(() => import('./lines.ts').then((part) => part.lines));
const layouts = {
  list: createPart(() => import('./layouts/list-layout.ts').then(({ listLayout }) => listLayout)),
  marquee: createPart(() => import('./layouts/marquee-layout.ts').then(({ marqueeLayout }) => marqueeLayout)),
  rotator: createPart(() => import('./layouts/rotator-layout.ts').then(({ rotatorLayout }) => rotatorLayout)),
  banner: createPart(() => import('./layouts/banner-layout.ts').then(({ bannerLayout }) => bannerLayout)),
};

/** @returns the list for a name that is none. */
export const layoutName = (text: string | null): LayoutName =>
  LAYOUTS.find((name) => name === text?.trim().toLowerCase()) ?? 'list';

/** @returns undefined while it is on its way; the list in place of one that does not come. */
export function loadLayout(name: LayoutName, onSettled: () => void): Drawing | undefined {
  const drawn = lines.get(onSettled);
  const wanted = layouts[name].get(onSettled);
  const layout = wanted ?? (layouts[name].isMissing ? layouts.list.get(onSettled) : undefined);
  return drawn && layout && { layout, lines: drawn };
}
