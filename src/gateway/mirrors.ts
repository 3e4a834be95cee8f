/**
 * Mirrors: one for each channel, kept in step with the engine.
 *
 * Which channels there are is asked once a second, by one call, whatever the readers do; an unknown name asks sooner,
 * but only a few times a second, so that a flood of wrong names costs the store nothing.
 */
import { setTimeout } from 'node:timers/promises';
import type { Channel } from '../domain/channel.ts';
import { CHANNEL_LIMIT, type ChannelStore, EngineUnavailable, type Feed } from '../domain/engine.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import { ChannelMirror, type MirrorOptions } from './channel-mirror.ts';
import { unknownChannel } from './subscription.ts';

export interface MirrorsOptions extends MirrorOptions {
  /** @default 1000 */
  readonly refreshMs?: number;
  /** Told when a channel was deleted, before its mirror is let go. */
  readonly onGone?: (mirror: ChannelMirror) => void;
  readonly onTrouble?: (error: unknown) => void;
}

export interface Mirrors {
  /**
   * Waits for a channel that was just made, or that is being read.
   *
   * @returns `unknown-channel` only where the store said so; `engine-unavailable` where it could not be asked.
   */
  find(name: string): Promise<Result<ChannelMirror>>;
  /** What {@link find} finds without waiting. */
  held(name: string): ChannelMirror | undefined;
  /** Asks the store now which channels there are. @returns whether it answered. */
  refresh(): Promise<boolean>;
  /**
   * True once every channel there was at first has its baseline. It stays so: a channel made later is read within
   * moments, and must not take every gateway out of service for them. Nor may one whose part of the store does not
   * answer: the others would be served by no one.
   */
  readonly isWarm: boolean;
  /** True while the store has lost every channel there was: emptied, or another one in its place. */
  readonly isBereft: boolean;
  readonly all: Iterable<ChannelMirror>;
  stop(): void;
}

/** Between two questions to the store that were asked because of an unknown name. */
const UNKNOWN_NAME_MS = 250;
/** A channel whose baseline does not come within this is not there for now. */
const BASELINE_WAIT_MS = 3_000;

interface Followed {
  mirror: ChannelMirror | undefined;
  channel: Channel;
  /** It is gone from the store, and no one deleted it. */
  isLost: boolean;
  /** Its baseline came, or never will. */
  readonly ready: Promise<void>;
  readonly setReady: () => void;
  stop(): void;
}

