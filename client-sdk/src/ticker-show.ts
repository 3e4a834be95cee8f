/**
 * Ticker show: what a reader sees and hears of a ticker, and what the reader's attention holds back. It is given the
 * list as it stands and knows nothing of connections.
 */
import type { Headline } from '../../src/protocol/headline.ts';
import type { LayoutName } from '../../src/protocol/ticker-layout.ts';
import type { Announcer } from './announcer.ts';
import { clockText, firstTimeZone } from './clock-text.ts';
import type { Ticker, TickerEvents } from './connect.ts';
import { foldFollowUps } from './follow-ups.ts';
import { type HeldList, holdList, nextExpiryMs, replaceHeld, updateHeldList } from './held-list.ts';
import type { LayoutPart } from './layouts/layout.ts';
import { nearestLanguage, watchLanguage } from './page-language.ts';
import type { Part } from './part.ts';
import * as dom from './quiet-dom.ts';
import type { createSpeech } from './speech.ts';
import type { TickerAttributes } from './ticker-attributes.ts';
import { createTickerFrame, type FrameHost } from './ticker-frame.ts';
import type { createRelativeTimes, RelativeTimes, TimeTexts } from './times/relative-times.ts';
import { english, type OwnWords, type Words, withOwnWords, zoneWords } from './words.ts';

/** How long a site that asked for it tells what was taken away, and of how many. */
const NOTICE_MS = 20_000;
const NOTICE_LIMIT = 20;
/** Headlines that wait for the part which speaks; of more, the first. */
const UNSAID_LIMIT = 99;
/** What is held expires by the timer at the latest then: timers beyond a month wrap around. */
const EXPIRY_CHECK_LIMIT_MS = 3_600_000;

/** What the show loads in its turn; see parts.ts. */
interface ShowParts {
  readonly speech: Part<typeof createSpeech>;
  readonly relativeTimes: Part<typeof createRelativeTimes>;
  loadLayout(name: LayoutName, onSettled: () => void): LayoutPart | undefined;
  wordsFor(language: string, english: Words, onSettled: () => void): Words | undefined;
}

/** The element, as the show sees it. */
export interface ShowHost extends FrameHost {
  readonly element: HTMLElement;
  /** Handed over: a part has no state of the core. */
  readonly parts: ShowParts;
  readonly isPaused: () => boolean;
  readonly onPause: (isPaused: boolean) => void;
}

interface ShowState {
  readonly attributes: TickerAttributes;
  /** Undefined where there is no connection. */
  readonly ticker: Ticker | undefined;
  readonly headlines: readonly Headline[];
  /** IANA zone of the newsroom, once known. */
  readonly timeZone: string | undefined;
  /** False until the first list came. */
  readonly isLoaded: boolean;
  readonly ownWords: OwnWords | undefined;
}

export interface TickerShow {
  /** What is loaded stands on the page. */
  readonly isDrawn: boolean;
  render(state: ShowState): void;
  /** Keeps on show what is on show, or lets what waits come, as the reader has it. */
  hold(): void;
  /** Another channel: nothing of the one before stays. */
  forget(): void;
  noteHeadline(event: TickerEvents['headline'], ticker: Ticker): void;
  noteRetraction(event: TickerEvents['retraction']): void;
  silence(): void;
  /** Lets go of timers and observers, until it renders again. */
  rest(): void;
}

