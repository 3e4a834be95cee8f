/**
 * <news-ticker>: the ticker as an element. Its attributes are its state, all of them live; it draws once for each
 * turn of the event loop, whatever came in it, and follows its channel as long as it stands in a page.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import { TICKER_ATTRIBUTES } from '../../src/protocol/ticker-attributes.ts';
import type { Announcer } from './announcer.ts';
import { clockText, firstTimeZone } from './clock-text.ts';
import { type ConnectOptions, connect, type Ticker, type TickerEvents } from './connect.ts';
import { reportListenerError } from './event-hub.ts';
import { foldFollowUps } from './follow-ups.ts';
import { heldList } from './held-list.ts';
import { loadLayout } from './load-layout.ts';
import { relativeTimes } from './load-times.ts';
import { wordsFor } from './load-words.ts';
import { nearestLanguage, watchLanguage } from './page-language.ts';
import { createPart } from './part.ts';
import * as dom from './quiet-dom.ts';
import { readAttributes, type TickerAttributes } from './ticker-attributes.ts';
import { createTickerFrame, type TickerFrame } from './ticker-frame.ts';
import type { RelativeTimes, TimeTexts } from './times/relative-times.ts';
import { english, type OwnWords, type Words, withOwnWords, zoneWords } from './words.ts';

/** Events of the element; all bubble and leave shadow trees. Cancelling a click keeps the browser where it is. */
export interface NewsTickerEventMap {
  'newsline:headline': CustomEvent<TickerEvents['headline']>;
  'newsline:retraction': CustomEvent<TickerEvents['retraction']>;
  'newsline:status': CustomEvent<TickerEvents['status']>;
  'newsline:click': CustomEvent<{ readonly headline: Headline }>;
}

type Detail<Type extends keyof NewsTickerEventMap> = NewsTickerEventMap[Type]['detail'];

const speech = createPart(() => import('./speech.ts').then(({ createSpeech }) => createSpeech));

/** How long a site that asked for it tells what was taken away, and of how many. */
const NOTICE_MS = 20_000;
const NOTICE_LIMIT = 20;

