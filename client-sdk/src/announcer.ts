/**
 * Announcer: says new headlines to those who listen to the page, without talking over them.
 *
 * What comes within the pause after an announcement is said together, as a count and the latest. A flash is said
 * at once. A headline that was taken away is not said, and not left behind for a screen reader to find.
 * [WCAG 4.1.3]
 */
import { type Headline, isFlash } from '../../src/protocol/headline.ts';

interface Announcement {
  readonly count: number;
  readonly latest: Headline;
}

export interface AnnouncerSinks {
  /** Undefined: say nothing more. */
  readonly polite: (announcement: Announcement | undefined) => void;
  readonly urgent: (flash: Headline | undefined) => void;
}

export interface Announcer {
  announce(headline: Headline): void;
  /** The headline was taken away. */
  forget(id: string): void;
  /** Drops what waits, and what was said. */
  silence(): void;
}

/** From one announcement to the next. */
export const ANNOUNCE_EVERY_MS = 15_000;
/** Ids that wait to be said; of more, the count stops here. */
const WAITING_LIMIT = 99;

export function createAnnouncer({ polite, urgent }: AnnouncerSinks): Announcer {
  const waiting = new Map<string, Headline>();
  let saidId: string | undefined;
  let flashId: string | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let flashTimer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    const latest = [...waiting.values()].at(-1);
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

  return {
    announce(headline) {
      if (isFlash(headline)) return interrupt(headline);
      waiting.delete(headline.id);
      if (waiting.size < WAITING_LIMIT) waiting.set(headline.id, headline);
      if (pause === undefined) speak();
    },
    forget(id) {
      waiting.delete(id);
      if (id === flashId) interrupt(undefined);
      if (id !== saidId) return;
      saidId = undefined;
      polite(undefined);
    },
    silence() {
      waiting.clear();
      clearTimeout(pause);
      speak();
      interrupt(undefined);
    },
  };
}
