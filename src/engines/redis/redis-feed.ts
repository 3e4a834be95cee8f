/**
 * Feed in Redis: Pub/Sub wakes, the stream repairs.
 *
 * Announcements may be lost whenever a connection is: after every subscription all followers of the channel look at
 * the log, and once a second the heads of all channels are compared in one go. [design 3, promise 2]
 */
import { EngineUnavailable, type Feed } from '../../domain/engine.ts';
import { createFollower, type Follower, type LogReader } from '../../domain/follower.ts';
import { isRefusal, wordsOf } from './redis-fault.ts';
import type { ChannelKeys, RedisKeys } from './redis-keys.ts';
import { type Log, type RedisLink, script } from './redis-link.ts';
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
  const { subscriber } = link;
  const followed = new Map<string, Set<Follower>>();
  const channelOf = new Map<string, string>();
  let isChecking = false;

  const reconcile = (channel: string) => {
    for (const follower of followed.get(channel) ?? []) follower.reconcile();
  };

  const subscribe = async (channels: readonly string[]) => {
    try {
      if (channels.length > 0)
        await subscriber.subscribe(...channels.map((channel) => keys.of(channel).topic));
    } catch (error) {
      // Without a connection there is nothing to say: once it is back, all is subscribed to anew.
      if (isRefusal(error)) log.warn({ reason: wordsOf(error) }, 'Redis does not let us listen to changes');
    }
    for (const channel of channels) reconcile(channel);
  };

  const unsubscribe = (channel: string) => {
    const { topic } = keys.of(channel);
    followed.delete(channel);
    channelOf.delete(topic);
    subscriber.unsubscribe(topic).catch(() => {});
  };

  subscriber.on('message', (topic: string, text: string) => {
    const channel = channelOf.get(topic);
    if (channel === undefined) return;
    const announced = readAnnouncement(text);
    if (announced === undefined) return reconcile(channel);
    for (const follower of followed.get(channel) ?? []) follower.offer(announced.entry, announced.epoch);
  });
  link.onReady(() => void subscribe([...followed.keys()]));

  /** One round trip for all channels, and a sign of life from the other connection. */
  async function check(): Promise<void> {
    const channels = [...followed.keys()];
    if (isChecking || channels.length === 0) return;
    isChecking = true;
    subscriber.ping().catch(() => {});
    try {
      const heads = await link.askEach<StoredHead>(channels, (redis, channel) =>
        redis.hmget(keys.of(channel).meta, 'epoch', 'sequence', 'tag'),
      );
      for (const [at, channel] of channels.entries()) {
        const head = readHead(heads[at] ?? []);
        for (const follower of followed.get(channel) ?? []) follower.compare(head);
      }
    } catch {
      // The link has told of the outage.
    } finally {
      isChecking = false;
    }
  }
  const timer = setInterval(() => void check(), reconcileMs);

  return {
    follow(channel, options, observer) {
      let told: string | undefined;
      const follower = createFollower(createReader(link, keys.of(channel), newEpoch), observer, {
        ...options,
        onTrouble({ kind, error }) {
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
        channelOf.set(keys.of(channel).topic, channel);
        void subscribe([channel]);
      }
      return () => {
        follower.stop();
        const remaining = followed.get(channel);
        if (remaining?.delete(follower) && remaining.size === 0) unsubscribe(channel);
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
