/**
 * Renders one headline as a line of the list. The line lives as long as its headline stands: a correction alters
 * it in place, and leaves what is the same alone, the reader's focus among it.
 */
import { type Headline, isBreaking, isFlash } from '../../src/protocol/headline.ts';
import { webAddress, withCampaign } from '../../src/protocol/web-address.ts';
import { clockText } from './clock-text.ts';
import { makeElement, setAttribute, setChildren, setText } from './quiet-dom.ts';
import type { TimeTexts } from './times/relative-times.ts';
import { type Words, zoneWords } from './words.ts';

export interface HeadlineLine {
  readonly element: HTMLLIElement;
  /** What it was last told to show. */
  readonly headline: Headline | undefined;
  /** @param fold stands under the headline. */
  update(headline: Headline, look: LineLook, fold?: HTMLElement): void;
  /** Takes all words of the headline away, for good; with a notice, says that it was withdrawn and why. */
  clear(words: Words, notice: string | undefined): void;
}

/** How all lines of a ticker are drawn. Another one is made where something of it differs. */
export interface LineLook {
  readonly words: Words;
  /** IANA zone of the times. */
  readonly timeZone: string;
  /** Parameters for the links, as a query; those that do not begin with `utm_` are left out. */
  readonly utm?: string | undefined;
  /** Says how long ago it was; the clock does where missing. */
  readonly relative?: TimeTexts['relative'];
  /** Puts headings of days between the lines; none where missing. */
  readonly withDays?: TimeTexts['withDays'];
}

/** Width and height of the thumbnail's box in the attributes; the style may show it otherwise. */
const THUMBNAIL = { width: '96', height: '64' };

export function createHeadlineLine(onClick: (headline: Headline, event: MouseEvent) => void): HeadlineLine {
  const element = makeElement('li', 'headline');
  const body = makeElement('div', 'body');
  const badge = makeElement('span', 'badge');
  const gap = document.createTextNode(' ');
  const title = makeElement('p', 'title');
  const plainTitle = makeElement('span', 'text');
  const meta = makeElement('p', 'meta');
  const time = makeElement('time', 'time');
  const notice = makeElement('p', 'notice');
  const noticeWord = makeElement('strong', 'notice-word');
  const noticeText = document.createElement('span');
  let link: HTMLAnchorElement | undefined;
  let picture: ReturnType<typeof createPicture> | undefined;
  let shown: readonly unknown[] = [];
  let current: Headline | undefined;

  const createLink = (): HTMLAnchorElement => {
    const anchor = makeElement('a', 'link');
    anchor.rel = 'noopener';
    anchor.addEventListener('click', (event) => current && onClick(current, event));
    return anchor;
  };

  function updateTitle({ title: text, url, language, urgency }: Headline, { words, utm }: LineLook): void {
    const address = withCampaign(webAddress(url), utm);
    if (address !== undefined) link ??= createLink();
    const holder = address !== undefined && link ? link : plainTitle;
    if (holder !== plainTitle) setAttribute(holder, 'href', address);
    setText(holder, text);
    setAttribute(holder, 'lang', language);
    // A title in Arabic or Hebrew reads from its own side, whichever way the page runs.
    setAttribute(holder, 'dir', 'auto');
    const mark = isFlash({ urgency }) ? 'flash' : isBreaking({ urgency }) ? 'breaking' : undefined;
    setAttribute(element, 'part', mark ? `headline ${mark}` : 'headline');
    setAttribute(badge, 'part', `badge ${mark}`);
    setText(badge, mark ? words[mark] : '');
    setChildren(title, mark ? [badge, gap, holder] : [holder]);
  }

  function updateMeta(
    { publishedAt, labels = [] }: Headline,
    { words, timeZone }: LineLook,
    ago: string | undefined,
  ): void {
    const clock = clockText(publishedAt, timeZone);
    const isViewers = clock === clockText(publishedAt, undefined);
    setText(time, ago || clock);
    setAttribute(time, 'datetime', publishedAt);
    setAttribute(time, 'title', isViewers ? clock : `${clock}, ${zoneWords(words, timeZone)}`);
    const badges = [...meta.children].slice(1);
    setChildren(meta, [
      time,
      ...labels.map((label, at) => {
        const node = badges[at] ?? document.createElement('span');
        setAttribute(node, 'part', `label ${label}`);
        setText(node, words.labels[label] ?? '');
        return node;
      }),
    ]);
  }

  function updateNotice({ notice: text, language }: Headline, words: Words): void {
    setText(noticeWord, `${words.correction}: `);
    setText(noticeText, text ?? '');
    setAttribute(noticeText, 'lang', language);
    setAttribute(noticeText, 'dir', 'auto');
  }

  return {
    element,
    get headline() {
      return current;
    },
    update(headline, look, fold) {
      const { words, timeZone, utm } = look;
      const ago = look.relative?.(headline.publishedAt);
      const next = [headline, words, timeZone, utm, fold, ago];
      if (next.every((value, at) => value === shown[at])) return;
      shown = next;
      current = headline;
      updateTitle(headline, look);
      updateMeta(headline, look, ago);
      updateNotice(headline, words);
      setChildren(notice, [noticeWord, noticeText]);
      // The time stands above: whatever a correction makes of the title, it stays where it is.
      setChildren(body, [meta, title, ...(headline.notice ? [notice] : []), ...(fold ? [fold] : [])]);
      const { image } = headline;
      const source = webAddress(image?.url);
      if (picture?.source !== source) picture = source === undefined ? undefined : createPicture(source);
      // The title says it already, in words of its own: a second reading would be noise. [WCAG 1.1.1]
      const isSameText = image?.alt === headline.title;
      picture?.describe(isSameText ? '' : (image?.alt ?? ''));
      setChildren(element, picture ? [picture.box, body] : [body]);
    },
    clear(words, text) {
      shown = [];
      setAttribute(element, 'part', 'headline withdrawn');
      setText(noticeText, text ?? '');
      setText(noticeWord, words.withdrawn + (text ? ': ' : ''));
      setChildren(notice, [noticeWord, noticeText]);
      setChildren(element, text === undefined ? [] : [notice]);
    },
  };
}

/** A picture in a box of fixed size, which stays when the picture does not come. */
function createPicture(source: string) {
  const box = makeElement('div', 'thumbnail');
  const image = makeElement('img', 'image');
  setAttribute(image, 'width', THUMBNAIL.width);
  setAttribute(image, 'height', THUMBNAIL.height);
  image.loading = 'lazy';
  image.decoding = 'async';
  image.addEventListener('error', () => image.remove());
  image.src = source;
  box.append(image);
  return { source, box, describe: (alt: string) => setAttribute(image, 'alt', alt) };
}
