/**
 * Banner layout: breaking news alone, the latest of it, in one strip. At most one headline is ever in it.
 *
 * Who has seen it can put it away; the next headline, or a correction of this one, brings the strip back. Its place on
 * the page stays, so that nothing moves when news break.
 */
import { isFlash } from '../../../src/protocol/headline.ts';
import { bannerStyle } from './banner-style.ts';
import type { Layout, LayoutPart, LayoutState, Stage } from './layout.ts';

function createBanner({ root, dom, createLine, redraw, focusControl }: Stage): Layout {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const list = makeElement('ol', 'list');
  const hide = makeElement('button', 'hide');
  let line = createLine();
  let shownId: string | undefined;
  let shownVersion = 0;
  /** What the reader has put away, by id and version. */
  let hidden: string | undefined;

  list.setAttribute('role', 'list');
  hide.type = 'button';
  hide.addEventListener('click', () => {
    hidden = `${shownId} ${shownVersion}`;
    redraw();
    focusControl();
  });

  return {
    element: list,
    controls: [hide],
    render({ headlines: [latest], look }: LayoutState) {
      const shown = latest && `${latest.id} ${latest.version}` !== hidden ? latest : undefined;
      // Words of another length would move those that stand: a line of their own, unless the reader is on this one.
      const isAltered = shown?.version !== shownVersion && !list.contains(root.activeElement);
      if (shown?.id !== shownId || isAltered) line = createLine();
      shownId = shown?.id;
      shownVersion = shown?.version ?? 0;
      setText(hide, look.words.hide);
      setAttribute(hide, 'disabled', shown ? undefined : '');
      setAttribute(list, 'data-urgency', shown && (isFlash(shown) ? 'flash' : 'breaking'));
      if (shown) line.update(shown, look);
      setChildren(list, shown ? [line.element] : []);
    },
    toStart() {},
    dispose() {},
  };
}

export const bannerLayout: LayoutPart = { style: bannerStyle, create: createBanner };
