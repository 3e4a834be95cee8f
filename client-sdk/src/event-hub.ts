/**
 * Event hub: tells listeners, each on its own. One that throws is reported, and breaks neither the others nor us.
 */
export interface EventHub<Events> {
  /** @returns stops listening. */
  on<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void;
  emit<Type extends keyof Events>(type: Type, event: Events[Type]): void;
  /** No listener hears anything more. */
  clear(): void;
}

interface Entry<Events> {
  readonly type: keyof Events;
  readonly tell: (event: never) => void;
}

export function createEventHub<Events>(onListenerError: (error: unknown) => void): EventHub<Events> {
  let entries: readonly Entry<Events>[] = [];

  return {
    on(type, listener) {
      const entry = { type, tell: listener };
      entries = [...entries, entry];
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    emit(type, event) {
      for (const entry of entries) {
        // A listener told earlier may have taken this one away.
        if (entry.type !== type || !entries.includes(entry)) continue;
        try {
          entry.tell(event as never);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    clear() {
      entries = [];
    },
  };
}

/** As an error in a DOM event's listener is: to the console in a browser, an uncaught exception elsewhere. */
export function reportListenerError(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
