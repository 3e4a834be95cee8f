/**
 * <news-ticker>: the ticker as an element. Its attributes are its state, all of them live; it follows its channel as
 * long as it stands in a page, and gives what it hears to the show, a part that comes meanwhile. It keeps the ticker's
 * box, and the page's own list in it, until that can draw.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import { TICKER_ATTRIBUTES } from '../../src/protocol/ticker-attributes.ts';
import { type ConnectOptions, connect, type Ticker, type TickerEvents } from './connect.ts';
import { reportListenerError } from './event-hub.ts';
import { loadLayout, relativeTimes, show, speech, wordsFor } from './parts.ts';
import { readAttributes, type TickerAttributes } from './ticker-attributes.ts';
import type { TickerShow } from './ticker-show.ts';
import { raiseStand, type Stand } from './ticker-stand.ts';
import type { OwnWords } from './words.ts';

/** Events of the element; all bubble and leave shadow trees. Cancelling a click keeps the browser where it is. */
export interface NewsTickerEventMap {
  'newsline:headline': CustomEvent<TickerEvents['headline']>;
  'newsline:retraction': CustomEvent<TickerEvents['retraction']>;
  'newsline:status': CustomEvent<TickerEvents['status']>;
  'newsline:click': CustomEvent<{ readonly headline: Headline }>;
}

type Detail<Type extends keyof NewsTickerEventMap> = NewsTickerEventMap[Type]['detail'];

/** Frames are not drawn where nobody sees them: then it is done all the same. */
const FRAME_LIMIT_MS = 100;

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
  #stand: Stand | undefined;
  #show: TickerShow | undefined;
  #ownWords: OwnWords | undefined;
  #headlines: readonly Headline[] = [];
  #timeZone: string | undefined;
  #isLoaded = false;
  #isDue = false;
  #isPaused = false;
  /** The browser put the page away, and may bring it back as it is. */
  #isAway = false;

  readonly #redraw = () => this.#invalidate();

  /** Words of the page in place of ours: one, some, or a whole language of its own. */
  get words(): OwnWords | undefined {
    return this.#ownWords;
  }

  set words(words: OwnWords | undefined) {
    this.#ownWords = words;
    this.#invalidate();
  }

  /** True from `pause()`, or the reader's own pausing, to `resume()`: new headlines wait. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
    this.#show?.silence();
    this.#show?.hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#show?.hold();
  }

  connectedCallback(): void {
    this.#stand ??= raiseStand(this.attachShadow({ mode: 'open' }), this.#redraw);
    for (const [target, type] of this.#pageEvents) target.addEventListener(type, this.#noticePage);
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
      this.#show?.rest();
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
    if (document.hidden) this.#show?.silence();
    this.#invalidate();
  };

  /**
   * Draws with the next frame, once, whatever comes until then: what is published and killed in one breath is never seen.
   *
   * @param isKill cannot wait until the page is seen.
   */
  #invalidate(isKill = false): void {
    if (this.#isDue || this.#isAway || !this.isConnected) return;
    if (document.hidden && this.#show?.isDrawn && !isKill) return;
    this.#isDue = true;
    const update = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#isDue = false;
      if (this.isConnected) this.#update();
    };
    const frame = requestAnimationFrame(update);
    const timer = setTimeout(update, FRAME_LIMIT_MS);
  }

  #update(): void {
    const attributes = readAttributes(this);
    this.#follow(attributes);
    const stand = this.#stand;
    stand?.keepSize(attributes);
    this.#show ??=
      stand &&
      show.get(this.#redraw)?.({
        ...stand,
        element: this,
        parts: { speech, relativeTimes, loadLayout, wordsFor },
        isPaused: () => this.#isPaused,
        onPause: (isPaused) => (isPaused ? this.pause() : this.resume()),
        onClick: (headline, event) => {
          if (!this.#tell('newsline:click', { headline }, true)) event.preventDefault();
        },
        redraw: this.#redraw,
      });
    // Asked for at once: it comes together with the show.
    if (!this.#show) loadLayout(attributes.layout, this.#redraw);
    this.#show?.render({
      attributes,
      ticker: this.#ticker,
      headlines: this.#headlines,
      timeZone: this.#timeZone,
      isLoaded: this.#isLoaded,
      ownWords: this.#ownWords,
    });
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
      this.#isLoaded = false;
      this.#show?.forget();
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
      this.#show?.noteHeadline(event, ticker);
      this.#tell('newsline:headline', event);
    });
    ticker.on('retraction', (event) => {
      this.#show?.noteRetraction(event);
      this.#invalidate(true);
      this.#tell('newsline:retraction', event);
    });
    ticker.on('change', ({ headlines, timeZone }) => {
      this.#headlines = headlines;
      this.#timeZone = timeZone;
      this.#isLoaded = true;
      this.#invalidate();
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
    this.#show?.silence();
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
