/**
 * Stream contract: what goes over the WebSockets, for /asyncapi.json.
 *
 * AsyncAPI's WebSocket binding knows no channels within a connection, so each address is one channel here.
 */
import { z } from 'zod';
import { HEADLINE_REF, headlineSchema, toJsonSchema, wireSchemas } from '../domain/wire-schema.ts';
import type { ServerFrame } from '../protocol/frames.ts';
import { CHANGES } from '../protocol/headline.ts';
import { clientFrameSchema, subscriptionQuerySchema } from './subscription.ts';

const text = { type: 'string' } as const;
const shown = CHANGES.filter((change) => change !== 'retracted');

const frame = (type: string, properties: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  required: ['type', ...Object.keys(properties)],
  properties: { type: { const: type }, ...properties, ...optional },
});

/** Every frame a server sends; a type that is missing here does not compile. */
const serverFrameSchemas: Readonly<Record<ServerFrame['type'], object>> = {
  snapshot: frame('snapshot', {
    channel: text,
    cursor: text,
    resumed: { const: false },
    serverTime: { ...text, format: 'date-time' },
    timeZone: text,
    headlines: { type: 'array', items: HEADLINE_REF },
  }),
  resumed: frame('resumed', { channel: text, cursor: text }),
  headline: frame('headline', {
    channel: text,
    cursor: text,
    change: { enum: shown },
    headline: HEADLINE_REF,
  }),
  retraction: frame('retraction', { channel: text, cursor: text, id: text }, { notice: text }),
  unsubscribed: frame('unsubscribed', { channel: text }),
  goodbye: frame('goodbye', { retryAfterMs: { type: 'number', minimum: 0 } }),
  refusal: frame('refusal', { code: text, message: text }, { channel: text }),
};

const change = z.enum(shown);
const killed = { id: text, notice: text };

/** What the dialects without control frames send: one object a frame. */
const dialectSchemas: Readonly<Record<string, object>> = {
  flatHeadline: toJsonSchema(headlineSchema.extend({ cursor: z.string(), change })),
  flatRetraction: {
    type: 'object',
    required: ['cursor', 'change', 'id'],
    properties: { cursor: text, change: { const: 'retracted' }, ...killed },
  },
  cloudEvent: {
    type: 'object',
    required: [
      'specversion',
      'id',
      'source',
      'type',
      'subject',
      'time',
      'datacontenttype',
      'sequence',
      'cursor',
      'data',
    ],
    properties: {
      specversion: { const: '1.0' },
      id: { ...text, description: 'Headline and version, as h1@2' },
      source: { ...text, description: 'The channel, as /v1/channels/en' },
      type: { enum: CHANGES.map((one) => `newsline.headline.${one}`) },
      subject: { ...text, description: 'Id of the headline' },
      time: { ...text, format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      sequence: { ...text, pattern: '^\\d{16}$' },
      cursor: text,
      data: { anyOf: [HEADLINE_REF, { type: 'object', required: ['id'], properties: killed }] },
    },
  },
};

const messagesOf = (schemas: Readonly<Record<string, object>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, payload]) => [name, { name, payload }]));

const serverMessages = messagesOf(serverFrameSchemas);
const streamMessages = { ...serverMessages, ...messagesOf(dialectSchemas) };
const clientMessages = {
  request: { name: 'request', summary: 'subscribe or unsubscribe', payload: toJsonSchema(clientFrameSchema) },
};

const names = (messages: object, channel: string) =>
  Object.keys(messages).map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));

export const asyncApiChannels = {
  channels: {
    stream: {
      address: '/v1/channels/{channel}/stream',
      summary:
        'One channel; subprotocol newsline.v1. Without one: flat objects; cloudevents.json: CloudEvents 1.0.',
      parameters: { channel: { description: "The channel's name" } },
      messages: streamMessages,
      bindings: { ws: { method: 'GET', query: toJsonSchema(subscriptionQuerySchema) } },
    },
    streams: {
      address: '/v1/stream',
      summary: 'Many channels on one connection; subprotocol newsline.v1',
      messages: { ...serverMessages, ...clientMessages },
      bindings: { ws: { method: 'GET' } },
    },
  },
  operations: {
    readStream: {
      action: 'send',
      channel: { $ref: '#/channels/stream' },
      messages: names(streamMessages, 'stream'),
    },
    readStreams: {
      action: 'send',
      channel: { $ref: '#/channels/streams' },
      messages: names(serverMessages, 'streams'),
    },
    choose: {
      action: 'receive',
      channel: { $ref: '#/channels/streams' },
      messages: names(clientMessages, 'streams'),
    },
  },
  components: { schemas: wireSchemas },
};
