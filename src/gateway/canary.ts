/**
 * Canary: shows that what is committed comes back through this gateway's own follow. [design 3, promise 6]
 *
 * Every second a probe goes through the engine as a headline does. It counts as heard when it was announced and
 * followed within its limit; found by reading the log alone it does not, since then announcements are lost and every
 * headline comes late. The limit leaves time for a second probe: one lost announcement, or one slow moment of the
 * store, takes no gateway out of service, and a gateway that is deaf says so within the sum of both.
 */
import { randomBytes } from 'node:crypto';
import { CANARY_CHANNEL, type Feed, type HeadlineStore } from '../domain/engine.ts';
import { createProber } from '../domain/prober.ts';

export interface CanaryOptions {
  /** Milliseconds between two probes. @default 1000 */
  readonly probeMs?: number;
  /** Milliseconds within which a probe must have come back; more than `probeMs`. @default 1500 */
  readonly limitMs?: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * - `heard`: the newest probe whose time is over, or a later one, was announced and followed in time.
 * - `late`: it was followed, by reading the log; no announcement came.
 * - `silent`: it has not come back.
 */
export type Hearing = 'heard' | 'late' | 'silent';

export interface Canary {
  readonly hearing: Hearing;
  /** Milliseconds from commit to return of the last probe; undefined while none is heard. */
  readonly roundTripMs: number | undefined;
  stop(): void;
}

/** A probe under way. There are as many at a time as are sent within the limit. */
interface Probe {
  readonly number: number;
  readonly atMs: number;
  readonly deadline: NodeJS.Timeout;
  isAnnounced: boolean;
  isFollowed: boolean;
}

export function startCanary(
  headlines: HeadlineStore,
  feed: Feed,
  { probeMs = 1_000, limitMs = 1_500, now = Date.now, onTrouble = () => {} }: CanaryOptions = {},
): Canary {
  if (limitMs <= probeMs) throw new TypeError('limitMs must be more than probeMs');
  const prober = createProber(headlines, 'gateway');
  const underWay = new Map<string, Probe>();
  let count = 0;
  /** Of the newest probe heard. */
  let heardNumber = 0;
  let hearing: Hearing = 'silent';
  let roundTripMs: number | undefined;
  let isCommitting = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const unfollow = feed.follow(
    CANARY_CHANNEL,
    { headlines: 0, tail: 0 },
    {
      onBaseline: () => void send(),
      onEntries(entries) {
        for (const { tag } of entries) note(tag, 'isFollowed');
      },
      onAnnounced: (tag) => note(tag, 'isAnnounced'),
    },
  );

  function note(tag: string, what: 'isAnnounced' | 'isFollowed'): void {
    const probe = underWay.get(tag);
    if (!probe) return;
    probe[what] = true;
    if (!probe.isAnnounced || !probe.isFollowed) return;
    clearTimeout(probe.deadline);
    underWay.delete(tag);
    heardNumber = Math.max(heardNumber, probe.number);
    roundTripMs = now() - probe.atMs;
    hearing = 'heard';
  }

  /** Its time is over: what comes of it now comes too late. */
  function giveUp(tag: string): void {
    const probe = underWay.get(tag);
    if (isStopped || !probe) return;
    underWay.delete(tag);
    if (probe.number > heardNumber) hearing = probe.isFollowed ? 'late' : 'silent';
  }

  function begin(tag: string, atMs: number): void {
    count += 1;
    // What has arrived is read before it is judged: a process that was held up itself is not deaf.
    const deadline = setTimeout(() => setImmediate(giveUp, tag), limitMs).unref();
    underWay.set(tag, { number: count, atMs, deadline, isAnnounced: false, isFollowed: false });
  }

  async function send(): Promise<void> {
    if (isCommitting || isStopped) return;
    isCommitting = true;
    clearTimeout(timer);
    const atMs = now();
    const tag = randomBytes(6).toString('base64url');
    begin(tag, atMs);
    const sinceMs = performance.now();
    try {
      await prober.probe(atMs, tag);
    } catch (error) {
      if (!isStopped) onTrouble(error);
    } finally {
      isCommitting = false;
      const waitMs = Math.max(0, probeMs - (performance.now() - sinceMs));
      if (!isStopped) timer = setTimeout(() => void send(), waitMs).unref();
    }
  }

  return {
    get hearing() {
      return hearing;
    },
    get roundTripMs() {
      return hearing === 'heard' ? roundTripMs : undefined;
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const { deadline } of underWay.values()) clearTimeout(deadline);
      underWay.clear();
      unfollow();
    },
  };
}
