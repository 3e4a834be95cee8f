/**
 * Ingest paths: what ingest takes and answers, as OpenAPI 3.1, written from the schemas that check it.
 *
 * Addresses may be shared with the gateway's (GET of a headline list): whoever merges, merges method by method.
 */
import { apiKeySchema, SCOPES } from '../domain/api-key.ts';
import { channelPatchSchema, channelSchema } from '../domain/channel.ts';
import { deleteSchema, patchSchema, postSchema, putSchema } from '../domain/headline-input.ts';
import { HEADLINE_REF, PROBLEM_REF, toJsonSchema } from '../domain/wire-schema.ts';

type Json = Record<string, unknown>;

const text = (description: string): Json => ({ type: 'string', description });
const time: Json = { type: 'string', format: 'date-time' };
const object = (properties: Json, required = Object.keys(properties)): Json => ({
  type: 'object',
  properties,
  required,
});
const listOf = (items: Json): Json => ({ type: 'array', items });

const cursor = text('Where the change stands in the channel; absent where readers were told nothing.');
const publishAt: Json = { ...time, description: 'Only while scheduled: when it will be published.' };
const applied: Json = {
  type: 'boolean',
  description: 'False where nothing changed: known already, or older.',
};
const count: Json = { type: 'integer', minimum: 0 };
const replication: Json = {
  ...object({ wanted: count, had: count }),
  description: 'Only where replicas are waited for and too few had it in time: it is committed, and stays.',
};
const version: Json = { type: 'integer', minimum: 1 };
const kept = (description: string): Json => ({ type: 'integer', description });
const channel = object(
  {
    name: text('As in the address.'),
    language: text('BCP 47, of headlines that name none.'),
    timeZone: text('IANA zone.'),
    origins: listOf(text('A website that may read.')),
    keepChanges: kept('Changes kept to resume from; the oldest go first.'),
    keepHeadlines: kept('Headlines kept beside those scheduled; the longest unchanged go first.'),
    keepDays: kept('Days after which changes, and headlines not changed since, go; absent: no limit.'),
  },
  ['name', 'language', 'timeZone', 'origins'],
);
const key = object({
  id: text('Names the key; not secret.'),
  name: text('For people.'),
  scopes: listOf({ enum: SCOPES }),
  channels: listOf(text('A channel, or * for all.')),
  createdAt: time,
});
const tombstone = {
  applied,
  id: text('The headline.'),
  version,
  status: { const: 'retracted' },
  inAdvance: {
    const: true,
    description: 'There never was a headline of this id: none can come any more.',
  },
  notice: text('Public words.'),
  cursor,
  replication,
};
const history = object(
  {
    change: { enum: ['scheduled', 'published', 'updated', 'corrected', 'retracted'] },
    version,
    at: time,
    title: text('As it stood then.'),
    notice: text('Public words of the change.'),
  },
  ['change', 'version', 'at', 'title'],
);

const json = (description: string, schema: Json, headers?: Json): Json => ({
  description,
  ...(headers && { headers }),
  content: { 'application/json': { schema } },
});
const header = (description: string): Json => ({ description, schema: { type: 'string' } });
const etag = { ETag: header('The version, as "3".') };
const location = { Location: header('Where it is.') };
const replayed = {
  'Idempotent-Replayed': header('true where the same request came before: this is its answer then.'),
};

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: PROBLEM_REF } },
});
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or the address is not well-formed.',
  401: 'No API key, or one that is not known.',
  403: 'The API key has no right to this.',
  404: 'No such channel, headline or key.',
  409: 'It exists, has moved on, or there can be no more.',
  410: 'The headline was retracted, which is final.',
  413: 'The body is too large.',
  415: 'The body is not application/json, or is encoded.',
  422: 'A field or header is not valid; errors names each.',
  429: 'Too many requests; see Retry-After.',
  503: 'The store does not answer; see Retry-After.',
};
const READING = [401, 403, 429, 503];
const WRITING = [400, ...READING, 413, 415, 422];

const inPath = (name: string, description: string): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
const channelParameter = inPath('channel', 'Name of the channel.');
const headlineParameter = inPath('id', 'Id of the headline.');
const keyParameter = inPath('id', 'Id of the key.');
const inHeader = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});
const limit: Json = {
  name: 'limit',
  in: 'query',
  description: 'How many, earliest first.',
  schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
};
const idempotencyKey = inHeader('Idempotency-Key', 'A repeat with the same key is carried out once.', {
  minLength: 1,
  maxLength: 255,
});
const ifMatch = inHeader('If-Match', 'The version that must be the current one, as "3".', {});

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly body?: Json;
  readonly isBodyOptional?: boolean;
  readonly parameters?: readonly Json[];
  readonly answers: Readonly<Record<number, Json>>;
  readonly problems: readonly number[];
}

function operation(
  operationId: string,
  { summary, description, body, isBodyOptional = false, parameters = [], answers, problems }: Operation,
): Json {
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    security: [{ apiKey: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: !isBodyOptional, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      ...answers,
      ...Object.fromEntries(problems.map((status) => [status, problem(PROBLEMS[status] ?? '')])),
    },
  };
}

const written = object({ headline: HEADLINE_REF, cursor, publishAt, replication }, ['headline']);
const planned = object({ headline: HEADLINE_REF, publishAt, replication }, ['headline', 'publishAt']);
const upserted = object({ applied, headline: HEADLINE_REF, cursor, publishAt, replication }, [
  'applied',
  'headline',
]);
const retracted = object(tombstone, ['applied', 'id', 'version', 'status']);

