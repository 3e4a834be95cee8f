/**
 * Feed in Redis: Pub/Sub wakes, the stream repairs.
 *
 * Announcements may be lost whenever a connection is: so the heads of the logs are compared after every subscription and
 * whenever a server is back, and once a second in any case, for all channels in one go. [design 3, promise 2]
 */
import { EngineUnavailable, type Feed } from '../../domain/engine.ts';
import { createFollower, type Follower, type LogReader } from '../../domain/follower.ts';
import type { Log } from './redis-connection.ts';
import { readHeads } from './redis-heads.ts';
import type { ChannelKeys, RedisKeys } from './redis-keys.ts';
import { type RedisLink, script } from './redis-link.ts';
import {
  readAnnouncement,
  readEntry,
  readHead,
  readRecord,
  type StoredHead,
  type StreamMessage,
} from './stored-text.ts';

/** Head, newest live headlines and end of the log, of one instant. */
const BASELINE = script(`
local meta, log, records, line = unpack(KEYS)
local head = redis.call('HMGET', meta, 'epoch', 'sequence', 'tag')
local headlines, tail = {}, {}
if tonumber(ARGV[1]) > 0 then
  for _, place in ipairs(redis.call('ZREVRANGE', line, 0, ARGV[1] - 1)) do
    headlines[#headlines + 1] = redis.call('HGET', records, string.sub(place, 18))
  end
end
if tonumber(ARGV[2]) > 0 then tail = redis.call('XREVRANGE', log, '+', '-', 'COUNT', ARGV[2]) end
return {head, headlines, tail}
`);

const SINCE = script(`
return {
  redis.call('HMGET', KEYS[1], 'epoch', 'sequence', 'tag'),
  redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])
}
`);

const END_EPOCH = script(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
redis.call('PUBLISH', ARGV[3], '')
return 1
`);

/** Time for a connection that listens to give a sign of life: with the pause before, it is found deaf in two seconds. */
const PROOF_MS = 1_000;

export interface RedisFeedOptions {
  readonly reconcileMs: number;
  readonly log: Log;
  readonly newEpoch: () => string;
}

export interface RedisFeed extends Feed {
  stop(): void;
}

export function createRedisFeed(
  link: RedisLink,
  keys: RedisKeys,
  { reconcileMs, log, newEpoch }: RedisFeedOptions,
): RedisFeed {
  const followed = new Map<string, Set<Follower>>();
  const channelOf = new Map<string, string>();
  /** Channels that were subscribed to before: only a later subscription may find that nothing was missed. */
  const begun = new Set<string>();
  const beingChecked = new Set<string>();

  const reconcile = (channel: string) => {
    for (const follower of followed.get(channel) ?? []) follower.reconcile();
  };

  const listener = link.listen({
    onMessage(topic, text) {
      const channel = channelOf.get(topic);
      if (channel === undefined) return;
      const announced = readAnnouncement(text);
      if (announced === undefined) return reconcile(channel);
      for (const follower of followed.get(channel) ?? []) follower.offer(announced.entry, announced.epoch);
    },
    onSubscribed(topics) {
      const channels = topics.flatMap((topic) => channelOf.get(topic) ?? []);
      void compareHeads(channels.filter((channel) => begun.has(channel)));
      for (const channel of channels) {
        if (begun.has(channel)) continue;
        begun.add(channel);
        reconcile(channel);
      }
    },
  });
  link.onReady(() => void compareHeads([...followed.keys()]));

  /** What an unreachable server has does not keep the others waiting. */
  async function compareHeads(channels: readonly string[]): Promise<void> {
    await Promise.all(link.split(channels, (channel) => keys.of(channel).meta).map(compareGroup));
  }

  async function compareGroup(channels: readonly string[]): Promise<void> {
    const askedAtMs = performance.now();
    try {
      const heads = await readHeads(link, keys, channels);
      for (const [at, channel] of channels.entries()) {
        const head = heads[at];
        if (head) for (const follower of followed.get(channel) ?? []) follower.compare(head, askedAtMs);
      }
    } catch {
      // The link has told of the outage.
    }
  }

  async function check(): Promise<void> {
    listener.prove(PROOF_MS);
    link.proveCommits(PROOF_MS);
    const channels = [...followed.keys()].filter((channel) => !beingChecked.has(channel));
    const groups = link.split(channels, (channel) => keys.of(channel).meta);
    await Promise.all(
      groups.map(async (group) => {
        for (const channel of group) beingChecked.add(channel);
        await compareGroup(group);
        for (const channel of group) beingChecked.delete(channel);
      }),
    );
  }
  const timer = setInterval(() => void check(), reconcileMs);

  const unfollow = (channel: string) => {
    const { topic } = keys.of(channel);
    followed.delete(channel);
    channelOf.delete(topic);
    begun.delete(channel);
    listener.unlisten(topic);
  };

  return {
    follow(channel, options, observer) {
      let told: string | undefined;
      const follower = createFollower(createReader(link, keys.of(channel), newEpoch), observer, {
        ...options,
        onTrouble({ kind, error }) {
          if (kind === 'begun') return log.info({ channel }, 'the channel begins');
          // The link tells of outages. What stays wrong is tried again every second, and told once.
          const reason = error instanceof Error ? error.message : kind;
          if (error instanceof EngineUnavailable || (kind === 'unreadable' && reason === told)) return;
          told = reason;
          log.warn({ channel, kind, reason }, 'cannot go on where we were');
        },
      });
      const followers = followed.get(channel);
      if (followers) {
        followers.add(follower);
        follower.reconcile();
      } else {
        followed.set(channel, new Set([follower]));
        const { topic } = keys.of(channel);
        channelOf.set(topic, channel);
        listener.listen([topic]);
      }
      return () => {
        follower.stop();
        const remaining = followed.get(channel);
        if (remaining?.delete(follower) && remaining.size === 0) unfollow(channel);
      };
    },
    stop() {
      clearInterval(timer);
      for (const followers of followed.values()) for (const follower of followers) follower.stop();
      followed.clear();
      channelOf.clear();
    },
  };
}

function createReader(link: RedisLink, keys: ChannelKeys, newEpoch: () => string): LogReader {
  const { meta, log, records, line, topic } = keys;
  return {
    async baseline({ headlines, tail }) {
      const reply = await link.run(BASELINE, [meta, log, records, line], [headlines, tail]);
      const [head, texts, messages] = reply as [StoredHead, string[], StreamMessage[]];
      return {
        head: readHead(head),
        headlines: texts.map((text) => readRecord(text).headline),
        tail: messages.map(readEntry).reverse(),
      };
    },
    async since(sequence, limit) {
      const reply = await link.run(SINCE, [meta, log], [`${sequence + 1}-0`, limit]);
      const [head, messages] = reply as [StoredHead, StreamMessage[]];
      return { head: readHead(head), entries: messages.map(readEntry) };
    },
    async endEpoch(epoch) {
      await link.run(END_EPOCH, [meta], [epoch, newEpoch(), topic]);
    },
  };
}
