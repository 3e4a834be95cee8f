/**
 * Headline endpoints: publish, upsert, amend, kill, look back, and see what is to come.
 *
 * What is decided is decided by the desk; here a request becomes a command, and its outcome an answer. A retracted
 * headline's text is in no answer but the one that staff ask for by GET, and the repeat of what the sender itself
 * sent under its own idempotency key. [design 3, promise 4]
 */
import { z } from 'zod';
import { type Desk, fingerprint, newHeadlineId, type Outcome } from '../domain/desk.ts';
import type { HeadlineStore, Idempotency, Receipt } from '../domain/engine.ts';
import {
  headlineId,
  type InputContext,
  parseDelete,
  parsePatch,
  parsePost,
  parsePut,
} from '../domain/headline-input.ts';
import type { HeadlineRecord } from '../domain/headline-record.ts';
import type { Command } from '../domain/life-cycle.ts';
import { check } from '../domain/validation.ts';
import { formatCursor } from '../protocol/cursor.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import type { Answer } from './answer.ts';
import type { ChannelCall, Endpoint } from './endpoint.ts';
import { parseIdempotencyKey, parseIfMatch } from './write-headers.ts';

export interface HeadlineEndpointsOptions {
  readonly desk: Desk;
  readonly headlines: Pick<HeadlineStore, 'now' | 'read' | 'receipt' | 'scheduled'>;
  /** How long a repeat is known by its idempotency key. @default 24 hours */
  readonly idempotencyTtlMs?: number;
}

const COLLECTION = '/v1/channels/:channel/headlines';
const ITEM = `${COLLECTION}/:id`;
const SCHEDULED = '/v1/channels/:channel/scheduled';

const scheduledQuerySchema = z.strictObject({
  /** Earliest first: of a full schedule, what is next. */
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(500))
    .default(100),
});

export function headlineEndpoints({
  desk,
  headlines,
  idempotencyTtlMs = 24 * 3_600_000,
}: HeadlineEndpointsOptions): readonly Endpoint[] {
  /** What times are judged by: the engine's clock, since ours may be wrong by minutes. [design 3, promise 3] */
  const contextOf = async ({ channel: { name, language } }: ChannelCall): Promise<InputContext> => ({
    nowMs: await headlines.now(name),
    language,
  });

  async function submit(
    call: ChannelCall,
    method: string,
    id: string,
    command: Result<Command>,
    ifVersion?: number,
  ): Promise<Result<Outcome>> {
    const key = parseIdempotencyKey(call.header('idempotency-key'));
    if (!key.ok) return key;
    const { name } = call.channel;
    const idempotency: Idempotency | undefined =
      key.value === undefined
        ? undefined
        : {
            key: `${call.key.id}:${key.value}`,
            fingerprint: fingerprint(method, `${name}/${call.id}`, ifVersion ?? null, call.body ?? null),
            ttlMs: idempotencyTtlMs,
          };
    if (command.ok) return desk.submit(name, id, command.value, idempotency && { idempotency });
    // A repeat is answered as the first was, also where the time it names has passed meanwhile.
    const earlier = idempotency && (await headlines.receipt(name, idempotency));
    return earlier?.kind === 'repeated' ? accepted(outcomeOf(earlier.receipt)) : command;
  }

  /** A change of the headline in the address, over the version that If-Match names. */
  async function alter(
    call: ChannelCall,
    method: string,
    commandOver: (ifVersion: number | undefined) => Result<Command>,
  ): Promise<Result<Outcome>> {
    const id = check(headlineId, call.id, 'id');
    if (!id.ok) return id;
    const ifVersion = parseIfMatch(call.header('if-match'));
    if (!ifVersion.ok) return ifVersion;
    return submit(call, method, id.value, commandOver(ifVersion.value), ifVersion.value);
  }

  return [
    {
      method: 'post',
      path: COLLECTION,
      scope: 'publish',
      on: 'channel',
      body: 'needed',
      async handle(call) {
        const draft = parsePost(call.body, await contextOf(call));
        const id = (draft.ok ? draft.value.id : undefined) ?? newHeadlineId();
        const command = map(draft, (value): Command => ({ do: 'publish', draft: value }));
        const outcome = await submit(call, 'POST', id, command);
        return map(outcome, (value) => answerOf(call, value, isPlanned(value) ? 202 : 201, content(value)));
      },
    },
    {
      method: 'put',
      path: ITEM,
      scope: 'publish',
      on: 'channel',
      body: 'needed',
      async handle(call) {
        const id = check(headlineId, call.id, 'id');
        if (!id.ok) return id;
        const draft = parsePut(call.body, await contextOf(call));
        const command = map(draft, (value): Command => {
          const { version, change, ...rest } = value;
          return { do: 'upsert', draft: rest, version, change };
        });
        const outcome = await submit(call, 'PUT', id.value, command);
        return map(outcome, (value) => {
          const { applied, record } = value;
          if (record.status === 'retracted')
            return answerOf(call, value, 200, { applied, ...tombstone(value) });
          const done = record.revision === 1 ? 201 : 200;
          const status = applied ? (isPlanned(value) ? 202 : done) : 200;
          return answerOf(call, value, status, { applied, ...content(value) });
        });
      },
    },
    {
      method: 'patch',
      path: ITEM,
      scope: 'publish',
      on: 'channel',
      body: 'needed',
      async handle(call) {
        const outcome = await alter(call, 'PATCH', (ifVersion) =>
          map(parsePatch(call.body), (patch): Command => ({ do: 'amend', patch, ifVersion })),
        );
        return map(outcome, (value) => answerOf(call, value, 200, content(value)));
      },
    },
    {
      method: 'delete',
      path: ITEM,
      scope: 'publish',
      on: 'channel',
      body: 'optional',
      async handle(call) {
        const outcome = await alter(call, 'DELETE', (ifVersion) =>
          map(parseDelete(call.body), ({ notice }): Command => ({ do: 'retract', notice, ifVersion })),
        );
        return map(outcome, (value) =>
          answerOf(call, value, 200, { applied: value.applied, ...tombstone(value) }),
        );
      },
    },
    {
      method: 'get',
      path: SCHEDULED,
      scope: 'publish',
      on: 'channel',
      async handle({ channel: { name }, query }) {
        const asked = check(scheduledQuerySchema, query, 'query');
        if (!asked.ok) return asked;
        const { total, records } = await headlines.scheduled(name, asked.value.limit);
        const scheduled = records.map(({ headline, releaseAt }) => ({ headline, publishAt: releaseAt }));
        return accepted({ status: 200, body: { channel: name, total, scheduled } });
      },
    },
    {
      method: 'get',
      path: ITEM,
      scope: 'publish',
      on: 'channel',
      async handle(call) {
        const id = check(headlineId, call.id, 'id');
        if (!id.ok) return id;
        const record = await headlines.read(call.channel.name, id.value);
        if (!record) {
          return refused({ code: 'unknown-headline', message: `there is no headline with id ${id.value}` });
        }
        const { headline, status, releaseAt, history } = record;
        const body = { headline, status, ...(releaseAt !== undefined && { releaseAt }), history };
        return accepted({ status: 200, headers: { etag: etagOf(record) }, body });
      },
    },
  ];
}

