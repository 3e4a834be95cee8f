/**
 * Headlines in Redis: reads their records, commits what was decided on them, and says which are due.
 *
 * What time it is, Redis says where the channel lies: the clocks of our own processes decide nothing.
 */
import {
  CANARY_CHANNEL,
  type CommitResult,
  type HeadlineStore,
  type Idempotency,
  type ReceiptResult,
  type Replicas,
  SCHEDULE_LIMIT,
} from '../../domain/engine.ts';
import { reviveRecord } from '../../domain/headline-record.ts';
import type { ChannelNames } from './channel-names.ts';
import { COMMIT, channelKeys, commitArguments } from './commit-script.ts';
import { pairsOf } from './pairs-of.ts';
import { createPatientQuestions } from './patient-questions.ts';
import type { RedisKeys } from './redis-keys.ts';
import { type RedisLink, script } from './redis-link.ts';
import { SWEEP } from './retention-script.ts';
import { readReceipt, readRecord } from './stored-text.ts';

/** A record moves from `held` to `records`: both are looked at in the same instant. */
const READ = script(`return redis.call('HGET', KEYS[1], ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[1])`);

const RECEIPT = script(`
local clock = redis.call('TIME')
local forgotten = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not forgotten or tonumber(forgotten) <= clock[1] * 1000 + math.floor(clock[2] / 1000) then return false end
if ARGV[2] == '1' then redis.call('HINCRBY', KEYS[3], 'repeats', 1) end
return redis.call('HGET', KEYS[1], ARGV[1])
`);

/** Writes what harms nothing, so that there is something to wait for. */
const TOUCH = script(`
return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HINCRBY', KEYS[1], 'repeats', 1)
`);

/** Names a key so that the clock asked is the one where the channel lies. */
const NOW = script(`
local clock = redis.call('TIME')
return clock[1] * 1000 + math.floor(clock[2] / 1000)
`);

const DUE = script(`
local clock = redis.call('TIME')
local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
return {now, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])}
`);

const SCHEDULED = script(`
local due, held = unpack(KEYS)
local found = {}
for at, id in ipairs(redis.call('ZRANGE', due, 0, ARGV[1] - 1)) do found[at] = redis.call('HGET', held, id) end
return {redis.call('ZCARD', due), found}
`);

/** Rows of each kind that one sweep of a channel drops: a few milliseconds of Redis' time. */
const SWEEP_LIMIT = 500;

export interface RedisLimits {
  readonly log: number;
  readonly records: number;
  readonly receipts: number;
}

/** A probe is needed for seconds, its record until the same gateway's next: there may be many gateways. */
const CANARY_LIMITS: RedisLimits = { log: 100, records: 1_000, receipts: 20 };

export interface RedisHeadlinesOptions {
  readonly newEpoch: () => string;
  /** Told of each acknowledgement that too few replicas stand behind. */
  readonly report: (replicas: Replicas) => void;
}

