/**
 * Part: code that is loaded when it is first wanted, so that a page which does without it never loads it.
 *
 * One that does not come leaves the ticker as it is without it. The page's console is told once, and after a while
 * the part is asked for again. Nobody waits long for one that is slow: it is missing until it has come.
 */
export interface Part<Content> {
  /**
   * @param onSettled called when the part is missed by now, and when it has come or did not; not where it is here already.
   * @returns undefined while it is not here.
   */
  get(onSettled: () => void): Content | undefined;
  /** It did not come, or not yet though it was waited for: do without it for now. */
  readonly isMissing: boolean;
}

const ASK_AGAIN_AFTER_MS = 30_000;
const MISSED_AFTER_MS = 1_500;

export function createPart<Content>(
  load: () => Promise<Content>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Part<Content> {
  let content: Content | undefined;
  let failedAt: number | undefined;
  let waiting: Set<() => void> | undefined;
  let isTold = false;
  let isMissing = false;

  async function ask(): Promise<void> {
    const asked = new Set<() => void>();
    waiting = asked;
    const settle = () => {
      isMissing = content === undefined;
      // Of those that asked before: who asks again meanwhile is told the next time.
      for (const settled of [...asked]) settled();
    };
    const patience = setTimeout(settle, MISSED_AFTER_MS);
    try {
      content = await load();
      failedAt = undefined;
    } catch (error) {
      failedAt = now();
      if (!isTold) console.warn('newsline: a part of the ticker did not load', error);
      isTold = true;
    }
    clearTimeout(patience);
    waiting = undefined;
    settle();
  }

  return {
    get(onSettled) {
      if (content !== undefined) return content;
      const isTooSoon = failedAt !== undefined && now() - failedAt < ASK_AGAIN_AFTER_MS;
      if (!waiting && !isTooSoon) ask();
      waiting?.add(onSettled);
      return undefined;
    },
    get isMissing() {
      return isMissing;
    },
  };
}
