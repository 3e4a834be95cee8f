/**
 * Ticker stand: the box of a ticker before anything is drawn in it. It has its size from the first moment, so that
 * nothing around it moves later, and shows the page's own list, or grey lines, until there is better.
 */
import type { LayoutName } from '../../src/protocol/ticker-layout.ts';
import { standSheet } from './stand-style.ts';

export interface Stand {
  readonly root: ShadowRoot;
  readonly box: HTMLElement;
  readonly slot: HTMLSlotElement;
  keepSize(asked: { readonly layout: LayoutName; readonly limit: number }): void;
}

/** @param onOwnList the page put a list of its own into the element, or took it out. */
export function raiseStand(root: ShadowRoot, onOwnList: () => void): Stand {
  const box = document.createElement('section');
  const slot = document.createElement('slot');
  const size = new CSSStyleSheet();
  let sizedFor = '';
  box.setAttribute('part', 'ticker');
  box.setAttribute('data-state', 'loading');
  box.append(slot);
  slot.addEventListener('slotchange', onOwnList);
  root.adoptedStyleSheets = [standSheet(), size];
  root.append(box);

  return {
    root,
    box,
    slot,
    keepSize({ layout, limit }) {
      slot.setAttribute('part', root.host.childElementCount > 0 ? 'own' : 'skeleton');
      const asked = `${layout} ${limit}`;
      if (asked === sizedFor) return;
      sizedFor = asked;
      box.setAttribute('data-layout', layout);
      // A list is as high as its lines ask for; the others by the width that they are given.
      const rules =
        layout === 'list' ? `--_height: min(38em, ${limit * 5.75 + 4}em)` : 'container-type: inline-size';
      size.replaceSync(`:host { ${rules} }`);
    },
  };
}
