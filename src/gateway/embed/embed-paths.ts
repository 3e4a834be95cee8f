/** Embed paths: what of the embeds stands in /openapi.json. Built from the schemas that check queries. */
import { channel, parametersOf, problem } from '../gateway-paths.ts';
import { colourSchema, embedQuerySchema } from './embed-options.ts';
import { oEmbedQuerySchema } from './oembed-route.ts';

const text = { type: 'string' } as const;
const page = (description: string) => ({ description, content: { 'text/html': { schema: text } } });

const oEmbedSchema = {
  type: 'object',
  required: ['version', 'type', 'html', 'width', 'height'],
  properties: {
    version: { const: '1.0' },
    type: { const: 'rich' },
    title: text,
    provider_name: text,
    provider_url: text,
    cache_age: { type: 'integer' },
    html: { ...text, description: 'An <iframe>' },
    width: { type: 'integer' },
    height: { type: 'integer' },
  },
};

export const embedPaths = {
  '/embed/{channel}': {
    get: {
      operationId: 'showEmbedPage',
      summary: 'The ticker as a page for an <iframe>; the list stands in it for readers without scripts',
      parameters: [channel, ...parametersOf(embedQuerySchema)],
      responses: {
        '200': { ...page('The page'), headers: { ETag: { schema: text } } },
        '304': { description: 'Nothing changed' },
        '404': page('There is no such channel'),
        '422': page('A parameter is not valid; the page names it'),
        '429': page('This address asks for too much'),
      },
    },
  },
  '/embed.css': {
    get: {
      operationId: 'readEmbedStyle',
      summary: 'The style of embed pages, with the colours asked for',
      parameters: parametersOf(colourSchema),
      responses: {
        '200': { description: 'A style sheet', content: { 'text/css': { schema: text } } },
        '422': problem('A colour is not valid'),
        '429': problem('This address asks for too much'),
      },
    },
  },
  '/oembed': {
    get: {
      operationId: 'readOEmbed',
      summary: 'oEmbed 1.0 for the address of an embed page',
      parameters: parametersOf(oEmbedQuerySchema),
      responses: {
        '200': {
          description: 'A frame',
          content: { 'application/json': { schema: oEmbedSchema }, 'text/xml': { schema: text } },
        },
        '404': problem('The address is none of an embed page here'),
        '422': problem('A parameter is not valid'),
        '429': problem('This address asks for too much'),
        '501': problem('The format is neither json nor xml'),
      },
    },
  },
};
