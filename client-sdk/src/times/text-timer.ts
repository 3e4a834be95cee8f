/**
 * Text timer: one timer for all tickers of a page whose texts depend on the time. It rests while nothing would change
 * and while the page is hidden, and is there at once when the page is seen again.
 */
export interface TextTimer {
  /** @param refresh called when the texts are due; it is not due again before it says so. */
  watch(refresh: () => void): Watch;
}

interface Watch {
  /** The texts will change in so many milliseconds, unless they were to change before. */
  dueIn(ms: number): void;
  /** Forgets when they were due, as they are being written anew. */
  clear(): void;
  stop(): void;
}

/** The part of a document that is used. */
interface Visibility {
  readonly hidden: boolean;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface TextTimerOptions {
  /** @default the page's */
  readonly document?: Visibility;
  /** Milliseconds since 1970 UTC. @default Date.now */
  readonly now?: () => number;
}

/** Timers stand still while a computer sleeps: the clock is looked at this often at least. */
const LOOK_EVERY_MS = 300_000;

export function createTextTimer({
  document = globalThis.document,
  now = Date.now,
}: TextTimerOptions = {}): TextTimer {
  /** When the texts of each are due, by our clock. */
  const due = new Map<() => void, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;

  function arm(): void {
    clearTimeout(timer);
    const next = document.hidden ? Number.POSITIVE_INFINITY : Math.min(...due.values());
    wakesAt = next;
    if (next < Number.POSITIVE_INFINITY) {
      timer = setTimeout(look, Math.min(Math.max(0, next - now()), LOOK_EVERY_MS));
    }
  }

  function look(): void {
    const at = now();
    for (const [refresh, dueAt] of due) if (dueAt <= at) run(refresh);
    arm();
  }

  function run(refresh: () => void): void {
    due.set(refresh, Number.POSITIVE_INFINITY);
    refresh();
  }

  function noticeVisibility(): void {
    if (!document.hidden) for (const refresh of due.keys()) run(refresh);
    arm();
  }

  return {
    watch(refresh) {
      // Told apart by itself, also where two watch with the same function.
      const own = () => refresh();
      if (due.size === 0) document.addEventListener('visibilitychange', noticeVisibility);
      due.set(own, Number.POSITIVE_INFINITY);
      return {
        dueIn(ms) {
          const at = now() + ms;
          if (at >= (due.get(own) ?? Number.NEGATIVE_INFINITY)) return;
          due.set(own, at);
          if (at < wakesAt) arm();
        },
        clear() {
          if (due.has(own)) due.set(own, Number.POSITIVE_INFINITY);
        },
        stop() {
          due.delete(own);
          if (due.size === 0) document.removeEventListener('visibilitychange', noticeVisibility);
          arm();
        },
      };
    },
  };
}
