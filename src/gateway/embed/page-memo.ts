/**
 * Page memo: embed pages as they were rendered last, for as long as the channel stands still.
 *
 * A change of the channel, a kill among them, makes every page of it old at once. Keyed by outsiders, so it is bounded
 * in pages and characters, and forgets everything when it is full.
 */
import type { ChannelMirror } from '../channel-mirror.ts';

export interface Page {
  readonly html: string;
  readonly policy: string;
  readonly etag: string;
}

interface Kept {
  readonly page: Page;
  readonly head: ChannelMirror['head'];
  readonly channel: ChannelMirror['channel'];
  /** Headlines expire by the clock, and no change tells of it. */
  readonly untilMs: number;
}

export interface PageMemo {
  get(key: string, mirror: ChannelMirror, nowMs: number): Page | undefined;
  set(key: string, mirror: ChannelMirror, nowMs: number, page: Page): void;
}

const LIFE_MS = 1_000;

export function createPageMemo({ limitPages = 512, limitCharacters = 8_388_608 } = {}): PageMemo {
  const kept = new Map<string, Kept>();
  let characters = 0;
  return {
    get(key, mirror, nowMs) {
      const known = kept.get(key);
      const isFresh =
        known && known.head === mirror.head && known.channel === mirror.channel && nowMs < known.untilMs;
      return isFresh ? known.page : undefined;
    },
    set(key, mirror, nowMs, page) {
      const size = key.length + page.html.length;
      characters += size - sizeOf(key, kept.get(key));
      if (characters > limitCharacters || kept.size >= limitPages) {
        kept.clear();
        characters = size;
      }
      kept.set(key, { page, head: mirror.head, channel: mirror.channel, untilMs: nowMs + LIFE_MS });
    },
  };
}

const sizeOf = (key: string, kept: Kept | undefined): number =>
  kept ? key.length + kept.page.html.length : 0;
