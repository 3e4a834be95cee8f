/**
 * Needed rights: every command that a role sends to Redis, on the keys it sends it for, and which of them its user lacks.
 *
 * Asked at the start: a right that is missing would show only with the command that needs it, which may be the answer to
 * a post that is committed already. Redis tells by `redis.acl_check_cmd` in a script, for which no right is needed but
 * that of scripts; before Redis 7 it does not tell. docs/redis-access.md gives users with exactly these.
 */
import { CANARY_CHANNEL, type StoreRole } from '../../domain/engine.ts';
import { channelKeys } from './commit-script.ts';
import type { ChannelKeys, RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

/** A command and its arguments, of which only the keys and Pub/Sub channels count. */
type Call = readonly [command: string, ...rest: string[]];

/** Stands for any channel, as on the page of the users. */
const ANY_CHANNEL = 'CHANNEL';

/** @returns the number of each call that would be refused. */
const CHECK = `
local refused = {}
if redis.acl_check_cmd then
  for at, call in ipairs(ARGV) do
    if not redis.acl_check_cmd(unpack(cjson.decode(call))) then refused[#refused + 1] = at end
  end
end
return refused
`;

/** @returns what is missing, as it would be given to `ACL SETUSER`, and on what; nothing where it cannot be told. */
export async function findMissingRights(
  link: RedisLink,
  keys: RedisKeys,
  roles: readonly StoreRole[],
): Promise<readonly string[]> {
  const calls = neededCalls(link, keys, roles);
  const texts = calls.map((call) => JSON.stringify(call));
  const told = await link.askAll((redis) => redis.eval(CHECK, 0, ...texts) as Promise<number[]>);
  const missing = told.flatMap(({ address, answer }) => {
    const where = link.isSharded ? ` at ${address}` : '';
    if (answer instanceof Error) return /NOPERM/.test(answer.message) ? [`+eval${where}`] : [];
    return answer.flatMap((at) => {
      const call = calls[at - 1];
      return call ? [`${describe(call)}${where}`] : [];
    });
  });
  return [...new Set(missing)];
}

function describe([command, ...rest]: Call): string {
  if (command === 'CLUSTER') return `+cluster|${rest[0]?.toLowerCase()}`;
  const names = rest.filter((word) => word.includes(':'));
  return `+${command.toLowerCase()}${names.length > 0 ? ` on ${names.join(' ')}` : ''}`;
}

function neededCalls(link: RedisLink, keys: RedisKeys, roles: readonly StoreRole[]): readonly Call[] {
  const channel = keys.of(ANY_CHANNEL);
  const canary = keys.of(CANARY_CHANNEL);
  const has = (role: StoreRole) => roles.includes(role);
  const publish = link.isSharded ? 'SPUBLISH' : 'PUBLISH';
  const shared: Call[] = [
    ['SMEMBERS', keys.channels],
    ['HGETALL', channel.settings],
    ...commitCalls(canary, publish),
    ...(link.isSharded ? ([['CLUSTER', 'SLOTS'], ['CLUSTER', 'NODES'], ['ASKING']] as const) : []),
  ];
  return [
    ...shared,
    ...(has('ingest') ? ingestCalls(link, keys, channel, publish) : []),
    ...(has('gateway') ? gatewayCalls(link, channel, publish) : []),
  ];
}

/** Of the commit script, and of the reading before it. */
function commitCalls(keys: ChannelKeys, publish: string): readonly Call[] {
  const { meta, log, records, held, line, kept, due, expiry, topic } = keys;
  return [
    ...scriptCalls(channelKeys(keys)),
    ['TIME'],
    ['HGET', records, 'x'],
    ['HGET', held, 'x'],
    ['HMGET', meta, 'x'],
    ['HSET', meta, 'x', 'x'],
    ['HSET', records, 'x', 'x'],
    ['HDEL', held, 'x'],
    ['DEL', log],
    ['XADD', log, '*', 'x', 'x'],
    ['XLEN', log],
    ['XTRIM', log, 'MAXLEN', '1'],
    ['ZADD', line, '1', 'x'],
    ['ZREM', due, 'x'],
    ['ZCARD', kept],
    ['ZRANGE', kept, '0', '1'],
    ['ZRANGEBYSCORE', expiry, '0', '1'],
    [publish, topic, 'x'],
  ];
}

function ingestCalls(
  link: RedisLink,
  { channels, apiKeys }: RedisKeys,
  channel: ChannelKeys,
  publish: string,
): readonly Call[] {
  const { settings, meta, log, line, kept, due, receipts, expiry, deleted } = channel;
  return [
    ['SADD', channels, 'x'],
    ['SREM', channels, 'x'],
    ['HVALS', apiKeys],
    ['HGET', apiKeys, 'x'],
    ['HSET', apiKeys, 'x', 'x'],
    ['HDEL', apiKeys, 'x'],
    ...commitCalls(channel, publish),
    ...scriptCalls([deleted, settings, meta]),
    ['EXISTS', settings],
    ['HSET', settings, 'x', 'x'],
    ['DEL', settings],
    ['SET', deleted, ''],
    ['HGET', receipts, 'x'],
    ['HSET', receipts, 'x', 'x'],
    ['XRANGE', log, '-', '+'],
    ['ZADD', due, '1', 'x'],
    ['ZSCORE', expiry, 'x'],
    ['ZCOUNT', kept, '0', '1'],
    ['ZREM', line, 'x'],
    ...(link.hasReplicaWait
      ? ([
          ['WAIT', '1', '1'],
          ['HINCRBY', meta, 'x', '1'],
        ] as const)
      : []),
  ];
}

function gatewayCalls(link: RedisLink, channel: ChannelKeys, publish: string): readonly Call[] {
  const { meta, log, records, line, deleted, topic } = channel;
  return [
    ...scriptCalls([meta, log, records, line]),
    ['EXISTS', deleted],
    ['HGET', records, 'x'],
    ['HGET', meta, 'x'],
    ['HMGET', meta, 'x'],
    ['HSET', meta, 'x', 'x'],
    ['XRANGE', log, '-', '+'],
    ['XREVRANGE', log, '+', '-'],
    ['ZREVRANGE', line, '0', '1'],
    [publish, topic, 'x'],
    [link.isSharded ? 'SSUBSCRIBE' : 'SUBSCRIBE', topic],
    [link.isSharded ? 'SUNSUBSCRIBE' : 'UNSUBSCRIBE', topic],
  ];
}

const scriptCalls = (keys: readonly string[]): readonly Call[] => [
  ['EVALSHA', 'x', String(keys.length), ...keys],
  ['EVAL', 'x', String(keys.length), ...keys],
];
