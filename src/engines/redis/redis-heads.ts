/**
 * Heads: where the log of each channel ends, asked for all channels of a gateway at once.
 *
 * One command where one server has them all, one round trip to each server of a cluster. It is asked every second and
 * after every subscription, whether or not anything happens: so it must cost next to nothing.
 */
import type { Cursor } from '../../protocol/cursor.ts';
import type { RedisKeys } from './redis-keys.ts';
import { type RedisLink, script } from './redis-link.ts';
import { readHead, type StoredHead } from './stored-text.ts';

const HEADS = script(`
local heads = {}
for at, meta in ipairs(KEYS) do heads[at] = redis.call('HMGET', meta, 'epoch', 'sequence', 'tag') end
return heads
`);

/** @param channels all on one server, as {@link RedisLink.split} gives them */
export async function readHeads(
  link: RedisLink,
  keys: RedisKeys,
  channels: readonly string[],
): Promise<readonly Cursor[]> {
  const metaOf = (channel: string) => keys.of(channel).meta;
  // A script's keys have one slot in a cluster, and each channel has its own.
  const heads = link.isSharded
    ? await link.askEach<StoredHead>(channels, metaOf, (redis, channel) =>
        redis.hmget(metaOf(channel), 'epoch', 'sequence', 'tag'),
      )
    : ((await link.run(HEADS, channels.map(metaOf))) as StoredHead[]);
  return heads.map(readHead);
}
