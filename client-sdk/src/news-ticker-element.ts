/**
 * <news-ticker>: the ticker as an element. Its attributes are its state, all of them live; it draws once for each
 * turn of the event loop, whatever came in it, and follows its channel as long as it stands in a page.
 */
import type { Filter } from '../../src/protocol/filter.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { createAnnouncer } from './announcer.ts';
import { firstTimeZone } from './clock-text.ts';
import { type ConnectOptions, connect, type Ticker, type TickerEvents } from './connect.ts';
import { reportListenerError } from './event-hub.ts';
import { heldList } from './held-list.ts';
import { wordsFor } from './load-words.ts';
import { sheetForRows, tickerSheet } from './news-ticker-style.ts';
import { webAddress } from './quiet-dom.ts';
import { createTickerView, type TickerView } from './ticker-view.ts';
import { english, nearestLanguage, type Words } from './words.ts';

/** Events of the element; all bubble and leave shadow trees. Cancelling a click keeps the browser where it is. */
export interface NewsTickerEventMap {
  'newsline:headline': CustomEvent<TickerEvents['headline']>;
  'newsline:retraction': CustomEvent<TickerEvents['retraction']>;
  'newsline:status': CustomEvent<TickerEvents['status']>;
  'newsline:click': CustomEvent<{ readonly headline: Headline }>;
}

type Detail<Type extends keyof NewsTickerEventMap> = NewsTickerEventMap[Type]['detail'];

/** Server-side rendering imports this too, where there are no elements. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class NewsTickerElement extends Base {
  static readonly observedAttributes: readonly string[] = [
    'channel',
    'src',
    'limit',
    'section',
    'language',
    'time-zone',
    'more-url',
    'heading',
    'lang',
  ];
  /** Base of the service where no `src` says so; the page's origin where undefined. */
  static defaultSource: string | undefined;

  #ticker: Ticker | undefined;
  /** What the connection rests on; another key means another connection. */
  #key = '';
  #view: TickerView | undefined;
  #rows: CSSStyleSheet | undefined;
  #words: Words = english;
  #headlines: readonly Headline[] = [];
  #timeZone: string | undefined;
  #isLoaded = false;
  #isDue = false;
  /** Lines that come now come one by one, not as part of a whole list. */
  #isLive = false;
  /** What was on show when the reader paused. */
  #held: readonly Headline[] | undefined;
  readonly #announcer = createAnnouncer({
    polite: (announcement) => this.#view?.announce(announcement, this.#words),
    urgent: (flash) => this.#view?.alert(flash, this.#words),
  });

  /** True while new headlines wait for the reader. */
  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  pause(): void {
    this.#held ??= this.#headlines;
    this.#announcer.silence();
    this.#invalidate();
  }

  resume(): void {
    this.#isLive ||= this.isPaused;
    this.#held = undefined;
    this.#invalidate();
  }

  connectedCallback(): void {
    this.#view ??= this.#createView();
    this.#update();
  }

  disconnectedCallback(): void {
    // Moving an element takes it out and puts it in again at once: only who stays out is let go.
    queueMicrotask(() => {
      if (!this.isConnected) this.#disconnect();
    });
  }

  attributeChangedCallback(): void {
    this.#invalidate();
  }

  #createView(): TickerView {
    const root = this.attachShadow({ mode: 'open' });
    this.#rows = new CSSStyleSheet();
    root.adoptedStyleSheets = [tickerSheet(), this.#rows];
    return createTickerView(root, {
      onPause: () => (this.isPaused ? this.resume() : this.pause()),
      onClick: (headline, event) => {
        if (!this.#tell('newsline:click', { headline }, true)) event.preventDefault();
      },
    });
  }

  #invalidate(): void {
    if (this.#isDue || !this.isConnected) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#update();
    });
  }

  #update(): void {
    this.#words = wordsFor(nearestLanguage(this), () => this.#invalidate()) ?? this.#words;
    this.#follow();
    this.#draw();
  }

  /** Connects, unless the connection at hand is the one that the attributes ask for. */
  #follow(): void {
    const channel = this.getAttribute('channel');
    const url = webAddress(this.getAttribute('src'), document.baseURI) ?? NewsTickerElement.defaultSource;
    const filter = this.#filter;
    const source = JSON.stringify([channel, url, filter]);
    const key = `${this.#limit} ${source}`;
    if (key === this.#key) return;
    const isOtherSource = !this.#key.endsWith(` ${source}`);
    this.#disconnect();
    this.#key = key;
    this.#rows?.replaceSync(sheetForRows(this.#limit));
    if (isOtherSource) {
      // Lines of one channel must not stand under the name of another.
      this.#headlines = [];
      this.#held = undefined;
      this.#isLoaded = false;
    }
    if (channel) this.#connect({ channel, filter, ...(url !== undefined && { url }) });
  }

  #connect(options: Pick<ConnectOptions, 'channel' | 'url' | 'filter'>): void {
    let ticker: Ticker;
    try {
      ticker = connect({ ...options, last: this.#limit });
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
      if (change === 'published' && isShown && !this.isPaused) this.#announcer.announce(headline);
      this.#isLive = isShown;
      this.#tell('newsline:headline', event);
    });
    ticker.on('retraction', (event) => {
      this.#held = this.#held?.filter(({ id }) => id !== event.id);
      this.#announcer.forget(event.id);
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
    this.#announcer.silence();
  }

  #draw(): void {
    const isLive = this.#isLive;
    this.#isLive = false;
    const held = this.#held && heldList(this.#held, this.#headlines, this.#limit);
    if (held) this.#held = held.shown;
    const zone = this.getAttribute('time-zone');
    const viewerZone = zone === 'viewer' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
    this.#view?.render(
      {
        headlines: held?.shown ?? this.#headlines,
        isLoaded: this.#isLoaded,
        words: this.#words,
        timeZone: firstTimeZone(viewerZone, this.#timeZone),
        heading: this.getAttribute('heading') ?? undefined,
        moreUrl: webAddress(this.getAttribute('more-url'), document.baseURI),
        status: this.#ticker?.status ?? 'refused',
        isPaused: this.isPaused,
        waiting: held?.waiting ?? 0,
      },
      isLive,
    );
  }

  get #filter(): Filter {
    const section = listIn(this.getAttribute('section'));
    const language = listIn(this.getAttribute('language'));
    return { ...(section && { section }), ...(language && { language }) };
  }

  get #limit(): number {
    const limit = Number.parseInt(this.getAttribute('limit') ?? '', 10);
    return Number.isNaN(limit) ? 20 : Math.min(100, Math.max(1, limit));
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

/** Names parted by commas; undefined where there are none. */
function listIn(text: string | null): readonly string[] | undefined {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return given.length > 0 ? given : undefined;
}
