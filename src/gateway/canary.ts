/**
 * Canary: shows that what is committed comes back through this gateway's own follow. [design 3, promise 6]
 *
 * Every few seconds a probe goes through the engine as a headline does; while none has come back for too long, the
 * gateway is not ready, however healthy its sockets look.
 */
import { randomBytes } from 'node:crypto';
import { CANARY_CHANNEL, type Feed, type HeadlineStore } from '../domain/engine.ts';
import type { HeadlineRecord } from '../domain/headline-record.ts';
import type { Headline } from '../protocol/headline.ts';

export interface CanaryOptions {
  /** Milliseconds between two probes. @default 2000 */
  readonly probeMs?: number;
  /** Milliseconds within which the last probe must have come back. @default 5000 */
  readonly limitMs?: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly onTrouble?: (error: unknown) => void;
}

export interface Canary {
  /** A probe has come back lately. */
  readonly isHeard: boolean;
  /** Milliseconds from commit to return of the last probe; undefined before the first. */
  readonly roundTripMs: number | undefined;
  stop(): void;
}

export function startCanary(
  headlines: HeadlineStore,
  feed: Feed,
  { probeMs = 2_000, limitMs = 5_000, now = Date.now, onTrouble = () => {} }: CanaryOptions = {},
): Canary {
  /** Each gateway has its own probe, overwritten by each next one. */
  const id = `gateway-${randomBytes(6).toString('hex')}`;
  let revision = 0;
  let sent: { readonly tag: string; readonly atMs: number } | undefined;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let roundTripMs: number | undefined;
  let isProbing = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const unfollow = feed.follow(
    CANARY_CHANNEL,
    { headlines: 0, tail: 0 },
    {
      onBaseline: () => void probe(),
      onEntries(entries) {
        if (!sent || !entries.some(({ tag }) => tag === sent?.tag)) return;
        heardAtMs = now();
        roundTripMs = heardAtMs - sent.atMs;
      },
    },
  );

  async function probe(): Promise<void> {
    if (isProbing || isStopped) return;
    isProbing = true;
    clearTimeout(timer);
    const atMs = now();
    const at = new Date(atMs).toISOString();
    const tag = randomBytes(6).toString('base64url');
    const headline: Headline = {
      id,
      version: revision + 1,
      sequence: 0,
      title: 'probe',
      language: 'und',
      publishedAt: at,
      updatedAt: at,
      urgency: 9,
    };
    const record: HeadlineRecord = { revision: revision + 1, status: 'live', headline, history: [] };
    sent = { tag, atMs };
    try {
      const result = await headlines.commit({
        channel: CANARY_CHANNEL,
        id,
        expectedRevision: revision,
        record,
        entry: { tag, at, json: JSON.stringify({ change: 'published', headline }) },
      });
      if (result.kind === 'committed') revision += 1;
      // A commit whose answer was lost, or a store that lost ours: read where it stands.
      else revision = (await headlines.read(CANARY_CHANNEL, id))?.revision ?? 0;
    } catch (error) {
      if (!isStopped) onTrouble(error);
    } finally {
      isProbing = false;
      if (!isStopped) timer = setTimeout(() => void probe(), probeMs).unref();
    }
  }

  return {
    get isHeard() {
      return now() - heardAtMs <= limitMs;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    stop() {
      clearTimeout(timer);
      isStopped = true;
      unfollow();
    },
  };
}
