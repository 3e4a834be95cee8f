/** Headlines in Redis: reads their records, commits what was decided on them, and says which are due. */
import {
  CANARY_CHANNEL,
  type CommitResult,
  type HeadlineStore,
  type Idempotency,
  type ReceiptResult,
} from '../../domain/engine.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import { COMMIT, commitArguments, commitKeys } from './commit-script.ts';
import type { RedisKeys } from './redis-keys.ts';
import { type RedisLink, script } from './redis-link.ts';
import { readReceipt, readRecord } from './stored-text.ts';

/** A record moves from `held` to `records`: both are looked at in the same instant. */
const READ = script(`return redis.call('HGET', KEYS[1], ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[1])`);

const RECEIPT = script(`
local clock = redis.call('TIME')
local forgotten = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not forgotten or tonumber(forgotten) <= clock[1] * 1000 + math.floor(clock[2] / 1000) then return false end
return redis.call('HGET', KEYS[1], ARGV[1])
`);

export interface RedisLimits {
  readonly log: number;
  readonly records: number;
  readonly receipts: number;
}

/** A probe is needed for seconds, its record until the same gateway's next: there may be many gateways. */
const CANARY_LIMITS: RedisLimits = { log: 100, records: 1_000, receipts: 20 };

export function createRedisHeadlines(
  link: RedisLink,
  keys: RedisKeys,
  limits: RedisLimits,
  newEpoch: () => string,
): HeadlineStore {
  return {
    async read(channel, id) {
      const { records, held } = keys.of(channel);
      const text = await link.run(READ, [records, held], [id]);
      return typeof text === 'string' ? readRecord(text) : undefined;
    },

    async commit(commit) {
      const { channel, id, record, entry, idempotency } = commit;
      const isCanary = channel === CANARY_CHANNEL;
      const { log, records, receipts } = isCanary ? CANARY_LIMITS : limits;
      const channelKeys = keys.of(channel);
      const reply = await link.run(
        COMMIT,
        commitKeys(channelKeys),
        commitArguments(commit, {
          keys: channelKeys,
          newEpoch: newEpoch(),
          isOpen: isCanary,
          logLimit: log,
          recordLimit: records,
          receiptLimit: receipts,
        }),
      );
      const [kind, ...rest] = reply as [string, ...string[]];
      if (kind === 'conflict' || kind === 'unknown-channel') return { kind };
      if (kind === 'known' && idempotency) return compare(rest[0] ?? '', idempotency);
      const [epoch = '', sequence = '', numbered = ''] = rest;
      const cursor = entry && { epoch, sequence: Number(sequence), tag: entry.tag };
      const committed = reviveRecord({ sequence: Number(numbered), json: JSON.stringify(record) });
      return { kind: 'committed', receipt: { id, record: committed, ...(cursor && { cursor }) } };
    },

    async receipt(channel, idempotency) {
      const { receipts, expiry } = keys.of(channel);
      const text = await link.run(RECEIPT, [receipts, expiry], [idempotency.key]);
      return typeof text === 'string' ? compare(text, idempotency) : { kind: 'absent' };
    },

    async due(limit) {
      const [channels, [seconds, micros]] = await Promise.all([
        link.ask(keys.channels, (redis) => redis.smembers(keys.channels)),
        link.ask(keys.channels, (redis) => redis.time()),
      ]);
      const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
      const found = await link.askEach<string[]>(
        channels,
        (channel) => keys.of(channel).due,
        (redis, channel) =>
          redis.zrangebyscore(keys.of(channel).due, '-inf', nowMs, 'WITHSCORES', 'LIMIT', 0, limit),
      );
      return channels
        .flatMap((channel, at) =>
          pairs(found[at] ?? []).map(([id, score]) => ({ channel, id, at: Number(score) })),
        )
        .sort((a, b) => a.at - b.at)
        .map(({ channel, id }) => ({ channel, id, nowMs }));
    },
  };
}

type Known = Extract<CommitResult & ReceiptResult, { kind: 'repeated' | 'key-reused' }>;

function compare(text: string, idempotency: Idempotency): Known {
  const { fingerprint, receipt } = readReceipt(text);
  return fingerprint === idempotency.fingerprint ? { kind: 'repeated', receipt } : { kind: 'key-reused' };
}

const pairs = (list: readonly string[]): [string, string][] =>
  list.flatMap((item, at) => (at % 2 === 0 ? [[item, list[at + 1] ?? ''] as [string, string]] : []));
