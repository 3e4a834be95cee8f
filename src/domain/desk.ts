/**
 * Desk: carries a command from its reading of a headline's state to the commit.
 *
 * Reads, decides, commits over the revision it read; where someone else committed in between, it decides anew. What
 * time it is, the engine says: desks whose own clocks differ decide alike.
 */
import { createHash, randomBytes } from 'node:crypto';
import { formatCursor } from '../protocol/cursor.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import {
  type CommitResult,
  type HeadlineStore,
  type Idempotency,
  type Replicas,
  SCHEDULE_LIMIT,
} from './engine.ts';
import type { HeadlineRecord } from './headline-record.ts';
import { type Command, decide } from './life-cycle.ts';

export interface Outcome {
  readonly id: string;
  readonly record: HeadlineRecord;
  /** Place in the log; absent where nothing was said to readers. */
  readonly cursor?: string;
  /** False where nothing changed: the change was known, or older than what is. */
  readonly applied: boolean;
  /** Only where too few replicas had it in time. */
  readonly replicas?: Replicas;
  /** The same request came before, under its idempotency key: this is what came of it then. */
  readonly repeated: boolean;
}

export interface DeskOptions {
  /** 48 random bits, base64url. */
  readonly randomTag?: () => string;
  /** Decisions before giving up, when others keep committing to the same headline. @default 20 */
  readonly attempts?: number;
}

export interface Desk {
  submit(
    channel: string,
    id: string,
    command: Command,
    options?: {
      readonly idempotency?: Idempotency;
      /** As the engine's clock said. @default asked anew for each decision */
      readonly nowMs?: number;
    },
  ): Promise<Result<Outcome>>;
}

export const newTag = (): string => randomBytes(6).toString('base64url');
export const newHeadlineId = (): string => `h${randomBytes(12).toString('hex')}`;

/** Fingerprint of a request: what it asks of what, whatever the order of its fields. */
export const fingerprint = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts, sortFields)).digest('base64url');

const sortFields = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

export function createDesk(
  headlines: Pick<HeadlineStore, 'read' | 'now' | 'commit' | 'receipt' | 'confirm'>,
  { randomTag = newTag, attempts = 20 }: DeskOptions = {},
): Desk {
  return {
    async submit(channel, id, command, { idempotency, nowMs } = {}) {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const [record, at] = await Promise.all([
          headlines.read(channel, id),
          nowMs ?? headlines.now(channel),
        ]);
        const decision = decide(id, record, command, at);
        // A repeat may meet the state its first run left behind, so the key is asked before the decision stands.
        if (decision.kind !== 'commit') {
          const earlier = idempotency && (await headlines.receipt(channel, idempotency));
          if (earlier && earlier.kind !== 'absent') return conclude(earlier, channel);
          if (decision.kind === 'refused') return refused(decision.refusal);
          // What stands may be what a first attempt left behind, whose answer was lost.
          const replicas = await headlines.confirm?.(channel);
          const rest = { applied: false, repeated: false, ...(replicas && { replicas }) };
          return accepted({ id, record: decision.record, ...rest });
        }
        const result = await headlines.commit({
          channel,
          id,
          expectedRevision: record?.revision ?? 0,
          record: decision.record,
          ...(decision.body && {
            entry: { tag: randomTag(), at: new Date(at).toISOString(), json: JSON.stringify(decision.body) },
          }),
          ...(idempotency && { idempotency }),
          isAcknowledged: command.do !== 'release',
        });
        if (result.kind !== 'conflict') return conclude(result, channel);
      }
      return refused({ code: 'stale-version', message: `headline ${id} keeps changing; try again` });
    },
  };
}

function conclude(result: Exclude<CommitResult, { kind: 'conflict' }>, channel: string): Result<Outcome> {
  switch (result.kind) {
    case 'committed':
    case 'repeated': {
      const { id, record, cursor, replicas } = result.receipt;
      const place = { ...(cursor && { cursor: formatCursor(cursor) }), ...(replicas && { replicas }) };
      return accepted({ id, record, ...place, applied: true, repeated: result.kind === 'repeated' });
    }
    case 'schedule-full': {
      const message = `publishAt: ${SCHEDULE_LIMIT} headlines are scheduled in channel ${channel}, and there can be no more`;
      return refused({ code: 'limit-reached', message });
    }
    case 'key-reused':
      return refused({ code: 'key-reused', message: 'Idempotency-Key: came with another request before' });
    case 'unknown-channel':
      return refused({ code: 'unknown-channel', message: `there is no channel ${channel}` });
  }
}