export function createTickerShow(host: ShowHost): TickerShow {
  const { element, parts, redraw } = host;
  let state: ShowState | undefined;
  /** What is said: undefined until the words of the language around it have come. */
  let words: Words | undefined;
  /** What `words` was made of. */
  let saidBefore: readonly unknown[] = [];
  let times: RelativeTimes | undefined;
  let announcer: Announcer | undefined;
  let stopWatching: (() => void) | undefined;
  let isDrawn = false;
  let isReading = false;
  /** Lines that come now come one by one, not as part of a whole list. */
  let isLive = false;
  /** What is on show while new headlines wait. */
  let held: HeldList | undefined;
  let expiryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Ids of what came before there was a voice. */
  const unsaid = new Set<string>();
  /** Taken away, and told of for a while. */
  const withdrawn = new Map<string, string>();

  const frame = createTickerFrame(host, {
    onPause: () => host.onPause(!host.isPaused()),
    onTakeOver: () => host.onPause(true),
    onReading(isNow) {
      isReading = isNow;
      hold();
    },
    onShowNew() {
      held = undefined;
      isLive = true;
      hold();
    },
  });

  function hold(): void {
    if (host.isPaused() || isReading) {
      if (state?.isLoaded) held ??= holdList(state.headlines);
    } else if (held) {
      held = undefined;
      isLive = true;
    }
    redraw();
  }

  /** Those before stay until the others have come. */
  function chooseWords(own: OwnWords | undefined): void {
    const plain = parts.wordsFor(nearestLanguage(element), english, redraw);
    const said = [plain, own];
    if (!plain || said.every((part, at) => part === saidBefore[at])) return;
    saidBefore = said;
    words = withOwnWords(plain, own);
  }

  /** @returns undefined while they are on their way; without `relative`, the clock where they are not wanted or do not come. */
  function timeTexts(
    { isRelative, hasDays }: TickerAttributes,
    timeZone: string,
    now: number,
  ): Partial<TimeTexts> | undefined {
    if (!isRelative && !hasDays) {
      stopTimes();
      return {};
    }
    times ??= parts.relativeTimes.get(redraw)?.({ refresh: redraw, dom });
    if (!times) return parts.relativeTimes.isMissing ? {} : undefined;
    const { relative, withDays } = times.at({ now, timeZone, words: words?.times });
    return { ...(isRelative && { relative }), ...(hasDays && { withDays }) };
  }

  function stopTimes(): void {
    times?.stop();
    times = undefined;
  }

  /** Says what came, once there is a voice; what is gone by then is not said. */
  function speak(): void {
    const find = (id: string) => state?.ticker?.headlines.find((headline) => headline.id === id);
    announcer ??= parts.speech.get(speak)?.(frame, { find, words: () => words ?? english });
    if (!announcer) return;
    for (const id of unsaid) announcer.announce(id);
    unsaid.clear();
  }

  function silence(): void {
    unsaid.clear();
    announcer?.silence();
  }

  function keepHeld(latest: readonly Headline[], limit: number, nowMs: number): HeldList | undefined {
    clearTimeout(expiryTimer);
    if (!held) return undefined;
    held = updateHeldList(held, latest, { limit, nowMs });
    const expiryMs = nextExpiryMs(held);
    if (expiryMs !== undefined) {
      expiryTimer = setTimeout(redraw, Math.min(EXPIRY_CHECK_LIMIT_MS, Math.max(0, expiryMs - nowMs)));
    }
    return held;
  }

  /** Empty where the viewer's clock shows the same, and until the newsroom's zone is known. */
  function zoneLabel(said: Words, timeZone: string, nowMs: number): string {
    const now = new Date(nowMs).toISOString();
    const isViewers = clockText(now, timeZone) === clockText(now, undefined);
    return isViewers || state?.timeZone === undefined ? '' : zoneWords(said, timeZone);
  }

  return {
    get isDrawn() {
      return isDrawn;
    },
    hold,
    render(next) {
      state = next;
      stopWatching ??= watchLanguage(redraw);
      chooseWords(next.ownWords);
      const { attributes, ticker, headlines, isLoaded } = next;
      const said = words ?? english;
      const now = ticker?.now() ?? Date.now();
      const timeZone = firstTimeZone(attributes.timeZone, next.timeZone);
      const texts = timeTexts(attributes, timeZone, now);
      const isLiveNow = isLive;
      isLive = false;
      if (isLoaded && (host.isPaused() || isReading)) held ??= holdList(headlines);
      const kept = keepHeld(headlines, attributes.limit, now);
      // Wanted with the first change after the list stands.
      if (isLoaded && !isDrawn) parts.speech.get(() => {});
      isDrawn = isLoaded;
      frame.render({
        ...foldFollowUps(kept?.shown ?? headlines),
        look: { words: said, timeZone, utm: attributes.utm, ...texts },
        withdrawn,
        hasWords: words !== undefined,
        zone: attributes.hasZoneLabel ? zoneLabel(said, timeZone, now) : '',
        isPaused: host.isPaused(),
        isHeld: kept !== undefined,
        isReading,
        isLive: isLiveNow,
        isLoaded: isLoaded && words !== undefined && texts !== undefined,
        layout: parts.loadLayout(attributes.layout, redraw),
        heading: attributes.heading,
        moreUrl: attributes.moreUrl,
        status: ticker?.status ?? 'refused',
        waiting: kept?.waiting ?? 0,
      });
    },
    forget() {
      held = undefined;
      isDrawn = false;
    },
    noteHeadline({ change, headline }, ticker) {
      if (change === 'corrected' && held) held = replaceHeld(held, headline.id, headline);
      if (change !== 'published') announcer?.takeBack(headline.id);
      else if (!host.isPaused() && !document.hidden && unsaid.size < UNSAID_LIMIT) {
        unsaid.add(headline.id);
        speak();
      }
      isLive = ticker.headlines.includes(headline) && !document.hidden;
    },
    noteRetraction({ id, notice = '' }) {
      if (held) held = replaceHeld(held, id);
      announcer?.forget(id);
      if (!state?.attributes.hasNotices || withdrawn.size >= NOTICE_LIMIT) return;
      withdrawn.set(id, notice);
      setTimeout(() => {
        withdrawn.delete(id);
        redraw();
      }, NOTICE_MS);
    },
    silence,
    rest() {
      silence();
      clearTimeout(expiryTimer);
      stopTimes();
      frame.rest();
      stopWatching?.();
      stopWatching = undefined;
    },
  };
}
