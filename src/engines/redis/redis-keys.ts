/**
 * Redis keys: where everything of a channel stands.
 *
 * All keys of a channel share one hash tag, so that one script may touch them in a cluster. What is not yet public
 * (`held`, `due`, `receipts`) has keys of its own: a gateway's Redis user is denied them (docs/redis-access.md).
 */
export interface ChannelKeys {
  /** Hash of the settings, each as JSON; the channel exists while this does. */
  readonly settings: string;
  /** Hash: epoch, sequence and tag of the head; `stamp` of the latest change of a record. */
  readonly meta: string;
  /** Stream of entries; the id is the sequence number. */
  readonly log: string;
  /** Hash by id: records that readers were told of. */
  readonly records: string;
  /** Hash by id: records that readers know nothing of. */
  readonly held: string;
  /** Sorted set of the live headlines: by publication, then by first entry. */
  readonly line: string;
  /**
   * Sorted set of ids by their last change, in microseconds since 1970 by Redis' clock, no two alike; what is
   * scheduled is not in it, and so is never dropped.
   */
  readonly kept: string;
  /** Sorted set of ids by the time of their release. */
  readonly due: string;
  /** Hash by idempotency key: what came of the request. */
  readonly receipts: string;
  /** Sorted set of idempotency keys by the time they are forgotten. */
  readonly expiry: string;
  /** There for a week after the channel was deleted; a channel that is gone without it was lost. */
  readonly deleted: string;
  /** Pub/Sub channel on which entries are announced. */
  readonly topic: string;
}

export interface RedisKeys {
  /** Set of the channels' names. A name may stand here without a channel, never a channel without its name. */
  readonly channels: string;
  /** Hash by id: API keys. */
  readonly apiKeys: string;
  of(channel: string): ChannelKeys;
}

/** A `{` would move the hash tag; `*`, `?` and `[` mean something else in ACL patterns. */
const PREFIX = /^[A-Za-z0-9_.:-]{1,64}$/;

export function createRedisKeys(prefix: string): RedisKeys {
  if (!PREFIX.test(prefix)) throw new TypeError('the key prefix must be 1 to 64 letters, digits and _ . : -');
  return {
    channels: `${prefix}:channels`,
    apiKeys: `${prefix}:keys`,
    of(channel) {
      const at = (part: string) => `${prefix}:{${channel}}:${part}`;
      return {
        settings: at('settings'),
        meta: at('meta'),
        log: at('log'),
        records: at('records'),
        held: at('held'),
        line: at('line'),
        kept: at('kept'),
        due: at('due'),
        receipts: at('receipts'),
        expiry: at('expiry'),
        deleted: at('deleted'),
        topic: at('changes'),
      };
    },
  };
}