export function startMirrors(channels: ChannelStore, feed: Feed, options: MirrorsOptions): Mirrors {
  const {
    refreshMs = 1_000,
    onGone = () => {},
    onTrouble = () => {},
    limitHeadlines = 500,
    limitTail = 1_000,
    now,
  } = options;
  const followed = new Map<string, Followed>();
  /** The listing under way, and the one that begins after it. */
  let running: Promise<boolean> | undefined;
  let queued: Promise<boolean> | undefined;
  /** The listing that those wait for who ask for an unknown name. */
  let forName: Promise<boolean> | undefined;
  /** Names of channels whose part of the store did not answer: they are left as they are. */
  let unanswered: ReadonlySet<string> = new Set();
  let isListed = false;
  let isWarm = false;
  let isStopped = false;

  function follow(channel: Channel): void {
    let setReady = () => {};
    const ready = new Promise<void>((resolve) => {
      setReady = resolve;
    });
    const entry: Followed = { mirror: undefined, channel, isLost: false, ready, setReady, stop: () => {} };
    followed.set(channel.name, entry);
    entry.stop = feed.follow(
      channel.name,
      { headlines: limitHeadlines, tail: limitTail },
      {
        onBaseline(baseline) {
          if (entry.mirror) return entry.mirror.onBaseline(baseline);
          entry.mirror = new ChannelMirror(entry.channel, baseline, {
            ...options,
            limitHeadlines,
            limitTail,
          });
          setReady();
        },
        onEntries: (entries, epoch) => entry.mirror?.onEntries(entries, epoch),
        onConfirmed: (askedAtMs) => entry.mirror?.onConfirmed(askedAtMs),
      },
    );
  }

  function unfollow(name: string, entry: Followed): void {
    followed.delete(name);
    entry.stop();
    if (!entry.mirror) return;
    onGone(entry.mirror);
    entry.mirror.close();
  }

  /** Sent away, readers would not come back once it is there again: they stay, and see what the store has of it. */
  async function letGo(name: string, entry: Followed): Promise<void> {
    if (await channels.wasDeleted(name)) return unfollow(name, entry);
    if (!entry.isLost) onTrouble(new EngineUnavailable(`the store has lost channel ${name}`));
    entry.isLost = true;
  }

  async function list(): Promise<void> {
    const listed = await channels.list();
    const current = listed.channels.slice(0, CHANNEL_LIMIT);
    unanswered = new Set(listed.unknown);
    const before = [...followed];
    for (const channel of current) {
      const known = followed.get(channel.name);
      if (!known) follow(channel);
      else {
        known.channel = channel;
        known.isLost = false;
        if (known.mirror) known.mirror.channel = channel;
      }
    }
    isListed = true;
    if (unanswered.size > 0) onTrouble(new EngineUnavailable(wordsOf(listed.unknown)));
    // Last: where the store cannot say whether they were deleted, the others are served all the same.
    const names = new Set(current.map(({ name }) => name));
    for (const [name, entry] of before) {
      if (!names.has(name) && !unanswered.has(name)) await letGo(name, entry);
    }
  }

  async function listOnce(): Promise<boolean> {
    try {
      if (isStopped) return false;
      await list();
      return true;
    } catch (error) {
      onTrouble(error);
      return false;
    } finally {
      running = undefined;
    }
  }

  /** One runs, and one may wait for it: whoever asks meanwhile shares that one, which sees what they know of. */
  function refresh(): Promise<boolean> {
    if (!running) {
      running = listOnce();
      return running;
    }
    queued ??= running.then(() => {
      queued = undefined;
      running = listOnce();
      return running;
    });
    return queued;
  }

  /** All who ask within a moment share one question. */
  function refreshForName(): Promise<boolean> {
    forName ??= setTimeout(isListed ? UNKNOWN_NAME_MS : 0, undefined, { ref: false }).then(() => {
      forName = undefined;
      return refresh();
    });
    return forName;
  }

  const timer = setInterval(() => {
    void refresh();
    const nowMs = now();
    for (const { mirror } of followed.values()) mirror?.sweep(nowMs);
  }, refreshMs);
  timer.unref();
  void refresh();

  const held = (name: string) => followed.get(name)?.mirror;

  return {
    held,
    async find(name) {
      const already = held(name);
      if (already) return accepted(already);
      const hasAnswered = followed.has(name) || (await refreshForName());
      const entry = followed.get(name);
      if (entry && !entry.mirror)
        await Promise.race([entry.ready, setTimeout(BASELINE_WAIT_MS, undefined, { ref: false })]);
      if (entry?.mirror) return accepted(entry.mirror);
      return entry || !hasAnswered || unanswered.has(name) ? NOT_YET : unknownChannel(name);
    },
    refresh,
    get isWarm() {
      isWarm ||= isListed && [...followed.values()].every(({ mirror }) => mirror !== undefined);
      return isWarm;
    },
    get isBereft() {
      return followed.size > 0 && [...followed.values()].every(({ isLost }) => isLost);
    },
    get all() {
      return [...followed.values()].flatMap(({ mirror }) => mirror ?? []);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
      for (const entry of followed.values()) {
        entry.stop();
        // Who waits is answered now: soon nothing of this process is left to do it.
        entry.mirror?.close();
        entry.setReady();
      }
      followed.clear();
    },
  };
}

/** Whoever comes too early is to come back: it must never be taken for a channel that is not there. */
const NOT_YET = refused({
  code: 'engine-unavailable',
  message: 'this gateway is still reading its channels',
});

const NAMED = 5;

function wordsOf(names: readonly string[]): string {
  const rest = names.length - NAMED;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `the part of the store does not answer that has ${names.slice(0, NAMED).join(', ')}${more}`;
}