export function createRedisHeadlines(
  link: RedisLink,
  keys: RedisKeys,
  names: ChannelNames,
  limits: RedisLimits,
  { newEpoch, report }: RedisHeadlinesOptions,
): HeadlineStore {
  /** What a receipt says of replicas. */
  const tell = (replicas: Replicas | undefined): { readonly replicas?: Replicas } => {
    if (!replicas) return {};
    report(replicas);
    return { replicas };
  };

  /** All that the script says of each channel there is. */
  async function askEachChannel<Answer>(
    question: (channel: string) => Promise<Answer>,
  ): Promise<readonly (readonly [channel: string, answer: Answer])[]> {
    const channels = await names.list();
    const asked = await Promise.allSettled(
      channels.map(async (channel) => [channel, await question(channel)] as const),
    );
    // A server of a cluster that is gone does not hold back what the others have.
    const [failed] = asked.flatMap((each) => (each.status === 'rejected' ? [each] : []));
    if (failed && asked.every(({ status }) => status === 'rejected')) throw failed.reason;
    return asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }

  const dueQuestions = createPatientQuestions(async (channel: string, limit: number) => {
    const [now, found] = (await link.run(DUE, [keys.of(channel).due], [limit])) as [string, string[]];
    return pairsOf(found).map(([id, score]) => ({ channel, id, nowMs: Number(now), at: Number(score) }));
  });

  return {
    now: async (channel) => Number(await link.run(NOW, [keys.of(channel).settings])),

    async read(channel, id) {
      const { records, held } = keys.of(channel);
      const text = await link.run(READ, [records, held], [id]);
      return typeof text === 'string' ? readRecord(text) : undefined;
    },

    async commit(commit) {
      const { channel, id, record, entry, idempotency, isAcknowledged = true } = commit;
      const isCanary = channel === CANARY_CHANNEL;
      const { log, records, receipts } = isCanary ? CANARY_LIMITS : limits;
      const ofChannel = keys.of(channel);
      const isAwaited = link.hasReplicaWait && isAcknowledged && !isCanary;
      const args = commitArguments(commit, {
        keys: ofChannel,
        newEpoch: newEpoch(),
        isOpen: isCanary,
        logLimit: log,
        recordLimit: records,
        receiptLimit: receipts,
        scheduleLimit: SCHEDULE_LIMIT,
        isAwaited,
      });
      // What no one waits for goes over the connection that replicas do not hold up.
      const { reply, replicas } = isAwaited
        ? await link.commit(COMMIT, channelKeys(ofChannel), args, isKept)
        : { reply: await link.run(COMMIT, channelKeys(ofChannel), args), replicas: undefined };
      const [kind, ...rest] = reply as [string, ...string[]];
      if (kind === 'conflict' || kind === 'unknown-channel' || kind === 'schedule-full') return { kind };
      if (kind === 'known' && idempotency) return compare(rest[0] ?? '', idempotency, () => tell(replicas));
      const [epoch = '', sequence = '', numbered = ''] = rest;
      const cursor = entry && { epoch, sequence: Number(sequence), tag: entry.tag };
      const committed = reviveRecord({ sequence: Number(numbered), json: JSON.stringify(record) });
      const receipt = { id, record: committed, ...(cursor && { cursor }), ...tell(replicas) };
      return { kind: 'committed', receipt };
    },

    async receipt(channel, idempotency) {
      const { receipts, expiry, meta } = keys.of(channel);
      const { reply, replicas } = await link.commit(
        RECEIPT,
        [receipts, expiry, meta],
        [idempotency.key, link.hasReplicaWait ? 1 : 0],
        (answer) => typeof answer === 'string',
      );
      if (typeof reply !== 'string') return { kind: 'absent' };
      return compare(reply, idempotency, () => tell(replicas));
    },

    ...(link.hasReplicaWait && {
      async confirm(channel: string) {
        const { replicas } = await link.commit(TOUCH, [keys.of(channel).meta], [], () => true);
        return tell(replicas).replicas;
      },
    }),

    async due(limit) {
      const answers = await dueQuestions.ask(await names.list(), limit);
      return answers
        .flat()
        .sort((a, b) => a.at - b.at)
        .map(({ channel, id, nowMs }) => ({ channel, id, nowMs }));
    },

    async scheduled(channel, limit) {
      const { due, held } = keys.of(channel);
      const [total, texts] = (await link.run(SCHEDULED, [due, held], [limit])) as [number, string[]];
      return { total, records: texts.map(readRecord) };
    },

    async sweep() {
      const dropped = await askEachChannel((channel) =>
        link.run(SWEEP, channelKeys(keys.of(channel)), [
          limits.log,
          limits.records,
          limits.receipts,
          SWEEP_LIMIT,
        ]),
      );
      return dropped.some(([, count]) => Number(count) > 0);
    },
  };
}

/** As the commit script replies. */
const isKept = (reply: unknown): boolean => {
  const [kind] = reply as readonly string[];
  return kind === 'committed' || kind === 'known';
};

type Known = Extract<CommitResult & ReceiptResult, { kind: 'repeated' | 'key-reused' }>;

function compare(
  text: string,
  idempotency: Idempotency,
  more: () => { readonly replicas?: Replicas },
): Known {
  const { fingerprint, receipt } = readReceipt(text);
  if (fingerprint !== idempotency.fingerprint) return { kind: 'key-reused' };
  return { kind: 'repeated', receipt: { ...receipt, ...more() } };
}
