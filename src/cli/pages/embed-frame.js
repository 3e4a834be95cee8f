/**
 * Embed frame: runs in the embed page, before the element does.
 *
 * Tells the page around it how high the list is, so that no second scroll bar is needed. It tells no one else: it
 * answers only who asks (embed.js), is its parent, and stands at an origin that the channel allows.
 */
import { matchesOrigin } from '../../protocol/origin-pattern.ts';

/** How often a list that cannot be live is fetched anew. */
const RELOAD_MS = 60_000;

const allowed = (document.querySelector('meta[name="newsline-parents"]')?.content ?? '')
  .split(' ')
  .filter((pattern) => pattern !== '');

// A sandbox without allow-same-origin takes the page's origin away, and with it the right to read a channel that is not
// open to all. The list that came with the page is then better than an element that may not connect.
if (self.origin === 'null' && !allowed.includes('*')) standStill();

let parentOrigin;
let told;
addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || parent === self || data?.newsline !== 'resize') return;
  if (origin === 'null' || (origin !== location.origin && !matchesOrigin(origin, allowed))) return;
  parentOrigin = origin;
  told = undefined;
  tellHeight();
});
new ResizeObserver(tellHeight).observe(document.body);

function tellHeight() {
  if (parentOrigin === undefined) return;
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  if (height === told) return;
  told = height;
  parent.postMessage({ newsline: 'height', height }, parentOrigin);
}

function standStill() {
  const ticker = document.querySelector('news-ticker');
  ticker?.replaceWith(...ticker.childNodes);
  setInterval(() => {
    const isRead = document.hidden || document.querySelector('a:focus, ol:hover');
    if (!isRead) location.reload();
  }, RELOAD_MS);
}
