/**
 * Stream contract: what goes over the WebSockets, for /asyncapi.json.
 *
 * AsyncAPI's WebSocket binding knows no channels within a connection, so each address is one channel here.
 */
import { HEADLINE_REF, toJsonSchema, wireSchemas } from '../domain/wire-schema.ts';
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

const serverMessages = Object.fromEntries(
  Object.entries(serverFrameSchemas).map(([type, payload]) => [type, { name: type, payload }]),
);
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
      messages: serverMessages,
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
      messages: names(serverMessages, 'stream'),
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
