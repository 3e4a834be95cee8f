/**
 * Contracts: /openapi.json and /asyncapi.json, put together from what the servers say of themselves.
 *
 * The schemas are the ones that check requests, so the documents cannot promise what the service refuses.
 */
import { wireSchemas } from '../domain/wire-schema.ts';
import { embedPaths } from '../gateway/embed/embed-paths.ts';
import { gatewayPaths } from '../gateway/gateway-paths.ts';
import { asyncApiChannels } from '../gateway/stream-contract.ts';
import { ingestPaths } from '../ingest/ingest-paths.ts';

const VERSION = '1.0.0';
const description = 'Real-time news-ticker push service.';

type PathItem = Readonly<Record<string, unknown>>;

export function openApiDocument(serverUrl: string): object {
  const paths: Record<string, PathItem> = {};
  for (const source of [ingestPaths, gatewayPaths, embedPaths] as readonly Readonly<
    Record<string, PathItem>
  >[]) {
    for (const [path, item] of Object.entries(source)) paths[path] = { ...paths[path], ...item };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'newsline', version: VERSION, description },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: wireSchemas,
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
    },
  };
}

export function asyncApiDocument(serverUrl: string): object {
  const { protocol, host } = new URL(serverUrl);
  return {
    asyncapi: '3.0.0',
    info: { title: 'newsline', version: VERSION, description },
    servers: { service: { host, protocol: protocol === 'https:' ? 'wss' : 'ws' } },
    defaultContentType: 'application/json',
    ...asyncApiChannels,
  };
}
