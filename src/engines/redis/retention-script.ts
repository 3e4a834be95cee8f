/**
 * Retention script: drops what is past the limits of a channel, some at a time.
 *
 * The limits lie with the channel's settings, so that a commit and a sweep read them where they act, and a change of
 * them holds from the next one on, whoever makes it. What is scheduled is not in `kept`, and so is never dropped.
 */
import { AGE_SLACK_MS, DAY_MS } from '../../domain/channel.ts';
import { script } from './redis-link.ts';

/** For scripts that are given the keys of `channelKeys`, in its order. */
export const NAME_KEYS = `
local settings, meta, log, records, held, line, kept, due, receipts, expiry = unpack(KEYS)
`;

/**
 * Lua functions over the keys that {@link NAME_KEYS} names. All times are Redis' own.
 *
 * `limits` are an array of changes, headlines, days (nil: without end) and receipts; each function drops at most so
 * many rows of each kind, and gives back how many went.
 */
export const RETENTION = `
local function text(number) return string.format('%.0f', number) end

local function microseconds()
  local clock = redis.call('TIME')
  return clock[1] * 1000000 + clock[2]
end

local function limitsOf(changes, headlines, receiptLimit)
  local own = redis.call('HMGET', settings, 'keepChanges', 'keepHeadlines', 'keepDays')
  return {tonumber(own[1]) or tonumber(changes), tonumber(own[2]) or tonumber(headlines), tonumber(own[3]),
    tonumber(receiptLimit)}
end

local function trimLog(length, count)
  if count <= 0 then return 0 end
  return redis.call('XTRIM', log, 'MAXLEN', text(length - count))
end

local function dropEntries(changes, aged, most)
  local length = redis.call('XLEN', log)
  local count = math.min(length - changes, most)
  if not aged then return trimLog(length, count) end
  local function isAged(entry) return entry and (tonumber(entry[2][10]) or 0) <= aged end
  if isAged(redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]) then
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', most)
    local old = 1
    while isAged(oldest[old + 1]) do old = old + 1 end
    count = math.max(count, old)
  end
  return trimLog(length, count)
end

local function dropRecords(headlines, aged, most)
  local count = redis.call('ZCARD', kept) - headlines
  if aged then count = math.max(count, redis.call('ZCOUNT', kept, '-inf', text(aged * 1000))) end
  count = math.min(count, most)
  if count <= 0 then return 0 end
  for _, old in ipairs(redis.call('ZRANGE', kept, 0, count - 1)) do
    local number = string.match(redis.call('HGET', records, old) or '', '^%d+ (%d+) ') or '0'
    redis.call('ZREM', line, string.format('%016.0f', tonumber(number)) .. ' ' .. old)
    redis.call('HDEL', records, old)
    redis.call('HDEL', held, old)
    redis.call('ZREM', kept, old)
  end
  return count
end

local function forgetReceipts(limit, now, most)
  local gone = redis.call('ZRANGEBYSCORE', expiry, '-inf', text(now), 'LIMIT', 0, most)
  local many = redis.call('ZCARD', expiry) - limit
  if many > 0 and #gone == 0 then gone = redis.call('ZRANGE', expiry, 0, math.min(many, most) - 1) end
  for _, old in ipairs(gone) do
    redis.call('HDEL', receipts, old)
    redis.call('ZREM', expiry, old)
  end
  return #gone
end

local function keepWithin(limits, now, most)
  local aged = limits[3] and now - limits[3] * ${DAY_MS} - ${AGE_SLACK_MS}
  return dropEntries(limits[1], aged, most) + dropRecords(limits[2], aged, most)
    + forgetReceipts(limits[4], now, most)
end
`;

/** @returns how many rows went. */
export const SWEEP = script(`
${NAME_KEYS}
${RETENTION}
if redis.call('EXISTS', settings) == 0 then return 0 end
local changes, headlines, receiptLimit, most = unpack(ARGV)
return keepWithin(limitsOf(changes, headlines, receiptLimit), math.floor(microseconds() / 1000), tonumber(most))
`);
