/** Gateway paths: what the gateway answers over HTTP, for /openapi.json. Built from the schemas that check queries. */
import type { z } from 'zod';
import { channelName } from '../domain/channel.ts';
import { HEADLINE_REF, PROBLEM_REF, toJsonSchema } from '../domain/wire-schema.ts';
import { subscriptionQuerySchema } from './subscription.ts';

export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: PROBLEM_REF } },
});

const refusals = {
  '400': problem('The cursor is not one of this service'),
  '403': problem('The website is not allowed to read'),
  '404': problem('There is no such channel'),
  '422': problem('A parameter is not valid'),
  '429': problem('This address asks for too much, or has too many connections'),
};

export const channel = { name: 'channel', in: 'path', required: true, schema: toJsonSchema(channelName) };

/** Parameters that may be given several times, to be met by any of their values. */
const REPEATED = ['section', 'language', 'tag'];

export const parametersOf = ({ shape }: z.ZodObject) =>
  Object.entries(shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !schema.safeParse(undefined).success,
    schema: REPEATED.includes(name)
      ? { type: 'array', items: { type: 'string' }, maxItems: 10 }
      : toJsonSchema(schema as z.ZodType),
    ...(REPEATED.includes(name) && { style: 'form', explode: true }),
  }));

const queryParameters = parametersOf(subscriptionQuerySchema);

const text = { type: 'string' } as const;

const headlinesBodySchema = {
  type: 'object',
  required: ['channel', 'cursor', 'resumed', 'timeZone', 'headlines', 'retractions'],
  properties: {
    channel: text,
    cursor: { ...text, description: 'Opaque; hand it back as since' },
    resumed: { type: 'boolean', description: 'True: the changes after since. False: the list as it stands.' },
    timeZone: { ...text, description: "IANA zone of the channel's newsroom" },
    headlines: { type: 'array', items: HEADLINE_REF, description: 'Newest first' },
    retractions: {
      type: 'array',
      items: { type: 'object', required: ['id'], properties: { id: text, notice: text } },
    },
  },
};

export const gatewayPaths = {
  '/v1/channels/{channel}/headlines': {
    get: {
      operationId: 'readHeadlines',
      summary: 'The list as it stands, or what changed after a cursor',
      parameters: [channel, ...queryParameters],
      responses: {
        '200': {
          description: 'Headlines, newest first',
          headers: { ETag: { schema: text } },
          content: { 'application/json': { schema: headlinesBodySchema } },
        },
        '304': { description: 'Nothing changed' },
        ...refusals,
      },
    },
  },
  '/v1/channels/{channel}/stream': {
    get: {
      operationId: 'streamHeadlines',
      summary: 'Server-sent events; a WebSocket when upgraded (see /asyncapi.json)',
      parameters: [
        channel,
        ...queryParameters,
        { name: 'Last-Event-ID', in: 'header', required: false, schema: text },
      ],
      responses: {
        '101': { description: 'Switching to WebSocket' },
        '200': {
          description: 'Events until one side ends',
          content: { 'text/event-stream': { schema: text } },
        },
        ...refusals,
        '410': problem('What follows the cursor is no longer kept (dialects without a snapshot)'),
        '429': problem('Too many connections from this address, or it asks for too much'),
        '503': problem(
          'The server is draining, too many readers are arriving at once, or too many different filters are in use',
        ),
      },
    },
  },
};
