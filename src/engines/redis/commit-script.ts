/**
 * Commit script: what the domain decided, written whole or not at all.
 *
 * It compares (idempotency key, channel, revision) and sets (record, number, log, schedule, receipt), and announces
 * the entry. It decides nothing. [design 4]
 *
 * Redis takes nothing back of a script that fails half way. So the log is written first, which refuses a number that
 * is not above all it has, and the announcement comes last, which an ACL may refuse: without it the commit is whole,
 * and followers find it in the log.
 */
import type { Commit } from '../../domain/engine.ts';
import type { ChannelKeys } from './redis-keys.ts';
import { script } from './redis-link.ts';
import { NAME_KEYS, RETENTION } from './retention-script.ts';

/**
 * A record is kept as `REVISION SEQUENCE JSON`, a receipt as `[fingerprint, id, record's sequence, epoch, sequence,
 * tag, JSON]` (sequence 0: no entry), an announcement as `[epoch, sequence, tag, previous, at, JSON]`. Of an entry `m`
 * is when Redis wrote it; it must stay the fifth field, where the retention script looks for it.
 */
export const COMMIT = script(`
${NAME_KEYS}
${RETENTION}
local id, expected, revision, status, published, release, numbered, json = unpack(ARGV, 1, 8)
local key, fingerprint, ttl = unpack(ARGV, 9, 11)
local topic, epoch, isOpen, logLimit, recordLimit, receiptLimit, scheduleLimit = unpack(ARGV, 12, 18)
local isAwaited, tag, at, body = unpack(ARGV, 19, 22)

local function place(number) return string.format('%016.0f', number) .. ' ' .. id end

if isOpen == '0' and redis.call('EXISTS', settings) == 0 then return {'unknown-channel'} end

local stamp = microseconds()
local now = math.floor(stamp / 1000)
if key ~= '' then
  local forgotten = redis.call('ZSCORE', expiry, key)
  if forgotten and tonumber(forgotten) > now then
    -- WAIT speaks of what its own connection wrote, and the first attempt came over another.
    if isAwaited == '1' then redis.call('HINCRBY', meta, 'repeats', 1) end
    return {'known', redis.call('HGET', receipts, key)}
  end
end

local stored = redis.call('HGET', records, id) or redis.call('HGET', held, id) or '0 0 '
local wasRevision, wasNumbered = string.match(stored, '^(%d+) (%d+) ')
if wasRevision ~= expected then return {'conflict'} end

if status == 'scheduled' and redis.call('ZCARD', due) >= tonumber(scheduleLimit)
  and not redis.call('ZSCORE', due, id) then return {'schedule-full'} end

local sequence, announcement = 0
if tag then
  local head = redis.call('HMGET', meta, 'epoch', 'sequence', 'tag')
  epoch = head[1] or epoch
  sequence = tonumber(head[2] or '0') + 1
  local previous = head[3] or '0'
  if numbered == '0' then numbered = text(sequence) end
  announcement = cjson.encode({epoch, text(sequence), tag, previous, at, body})
  if sequence == 1 then redis.call('DEL', log) end
  redis.call('XADD', log, text(sequence) .. '-0', 't', tag, 'p', previous, 'a', at, 'b', body, 'm', text(now))
  redis.call('HSET', meta, 'epoch', epoch, 'sequence', text(sequence), 'tag', tag)
end

redis.call('HSET', tag and records or held, id, revision .. ' ' .. numbered .. ' ' .. json)
redis.call('HDEL', tag and held or records, id)
redis.call('ZREM', line, place(tonumber(wasNumbered)))
if status == 'live' then redis.call('ZADD', line, published, place(tonumber(numbered))) end
if status == 'scheduled' then
  redis.call('ZADD', due, release, id)
  redis.call('ZREM', kept, id)
else
  -- Later than all before, also where the clock was set back: so the order is the order of the commits.
  stamp = math.max(stamp, tonumber(redis.call('HGET', meta, 'stamp') or '0') + 1)
  redis.call('HSET', meta, 'stamp', text(stamp))
  redis.call('ZREM', due, id)
  redis.call('ZADD', kept, text(stamp), id)
end

if key ~= '' then
  redis.call('HSET', receipts, key,
    cjson.encode({fingerprint, id, numbered, epoch, text(sequence), tag or '', json}))
  redis.call('ZADD', expiry, text(now + ttl), key)
end

keepWithin(limitsOf(logLimit, recordLimit, receiptLimit), now, 100)
if announcement then redis.call('PUBLISH', topic, announcement) end
return {'committed', epoch, text(sequence), numbered}
`);

export interface CommitContext {
  readonly keys: ChannelKeys;
  /** Epoch that begins where the channel has none. */
  readonly newEpoch: string;
  /** Needs no one to have created it. */
  readonly isOpen: boolean;
  /** Of a channel whose settings say nothing of it. */
  readonly logLimit: number;
  /** Of a channel whose settings say nothing of it. */
  readonly recordLimit: number;
  readonly receiptLimit: number;
  readonly scheduleLimit: number;
  /** Replicas are waited for. */
  readonly isAwaited: boolean;
}

/** Every key that a commit or a sweep may touch, in the order in which the scripts name them. */
export function channelKeys(keys: ChannelKeys): string[] {
  const { settings, meta, log, records, held, line, kept, due, receipts, expiry } = keys;
  return [settings, meta, log, records, held, line, kept, due, receipts, expiry];
}

export function commitArguments(commit: Commit, context: CommitContext): (string | number)[] {
  const { id, expectedRevision, record, entry, idempotency } = commit;
  const { headline } = record;
  return [
    id,
    expectedRevision,
    record.revision,
    record.status,
    Date.parse(headline.publishedAt),
    record.releaseAt === undefined ? 0 : Date.parse(record.releaseAt),
    headline.sequence,
    JSON.stringify(record),
    idempotency?.key ?? '',
    idempotency?.fingerprint ?? '',
    idempotency?.ttlMs ?? 0,
    context.keys.topic,
    context.newEpoch,
    context.isOpen ? 1 : 0,
    context.logLimit,
    context.recordLimit,
    context.receiptLimit,
    context.scheduleLimit,
    context.isAwaited ? 1 : 0,
    ...(entry ? [entry.tag, entry.at, entry.json] : []),
  ];
}
