/**
 * Channels in Redis: their settings and their names.
 *
 * The settings lie with the channel, so that a commit finds out in its own script whether the channel exists; the
 * names lie in one set for all. The set is written before a channel comes to be and after it is gone.
 */
import type { Channel, ChannelPatch } from '../../domain/channel.ts';
import { type ChannelStore, EngineUnavailable } from '../../domain/engine.ts';
import type { ChannelNames } from './channel-names.ts';
import { pairsOf } from './pairs-of.ts';
import type { RedisKeys } from './redis-keys.ts';
import { type RedisLink, script } from './redis-link.ts';

const CREATE = script(`
local settings, meta, deleted = unpack(KEYS)
if redis.call('EXISTS', settings) == 1 then return 0 end
redis.call('HSET', meta, 'epoch', ARGV[1])
redis.call('HSET', settings, unpack(ARGV, 3))
redis.call('DEL', deleted)
redis.call('PUBLISH', ARGV[2], '')
return 1
`);

const UPDATE = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return redis.call('HGETALL', KEYS[1])
`);

/**
 * No one shall find it gone and not deleted, nor there and deleted: so the note is made in the same script, before it is
 * gone, and ends at once where Redis refuses to let it go.
 */
const DELETE = script(`
local topic, noteSeconds = unpack(ARGV)
local deleted, settings = KEYS[1], KEYS[2]
local existed = redis.call('EXISTS', settings)
if existed == 1 then redis.call('SET', deleted, '', 'EX', noteSeconds) end
local gone = redis.pcall('DEL', unpack(KEYS, 2))
if type(gone) == 'table' and gone.err then
  if existed == 1 then redis.call('SET', deleted, '', 'PX', 1) end
  return gone
end
redis.call('PUBLISH', topic, '')
return existed
`);

/** Whoever follows a channel learns of its end within seconds; a gateway may be cut off from Redis for days. */
const NOTE_SECONDS = 7 * 86_400;

export function createRedisChannels(
  link: RedisLink,
  keys: RedisKeys,
  names: ChannelNames,
  newEpoch: () => string,
): ChannelStore {
  return {
    async list() {
      const settingsOf = (name: string) => keys.of(name).settings;
      const groups = link.split([...(await names.list())].sort(), settingsOf);
      const answers = await Promise.allSettled(
        groups.map((group) =>
          link.askEach<Record<string, string>>(group, settingsOf, (redis, name) =>
            redis.hgetall(settingsOf(name)),
          ),
        ),
      );
      const failed = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      const isBug = (reason: unknown) => !(reason instanceof EngineUnavailable);
      if (failed.length > 0 && (failed.length === groups.length || failed.some(isBug))) throw failed[0];
      return {
        channels: answers
          .flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
          .map(toChannel)
          .filter((channel) => channel !== undefined),
        unknown: groups.flatMap((group, at) => (answers[at]?.status === 'rejected' ? group : [])),
      };
    },
    async get(name) {
      const { settings } = keys.of(name);
      return toChannel(await link.ask(settings, (redis) => redis.hgetall(settings)));
    },
    async create(channel) {
      const { settings, meta, deleted, topic } = keys.of(channel.name);
      await link.ask(keys.channels, (redis) => redis.sadd(keys.channels, channel.name));
      const fields = toFields(channel);
      names.forget();
      return (await link.run(CREATE, [settings, meta, deleted], [newEpoch(), topic, ...fields])) === 1;
    },
    async update(name, settings) {
      const fields = await link.run(UPDATE, [keys.of(name).settings], toFields(settings));
      return toChannel(Object.fromEntries(pairsOf((fields ?? []) as string[])));
    },
    async delete(name) {
      const { topic, deleted, settings, ...others } = keys.of(name);
      const doomed = [deleted, settings, ...Object.values(others)];
      names.forget();
      const existed = await link.run(DELETE, doomed, [topic, NOTE_SECONDS]);
      await link.ask(keys.channels, (redis) => redis.srem(keys.channels, name));
      // Someone may have made it anew in between: then its name must stay.
      const isBack = await link.ask(settings, (redis) => redis.exists(settings));
      if (isBack) await link.ask(keys.channels, (redis) => redis.sadd(keys.channels, name));
      return existed === 1;
    },
    async wasDeleted(name) {
      const { deleted } = keys.of(name);
      return (await link.ask(deleted, (redis) => redis.exists(deleted))) === 1;
    },
  };
}

/** Each setting stands alone, so that two who change different ones do not undo each other. */
const toFields = (settings: ChannelPatch): string[] =>
  Object.entries(settings).flatMap(([name, value]) => [name, JSON.stringify(value)]);

/** @returns undefined where nothing is set: then there is no such channel. */
function toChannel(fields: Readonly<Record<string, string>>): Channel | undefined {
  const settings = Object.entries(fields)
    .map(([name, json]) => [name, JSON.parse(json) as unknown] as const)
    // What was taken away.
    .filter(([, value]) => value !== null);
  return settings.length === 0 ? undefined : (Object.fromEntries(settings) as unknown as Channel);
}