/** The `paths` of an OpenAPI 3.1 document, whose components have the wire schemas and the security scheme `apiKey`. */
export const ingestPaths: Readonly<Record<string, Json>> = {
  '/v1/channels/{channel}/headlines': {
    parameters: [channelParameter],
    post: operation('publishHeadline', {
      summary: 'Publish a headline, or schedule it',
      description: 'A notice explains a version that readers saw: a first publication goes out without one.',
      body: toJsonSchema(postSchema),
      parameters: [idempotencyKey],
      answers: {
        201: json('Published.', written, { ...location, ...etag, ...replayed }),
        202: json('Scheduled.', planned, { ...location, ...etag, ...replayed }),
      },
      problems: [...WRITING, 404, 409, 410],
    }),
  },
  '/v1/channels/{channel}/headlines/{id}': {
    parameters: [channelParameter, headlineParameter],
    get: operation('lookBackOnHeadline', {
      summary: 'One headline with its history, for staff',
      answers: {
        200: json(
          'As it stands, or will stand.',
          object(
            {
              headline: HEADLINE_REF,
              status: { enum: ['scheduled', 'live', 'retracted'] },
              releaseAt: publishAt,
              history: listOf(history),
            },
            ['headline', 'status', 'history'],
          ),
          etag,
        ),
      },
      problems: [...READING, 400, 404, 422],
    }),
    put: operation('upsertHeadline', {
      summary: "Put a headline by the sender's own id and version; older versions change nothing",
      description:
        'A scheduled headline stays scheduled for its time where neither publishAt nor publishedAt is given. ' +
        'It is published at once by a publishedAt, or a publishAt that has come. A published one keeps its place.',
      body: toJsonSchema(putSchema),
      parameters: [idempotencyKey],
      answers: {
        200: json('Changed, or as it was.', { anyOf: [upserted, retracted] }, { ...etag, ...replayed }),
        201: json('Published.', upserted, { ...location, ...etag, ...replayed }),
        202: json('Scheduled.', upserted, { ...location, ...etag, ...replayed }),
      },
      problems: [...WRITING, 404, 409],
    }),
    patch: operation('amendHeadline', {
      summary: 'Update or correct a headline; null takes a field away',
      body: toJsonSchema(patchSchema),
      parameters: [idempotencyKey, ifMatch],
      answers: { 200: json('Changed.', written, { ...etag, ...replayed }) },
      problems: [...WRITING, 404, 409, 410],
    }),
    delete: operation('retractHeadline', {
      summary: 'Kill a headline, also one never seen: it stays away',
      body: toJsonSchema(deleteSchema),
      isBodyOptional: true,
      parameters: [idempotencyKey, ifMatch],
      answers: { 200: json('Retracted.', retracted, { ...etag, ...replayed }) },
      problems: [...WRITING, 404, 409],
    }),
  },
  '/v1/channels/{channel}/scheduled': {
    parameters: [channelParameter],
    get: operation('listScheduled', {
      summary: 'What is scheduled in a channel, earliest first, for staff',
      parameters: [limit],
      answers: {
        200: json(
          'What is to come.',
          object({
            channel: text('As in the address.'),
            total: { type: 'integer', description: 'Scheduled in all, also where fewer are listed.' },
            scheduled: listOf(object({ headline: HEADLINE_REF, publishAt })),
          }),
        ),
      },
      problems: [...READING, 400, 404, 422],
    }),
  },
  '/v1/channels': {
    get: operation('listChannels', {
      summary: 'The channels this key administers',
      answers: { 200: json('The channels.', object({ channels: listOf(channel) })) },
      problems: READING,
    }),
    post: operation('createChannel', {
      summary: 'Create a channel',
      body: toJsonSchema(channelSchema),
      answers: { 201: json('Created.', object({ channel }), location) },
      problems: [...WRITING, 409],
    }),
  },
  '/v1/channels/{channel}': {
    parameters: [channelParameter],
    get: operation('getChannel', {
      summary: "A channel's settings",
      answers: { 200: json('The channel.', object({ channel })) },
      problems: [...READING, 400, 404],
    }),
    patch: operation('updateChannel', {
      summary: "Change a channel's settings",
      body: toJsonSchema(channelPatchSchema),
      answers: { 200: json('Changed.', object({ channel })) },
      problems: [...WRITING, 404],
    }),
    delete: operation('deleteChannel', {
      summary: 'Delete a channel with all its headlines',
      answers: { 204: { description: 'Deleted.' } },
      problems: [...READING, 400, 404],
    }),
  },
  '/v1/keys': {
    get: operation('listKeys', {
      summary: 'All API keys, without their secrets',
      answers: { 200: json('The keys.', object({ keys: listOf(key) })) },
      problems: READING,
    }),
    post: operation('createKey', {
      summary: 'Create an API key; its secret is shown this once',
      body: toJsonSchema(apiKeySchema),
      answers: { 201: json('Created.', object({ key, secret: text('To be kept by you.') }), location) },
      problems: [...WRITING, 409],
    }),
  },
  '/v1/keys/{id}': {
    parameters: [keyParameter],
    delete: operation('revokeKey', {
      summary: 'Revoke an API key, at once',
      answers: { 204: { description: 'Revoked.' } },
      problems: [...READING, 400, 404],
    }),
  },
};