/** Server-side rendering imports this too, where there are no elements. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class NewsTickerElement extends Base {
  static readonly observedAttributes = TICKER_ATTRIBUTES;
  /** Base of the service where no `src` says so; the page's origin where undefined. */
  static defaultSource: string | undefined;

  #ticker: Ticker | undefined;
  /** What the connection rests on; another key means another connection. */
  #key = '';
  /** Whose lines are on show: a channel and its filter. */
  #source = '';
  #frame: TickerFrame | undefined;
  /** What is said: undefined until the words of the language around it have come. */
  #words: Words | undefined;
  /** The words before the page's own took their places; undefined where these are to be merged anew. */
  #plainWords: Words | undefined;
  #ownWords: OwnWords | undefined;
  #times: RelativeTimes | undefined;
  #stopWatching: (() => void) | undefined;
  #headlines: readonly Headline[] = [];
  #timeZone: string | undefined;
  #isLoaded = false;
  /** What is loaded stands on the page. */
  #isDrawn = false;
  #isDue = false;
  /** Lines that come now come one by one, not as part of a whole list. */
  #isLive = false;
  #isPaused = false;
  #isReading = false;
  /** What is on show while new headlines wait. */
  #held: readonly Headline[] | undefined;
  /** Taken away, and told of for a while. */
  readonly #withdrawn = new Map<string, string>();
  #announcer: Announcer | undefined;
  /** The browser put the page away, and may bring it back as it is. */
  #isAway = false;

  readonly #redraw = () => this.#invalidate();

  /** Words of the page in place of ours: one, some, or a whole language of its own. */
  get words(): OwnWords | undefined {
    return this.#ownWords;
  }

  set words(words: OwnWords | undefined) {
    this.#ownWords = words;
    this.#plainWords = undefined;
    this.#invalidate();
  }

  /** True from `pause()`, or the reader's own pausing, to `resume()`: new headlines wait. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
    this.#announcer?.silence();
    this.#hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#hold();
  }

  connectedCallback(): void {
    this.#frame ??= this.#createFrame();
    for (const [target, type] of this.#pageEvents) target.addEventListener(type, this.#noticePage);
    this.#stopWatching ??= watchLanguage(this.#redraw);
    // Words that the page gave before its element was one hide the property that takes them.
    const early = Object.getOwnPropertyDescriptor(this, 'words');
    if (early && Reflect.deleteProperty(this, 'words')) this.words = early.value;
    this.#update();
  }

  disconnectedCallback(): void {
    // Moving an element takes it out and puts it in again at once: only who stays out is let go.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#disconnect();
      for (const [target, type] of this.#pageEvents) target.removeEventListener(type, this.#noticePage);
      this.#stopTimes();
      this.#stopWatching?.();
      this.#stopWatching = undefined;
    });
  }

  attributeChangedCallback(): void {
    this.#invalidate();
  }

  get #pageEvents() {
    return [
      [document, 'visibilitychange'],
      [window, 'pagehide'],
      [window, 'pageshow'],
    ] as const;
  }

  /** A page that nobody sees is silent, and drawn again when it is seen. Connections would keep it from being kept. */
  readonly #noticePage = ({ type }: Event): void => {
    if (type === 'pagehide') this.#isAway = true;
    if (type === 'pageshow') this.#isAway = false;
    if (this.#isAway) this.#disconnect();
    if (document.hidden) this.#announcer?.silence();
    this.#invalidate();
  };

  #createFrame(): TickerFrame {
    return createTickerFrame(this.attachShadow({ mode: 'open' }), {
      onPause: () => (this.isPaused ? this.resume() : this.pause()),
      onTakeOver: () => this.pause(),
      onReading: (isReading) => {
        this.#isReading = isReading;
        this.#hold();
      },
      onShowNew: () => {
        this.#held = undefined;
        this.#isLive = true;
        this.#hold();
      },
      onClick: (headline, event) => {
        if (!this.#tell('newsline:click', { headline }, true)) event.preventDefault();
      },
      onDue: this.#redraw,
    });
  }

  /** Keeps on show what is on show, or lets what waits come, as the reader has it. */
  #hold(): void {
    if (this.#isPaused || this.#isReading) {
      if (this.#isLoaded) this.#held ??= this.#headlines;
    } else if (this.#held) {
      this.#held = undefined;
      this.#isLive = true;
    }
    this.#invalidate();
  }

  /** @param isKill cannot wait until the page is seen. */
  #invalidate(isKill = false): void {
    if (this.#isDue || this.#isAway || !this.isConnected) return;
    if (document.hidden && this.#isDrawn && !isKill) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#update();
    });
  }

  #update(): void {
    const attributes = readAttributes(this);
    this.#chooseWords();
    this.#follow(attributes);
    this.#draw(attributes);
  }

  /** Those before stay until the others have come. */
  #chooseWords(): void {
    const words = wordsFor(nearestLanguage(this), this.#redraw);
    if (!words || words === this.#plainWords) return;
    this.#plainWords = words;
    this.#words = withOwnWords(words, this.#ownWords);
  }

  /** @returns undefined while they are on their way; without `relative`, the clock where they are not wanted or do not come. */
  #timeTexts({ isRelative, hasDays }: TickerAttributes, timeZone: string): Partial<TimeTexts> | undefined {
    if (!isRelative && !hasDays) {
      this.#stopTimes();
      return {};
    }
    this.#times ??= relativeTimes.get(this.#redraw)?.({ refresh: this.#redraw, dom });
    if (!this.#times) return relativeTimes.isMissing ? {} : undefined;
    const { relative, withDays } = this.#times.at({ now: this.#now, timeZone, words: this.#words?.times });
    return { ...(isRelative && { relative }), ...(hasDays && { withDays }) };
  }

  #stopTimes(): void {
    this.#times?.stop();
    this.#times = undefined;
  }

  get #now(): number {
    return this.#ticker?.now() ?? Date.now();
  }

  /** Connects, unless the connection at hand is the one that the attributes ask for. */
  #follow({ channel, url = NewsTickerElement.defaultSource, filter, limit }: TickerAttributes): void {
    const source = JSON.stringify([channel, url, filter]);
    const key = `${limit} ${source}`;
    if (key === this.#key) return;
    this.#disconnect();
    this.#key = key;
    if (source !== this.#source) {
      this.#source = source;
      // Lines of one channel must not stand under the name of another.
      this.#headlines = [];
      this.#held = undefined;
      this.#isLoaded = false;
      this.#isDrawn = false;
    }
    if (channel)
      this.#connect({ channel, filter, last: limit, share: true, ...(url !== undefined && { url }) });
  }

  #connect(options: ConnectOptions): void {
    let ticker: Ticker;
    try {
      ticker = connect(options);
    } catch (error) {
      // Attributes that cannot work, as no address on a page that has none itself: said on the page and the console.
      reportListenerError(error);
      return;
    }
    this.#ticker = ticker;
    ticker.on('headline', (event) => {
      const { change, headline } = event;
      const isShown = ticker.headlines.includes(headline);
      if (this.#held && change === 'corrected') {
        this.#held = this.#held.map((held) => (held.id === headline.id ? headline : held));
      }
      if (change === 'published') this.#announce(headline);
      this.#isLive = isShown && !document.hidden;
      this.#tell('newsline:headline', event);
    });
    ticker.on('retraction', (event) => {
      this.#held = this.#held?.filter(({ id }) => id !== event.id);
      this.#announcer?.forget(event.id);
      this.#withdraw(event);
      this.#invalidate(true);
      this.#tell('newsline:retraction', event);
    });
    ticker.on('change', ({ headlines, timeZone }) => {
      this.#headlines = headlines;
      this.#timeZone = timeZone;
      this.#isLoaded = true;
      this.#hold();
    });
    ticker.on('status', (event) => {
      this.#invalidate();
      this.#tell('newsline:status', event);
    });
  }

  #disconnect(): void {
    this.#ticker?.close();
    this.#ticker = undefined;
    this.#key = '';
    this.#announcer?.silence();
  }

  /** Says it, unless nobody wants to hear, or it is gone by the time that there is a voice. */
  #announce(headline: Headline): void {
    const isWanted = !this.#isPaused && !document.hidden;
    if (!isWanted || !this.#ticker?.headlines.includes(headline) || !this.#frame) return;
    this.#announcer ??= speech.get(() => this.#announce(headline))?.(
      this.#frame,
      () => this.#words ?? english,
    );
    this.#announcer?.announce(headline);
  }

  #withdraw({ id, notice = '' }: TickerEvents['retraction']): void {
    if (!readAttributes(this).hasNotices || this.#withdrawn.size >= NOTICE_LIMIT) return;
    this.#withdrawn.set(id, notice);
    setTimeout(() => {
      this.#withdrawn.delete(id);
      this.#invalidate();
    }, NOTICE_MS);
  }

  #draw(attributes: TickerAttributes): void {
    const { layout, limit, heading, moreUrl, utm } = attributes;
    const words = this.#words ?? english;
    const timeZone = firstTimeZone(attributes.timeZone, this.#timeZone);
    const texts = this.#timeTexts(attributes, timeZone);
    const isLive = this.#isLive;
    this.#isLive = false;
    const held = this.#held && heldList(this.#held, this.#headlines, limit);
    if (held) this.#held = held.shown;
    if (this.#isLoaded && !this.#isDrawn) speech.get(() => {});
    this.#isDrawn = this.#isLoaded;
    this.#frame?.render({
      ...foldFollowUps(held?.shown ?? this.#headlines),
      look: { words, timeZone, utm, ...texts },
      withdrawn: this.#withdrawn,
      hasWords: this.#words !== undefined,
      zone: attributes.hasZoneLabel ? this.#zoneLabel(words, timeZone) : '',
      isPaused: this.#isPaused,
      isHeld: held !== undefined,
      isReading: this.#isReading,
      isLive,
      isLoaded: this.#isLoaded && this.#words !== undefined && texts !== undefined,
      layout,
      drawing: loadLayout(layout, this.#redraw),
      limit,
      heading,
      moreUrl,
      status: this.#ticker?.status ?? 'refused',
      waiting: held?.waiting ?? 0,
    });
  }

  /** Empty where the viewer's clock shows the same, and until the newsroom's zone is known. */
  #zoneLabel(words: Words, timeZone: string): string {
    const now = new Date(this.#now).toISOString();
    const isViewers = clockText(now, timeZone) === clockText(now, undefined);
    return isViewers || this.#timeZone === undefined ? '' : zoneWords(words, timeZone);
  }

  /** @returns false where a listener cancelled it. */
  #tell<Type extends keyof NewsTickerEventMap>(
    type: Type,
    detail: Detail<Type>,
    cancelable = false,
  ): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }
}
