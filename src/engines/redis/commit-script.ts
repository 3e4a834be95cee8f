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

/**
 * A record is kept as `REVISION SEQUENCE JSON`, a receipt as `[fingerprint, id, record's sequence, epoch, sequence,
 * tag, JSON]` (sequence 0: no entry), an announcement as `[epoch, sequence, tag, previous, at, JSON]`.
 */
export const COMMIT = script(`
local settings, meta, log, records, held, line, kept, due, receipts, expiry = unpack(KEYS)
local id, expected, revision, status, published, release, numbered, json = unpack(ARGV, 1, 8)
local key, fingerprint, ttl = unpack(ARGV, 9, 11)
local topic, epoch, isOpen, logLimit, recordLimit, receiptLimit = unpack(ARGV, 12, 17)
local tag, at, body = unpack(ARGV, 18, 20)

local function text(number) return string.format('%.0f', number) end
local function place(number) return string.format('%016.0f', number) .. ' ' .. id end

if isOpen == '0' and redis.call('EXISTS', settings) == 0 then return {'unknown-channel'} end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if key ~= '' then
  local forgotten = redis.call('ZSCORE', expiry, key)
  if forgotten and tonumber(forgotten) > now then
    return {'known', redis.call('HGET', receipts, key)}
  end
end

local stored = redis.call('HGET', records, id) or redis.call('HGET', held, id) or '0 0 '
local wasRevision, wasNumbered = string.match(stored, '^(%d+) (%d+) ')
if wasRevision ~= expected then return {'conflict'} end

local sequence, announcement = 0
if tag then
  local head = redis.call('HMGET', meta, 'epoch', 'sequence', 'tag')
  epoch = head[1] or epoch
  sequence = tonumber(head[2] or '0') + 1
  local previous = head[3] or '0'
  if numbered == '0' then numbered = text(sequence) end
  announcement = cjson.encode({epoch, text(sequence), tag, previous, at, body})
  if sequence == 1 then redis.call('DEL', log) end
  redis.call('XADD', log, 'MAXLEN', logLimit, text(sequence) .. '-0', 't', tag, 'p', previous, 'a', at, 'b', body)
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
  redis.call('ZREM', due, id)
  redis.call('ZADD', kept, redis.call('HINCRBY', meta, 'changes', 1), id)
end

local over = redis.call('ZCARD', kept) - recordLimit
if over > 0 then
  for _, old in ipairs(redis.call('ZRANGE', kept, 0, math.min(over, 100) - 1)) do
    local number = string.match(redis.call('HGET', records, old) or '', '^%d+ (%d+) ') or '0'
    redis.call('ZREM', line, string.format('%016.0f', tonumber(number)) .. ' ' .. old)
    redis.call('HDEL', records, old)
    redis.call('HDEL', held, old)
    redis.call('ZREM', kept, old)
  end
end

if key ~= '' then
  redis.call('HSET', receipts, key,
    cjson.encode({fingerprint, id, numbered, epoch, text(sequence), tag or '', json}))
  redis.call('ZADD', expiry, now + ttl, key)
  local gone = redis.call('ZRANGEBYSCORE', expiry, '-inf', now, 'LIMIT', 0, 10)
  local many = redis.call('ZCARD', expiry) - receiptLimit
  if many > 0 and #gone == 0 then gone = redis.call('ZRANGE', expiry, 0, math.min(many, 10) - 1) end
  for _, old in ipairs(gone) do
    redis.call('HDEL', receipts, old)
    redis.call('ZREM', expiry, old)
  end
end
if announcement then redis.call('PUBLISH', topic, announcement) end
return {'committed', epoch, text(sequence), numbered}
`);

export interface CommitContext {
  readonly keys: ChannelKeys;
  /** Epoch that begins where the channel has none. */
  readonly newEpoch: string;
  /** Needs no one to have created it. */
  readonly isOpen: boolean;
  readonly logLimit: number;
  readonly recordLimit: number;
  readonly receiptLimit: number;
}

export function commitKeys(keys: ChannelKeys): string[] {
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
    ...(entry ? [entry.tag, entry.at, entry.json] : []),
  ];
}
