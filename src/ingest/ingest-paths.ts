/**
 * Ingest paths: what ingest takes and answers, as OpenAPI 3.1, written from the schemas that check it.
 *
 * Addresses may be shared with the gateway's (GET of a headline list): whoever merges, merges method by method.
 */
import { apiKeySchema } from '../domain/api-key.ts';
import { channelPatchSchema, channelSchema } from '../domain/channel.ts';
import { deleteSchema, patchSchema, postSchema, putSchema } from '../domain/headline-input.ts';
import { HEADLINE_REF, toJsonSchema } from '../domain/wire-schema.ts';
import { channel, history, key, planned, publishAt, retracted, upserted, written } from './answer-schemas.ts';
import {
  channelParameter,
  etag,
  headlineParameter,
  idempotencyKey,
  ifMatch,
  type Json,
  json,
  keyParameter,
  limit,
  listOf,
  location,
  object,
  operation,
  READING,
  replayed,
  text,
  WRITING,
} from './openapi-operation.ts';

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