/** 201 where it began to be, 202 where it is only planned, 200 where it changed or stayed. */
function answerOf(call: ChannelCall, outcome: Outcome, status: 200 | 201 | 202, body: object): Answer {
  const { id, record, repeated, replicas } = outcome;
  const location = `/v1/channels/${call.channel.name}/headlines/${encodeURIComponent(id)}`;
  return {
    status,
    id,
    headers: {
      etag: etagOf(record),
      ...(status !== 200 && { location }),
      ...(repeated && { 'idempotent-replayed': 'true' }),
    },
    body: { ...body, ...(replicas && { replication: replicas }) },
  };
}

const isPlanned = ({ record }: Outcome): boolean => record.status === 'scheduled';

function content({ record, cursor }: Outcome): object {
  const { headline, releaseAt } = record;
  return {
    headline,
    ...(cursor !== undefined && { cursor }),
    ...(releaseAt !== undefined && { publishAt: releaseAt }),
  };
}

/** A retracted headline without its text. */
function tombstone({ id, record, cursor }: Outcome): object {
  const notice = record.history.at(-1)?.notice;
  return {
    id,
    version: record.headline.version,
    status: record.status,
    // A mistyped id must not look like a kill: the story meant would still be on every screen.
    ...(record.history.length === 1 && { inAdvance: true }),
    ...(notice !== undefined && { notice }),
    ...(cursor !== undefined && { cursor }),
  };
}

const etagOf = ({ headline }: HeadlineRecord): string => `"${headline.version}"`;

const outcomeOf = ({ id, record, cursor, replicas }: Receipt): Outcome => ({
  id,
  record,
  ...(cursor && { cursor: formatCursor(cursor) }),
  ...(replicas && { replicas }),
  applied: true,
  repeated: true,
});

const map = <From, To>(result: Result<From>, change: (value: From) => To): Result<To> =>
  result.ok ? accepted(change(result.value)) : result;
