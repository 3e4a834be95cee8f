/**
 * Mirrors: one for each channel, kept in step with the engine.
 *
 * Which channels there are is asked once a second, by one call, whatever the readers do; an unknown name asks sooner,
 * but only a few times a second, so that a flood of wrong names costs the store nothing.
 */
import type { Channel } from '../domain/channel.ts';
import { CHANNEL_LIMIT, type ChannelStore, type Feed } from '../domain/engine.ts';
import { ChannelMirror, type MirrorOptions } from './channel-mirror.ts';

export interface MirrorsOptions extends MirrorOptions {
  /** @default 1000 */
  readonly refreshMs?: number;
  /** Told when a channel was deleted, before its mirror is let go. */
  readonly onGone?: (mirror: ChannelMirror) => void;
  readonly onTrouble?: (error: unknown) => void;
}

export interface Mirrors {
  get(name: string): ChannelMirror | undefined;
  /** Waits for a channel that was just made. @returns undefined where there is no such channel. */
  find(name: string): Promise<ChannelMirror | undefined>;
  /** Asks the store now which channels there are. */
  refresh(): Promise<void>;
  /** True once every channel there is has its baseline. */
  readonly isWarm: boolean;
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
  readonly ready: Promise<void>;
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
  let refreshing: Promise<void> | undefined;
  let isListed = false;
  let askedForNameMs = Number.NEGATIVE_INFINITY;

  function follow(channel: Channel): void {
    let setReady = () => {};
    const ready = new Promise<void>((resolve) => {
      setReady = resolve;
    });
    const entry: Followed = { mirror: undefined, channel, ready, stop: () => {} };
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
      },
    );
  }

  function unfollow(name: string, entry: Followed): void {
    followed.delete(name);
    entry.stop();
    if (entry.mirror) onGone(entry.mirror);
  }

  async function list(): Promise<void> {
    const current = (await channels.list()).slice(0, CHANNEL_LIMIT);
    const names = new Set(current.map(({ name }) => name));
    for (const [name, entry] of followed) if (!names.has(name)) unfollow(name, entry);
    for (const channel of current) {
      const known = followed.get(channel.name);
      if (!known) follow(channel);
      else {
        known.channel = channel;
        if (known.mirror) known.mirror.channel = channel;
      }
    }
    isListed = true;
  }

  /** One at a time: whoever asks while one runs waits for the next, which sees what they know of. */
  function refresh(): Promise<void> {
    const next = (refreshing ?? Promise.resolve()).then(list).catch(onTrouble);
    refreshing = next;
    return next;
  }

  const timer = setInterval(() => {
    void refresh();
    const nowMs = now();
    for (const { mirror } of followed.values()) mirror?.sweep(nowMs);
  }, refreshMs);
  timer.unref();
  void refresh();

  return {
    get: (name) => followed.get(name)?.mirror,
    async find(name) {
      if (!followed.has(name) && now() - askedForNameMs >= UNKNOWN_NAME_MS) {
        askedForNameMs = now();
        await refresh();
      }
      const entry = followed.get(name);
      if (entry && !entry.mirror) await withinMs(entry.ready, BASELINE_WAIT_MS);
      return entry?.mirror;
    },
    refresh,
    get isWarm() {
      return isListed && [...followed.values()].every(({ mirror }) => mirror !== undefined);
    },
    get all() {
      return [...followed.values()].flatMap(({ mirror }) => mirror ?? []);
    },
    stop() {
      clearInterval(timer);
      for (const entry of followed.values()) entry.stop();
      followed.clear();
    },
  };
}

async function withinMs(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
