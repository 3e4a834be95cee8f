import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ingestPaths } from '../../src/ingest/ingest-paths.ts';
import {
  type IngestService,
  type OpenedEngine,
  openTestEngine,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;

beforeAll(async () => {
  opened = await openTestEngine();
  service = await startIngestService({ engine: opened.engine });
});
afterAll(async () => {
  await service?.close();
  await opened?.dispose();
});

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const addresses = Object.entries(ingestPaths);
const concrete = (path: string) => path.replace('{channel}', 'en').replace('{id}', 'a1');

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } };
  readonly responses: Readonly<Record<string, object>>;
}
const operations = addresses.flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => ({
    path,
    method,
    operation: item[method] as Operation,
  })),
);

describe('the contract of ingest', () => {
  it.each(operations)(
    '$method $path is served, and needs a key as it says',
    async ({ path, method, operation }) => {
      const reply = await service.ask(method.toUpperCase(), concrete(path), undefined, { key: null });
      expect(reply.status).toBe(401);
      expect(operation.responses).toHaveProperty('401');
    },
  );

  it('leaves out no method that is served', async () => {
    for (const [path, item] of addresses) {
      for (const method of METHODS.filter((name) => !(name in item))) {
        const reply = await service.ask(method.toUpperCase(), concrete(path), undefined, { key: null });
        expect([method, path, [404, 405].includes(reply.status)]).toEqual([method, path, true]);
      }
    }
  });

  it('names each operation once, and says of each body that it takes no other fields', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      const schema = operation.requestBody?.content['application/json'].schema;
      if (schema) expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.stringify(operation)).not.toContain('$schema');
    }
  });

  it('says what a title is', () => {
    const post = operations.find(({ operation }) => operation.operationId === 'publishHeadline');
    expect(post?.operation.requestBody?.content['application/json'].schema).toMatchObject({
      required: ['title'],
      properties: { title: { type: 'string', minLength: 1, maxLength: 300 } },
    });
  });

  it('is JSON through and through', () => {
    expect(JSON.parse(JSON.stringify(ingestPaths))).toEqual(ingestPaths);
  });
});
