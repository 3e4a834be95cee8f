/**
 * Page life: whether somebody looks at this page, whether it is kept frozen to be shown again later, and whether the
 * device says that it has a network.
 *
 * What is frozen cannot read what comes, and must hold nothing that others need. [HTML Living Standard: pagehide;
 * Page Lifecycle: freeze]
 */
export interface PageLifeEvents {
  /** Somebody looks: told at once, and again and again while it is so. */
  readonly onSeen: () => void;
  /** The page is about to be frozen, or to go. */
  readonly onAway: () => void;
  readonly onBack: () => void;
  readonly onNetwork: (is: 'online' | 'offline') => void;
}

/** @returns stops watching. Where there is no page nothing is told. */
export function watchPageLife(
  everyMs: number,
  { onSeen, onAway, onBack, onNetwork }: PageLifeEvents,
): () => void {
  const { document: page } = globalThis;
  const stop = new AbortController();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listen = (target: EventTarget | undefined, type: string, listener: (event: Event) => void) =>
    target?.addEventListener?.(type, listener, { signal: stop.signal });
  const look = () => {
    clearInterval(timer);
    if (page?.visibilityState !== 'visible') return;
    timer = setInterval(onSeen, everyMs);
    onSeen();
  };
  listen(page, 'visibilitychange', look);
  listen(page, 'freeze', onAway);
  listen(page, 'resume', onBack);
  listen(globalThis, 'pagehide', onAway);
  listen(globalThis, 'pageshow', onBack);
  for (const type of ['online', 'offline'] as const) listen(globalThis, type, () => onNetwork(type));
  look();
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
