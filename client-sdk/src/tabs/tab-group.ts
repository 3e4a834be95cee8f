/**
 * Tab group: tabs of one browser that share something; one of them leads. The browser hands the lead on, also when a
 * tab crashed: it is a lock. [Web Locks; ADR 13]
 *
 * A leader that does not answer is deposed by whoever waits for it.
 */
export interface TabGroupEvents {
  /** This tab leads from now on. */
  readonly onLead: () => void;
  /** It was deposed. */
  readonly onDeposed: () => void;
  readonly onMessage: (message: unknown) => void;
}

export interface TabGroup {
  post(message: unknown): void;
  /** The leader answers this; where it does not, it is deposed. */
  ask(message: unknown): void;
  /** The leader was heard. */
  heard(): void;
  leave(): void;
}

/** At least; and half of it, at random, on top. */
const SILENCE_LIMIT_MS = 5_000;

/** @returns undefined where tabs cannot share: insecure pages, frames without an origin. */
export function joinTabGroup(
  name: string,
  { onLead, onDeposed, onMessage }: TabGroupEvents,
): TabGroup | undefined {
  const { locks } = navigator;
  if (!locks) return undefined;
  let channel: BroadcastChannel;
  try {
    channel = new BroadcastChannel(name);
  } catch {
    return undefined;
  }
  let isLeading = false;
  let letGo: (() => void) | undefined;
  let queue: AbortController;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function enqueue(steal = false): void {
    const mine = new AbortController();
    queue?.abort();
    queue = mine;
    const hold = () => {
      if (mine.signal.aborted) return undefined;
      lead();
      return new Promise<void>((resolve) => {
        letGo = resolve;
      });
    };
    locks.request(name, steal ? { steal } : { signal: mine.signal }, hold).catch(() => {
      if (mine.signal.aborted) return;
      // Who never led asked where there are no locks, though there seemed to be: it goes alone.
      if (!isLeading) return lead();
      isLeading = false;
      onDeposed();
      enqueue();
    });
  }

  function lead(): void {
    isLeading = true;
    clearTimeout(silence);
    silence = undefined;
    onLead();
  }

  channel.onmessage = ({ data }) => onMessage(data);
  enqueue();

  return {
    post: (message) => channel.postMessage(message),
    ask(message) {
      channel.postMessage(message);
      if (isLeading) return;
      silence ??= setTimeout(
        () => {
          silence = undefined;
          enqueue(true);
        },
        SILENCE_LIMIT_MS * (1 + Math.random() / 2),
      );
    },
    heard() {
      clearTimeout(silence);
      silence = undefined;
    },
    leave() {
      clearTimeout(silence);
      queue.abort();
      letGo?.();
      channel.close();
    },
  };
}
