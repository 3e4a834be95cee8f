/** The layout that an attribute names; all but the list are loaded when first wanted. */
import { LAYOUTS, type LayoutName, type LayoutPart } from './layouts/layout.ts';
import { listLayout } from './layouts/list-layout.ts';
import { createPart, type Part } from './part.ts';

const parts: Readonly<Record<'rotator', Part<LayoutPart>>> = {
  rotator: createPart(() => import('./layouts/rotator-layout.ts').then(({ rotatorLayout }) => rotatorLayout)),
};

/** @returns the list for a name that is none. */
export const layoutName = (text: string | null): LayoutName =>
  LAYOUTS.find((name) => name === text?.trim().toLowerCase()) ?? 'list';

/** @returns undefined while it is being loaded; the list where it cannot be. */
export function loadLayout(name: LayoutName, onSettled: () => void): LayoutPart | undefined {
  if (name === 'list') return listLayout;
  return parts[name].get(onSettled) ?? (parts[name].isMissing ? listLayout : undefined);
}
