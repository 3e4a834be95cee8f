/**
 * Announcer: says new headlines to those who listen to the page, without talking over them.
 *
 * What comes within the pause after an announcement is said together, as a count and the latest. A flash is said
 * at once. A headline is said as it stands by then. What was taken away or altered is not left behind for a screen
 * reader to find. [WCAG 4.1.3]
 */
import { type Headline, isFlash } from '../../src/protocol/headline.ts';

interface Announcement {
  readonly count: number;
  readonly latest: Headline;
}

export interface AnnouncerSinks {
  /** The headline as it stands now; undefined where it is in the list no more. */
  readonly find: (id: string) => Headline | undefined;
  /** Undefined: say nothing more. */
  readonly polite: (announcement: Announcement | undefined) => void;
  readonly urgent: (flash: Headline | undefined) => void;
}

export interface Announcer {
  announce(id: string): void;
  /** The headline was altered: what was said of it holds no more. */
  takeBack(id: string): void;
  /** The headline was taken away. */
  forget(id: string): void;
  /** Drops what waits, and what was said. */
  silence(): void;
}

/** From one announcement to the next. */
export const ANNOUNCE_EVERY_MS = 15_000;
/** Ids that wait to be said; of more, the count stops here. */
const WAITING_LIMIT = 99;

export function createAnnouncer({ find, polite, urgent }: AnnouncerSinks): Announcer {
  const waiting = new Set<string>();
  let saidId: string | undefined;
  let flashId: string | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let flashTimer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    const latest = [...waiting].reduceRight<Headline | undefined>(
      (found, id) => found ?? find(id),
      undefined,
    );
    pause = latest && setTimeout(speak, ANNOUNCE_EVERY_MS);
    if (latest || saidId !== undefined) polite(latest && { count: waiting.size, latest });
    saidId = latest?.id;
    waiting.clear();
  }

  function interrupt(flash: Headline | undefined): void {
    clearTimeout(flashTimer);
    flashTimer = flash && setTimeout(interrupt, ANNOUNCE_EVERY_MS, undefined);
    if (flash || flashId !== undefined) urgent(flash);
    flashId = flash?.id;
  }

  function takeBack(id: string): void {
    if (id === flashId) interrupt(undefined);
    if (id !== saidId) return;
    saidId = undefined;
    polite(undefined);
  }

  return {
    announce(id) {
      const headline = find(id);
      if (!headline) return;
      if (isFlash(headline)) return interrupt(headline);
      waiting.delete(id);
      if (waiting.size < WAITING_LIMIT) waiting.add(id);
      if (pause === undefined) speak();
    },
    takeBack,
    forget(id) {
      waiting.delete(id);
      takeBack(id);
    },
    silence() {
      waiting.clear();
      clearTimeout(pause);
      speak();
      interrupt(undefined);
    },
  };
}
