/**
 * Documented API: asks a service by what its own /openapi.json says, and holds each answer against it.
 *
 * An answer with a status, a type of content or a field that is not in the document is found out.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ADMIN_KEY } from './newsline-process.ts';

type Json = Record<string, unknown>;

interface Operation {
  readonly id: string;
  readonly method: string;
  /** As documented: `/v1/channels/{channel}`. */
  readonly path: string;
  readonly statuses: readonly number[];
  readonly needsKey: boolean;
  /** Checks a request's body; absent where there is none. */
  readonly isValidBody?: ValidateFunction;
}

export interface Question {
  readonly channel?: string;
  readonly id?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the admin key; `null`: none */
  readonly key?: string | null;
  /** An object goes as JSON; text goes as it is. */
  readonly body?: object | string;
}

interface DocumentedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface DocumentedApi {
  readonly operations: readonly Operation[];
  operation(id: string): Operation;
  ask(operation: string, question?: Question): Promise<DocumentedAnswer>;
  /** Says what in an answer is not as documented; for answers that `fetch` cannot give. */
  hold(operation: string, status: number, body?: unknown): void;
  /** `publishHeadline 201`, for each answer held against the document so far. */
  readonly answered: ReadonlySet<string>;
}

/** Schemas in a document leave room for fields of later versions; this one is to say all there are now. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isOpen = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isOpen ? { ...copy, additionalProperties: false } : copy;
}

/** @param document OpenAPI 3.1 or AsyncAPI 3; its parts are then compiled by JSON pointer: `doc#/components/...`. */
export function createSchemas(document: object): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const isInstant = (text: string) =>
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) &&
    new Date(text.slice(0, 10)).toJSON()?.slice(0, 10) === text.slice(0, 10);
  ajv.addFormat('date-time', isInstant);
  ajv.addFormat('uri', (text: string) => URL.canParse(text));
  ajv.addSchema(closed(document) as object, 'doc');
  return ajv;
}

const pointer = (...parts: readonly string[]): string =>
  `doc#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

export async function readDocumentedApi(url: string): Promise<DocumentedApi> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Json> };
  const schemas = createSchemas(document);
  const compile = (...parts: readonly string[]) => schemas.compile({ $ref: pointer(...parts) });
  const answers = new Map<string, { type: string; isValid: ValidateFunction } | undefined>();
  const answered = new Set<string>();

  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, description]): Operation[] => {
      if (method === 'parameters') return [];
      const { operationId, responses, requestBody, security } = description as {
        operationId: string;
        responses: Record<string, { content?: Record<string, unknown> }>;
        requestBody?: object;
        security?: readonly object[];
      };
      for (const [status, { content }] of Object.entries(responses)) {
        const [type] = Object.keys(content ?? {});
        const at = ['paths', path, method, 'responses', status, 'content'];
        answers.set(
          `${operationId} ${status}`,
          type === undefined ? undefined : { type, isValid: compile(...at, type, 'schema') },
        );
      }
      return [
        {
          id: operationId,
          method: method.toUpperCase(),
          path,
          statuses: Object.keys(responses).map(Number),
          needsKey: (security ?? []).length > 0,
          ...(requestBody && {
            isValidBody: compile(
              'paths',
              path,
              method,
              'requestBody',
              'content',
              'application/json',
              'schema',
            ),
          }),
        },
      ];
    }),
  );

  const operation = (id: string): Operation => {
    const found = operations.find((one) => one.id === id);
    if (!found) throw new Error(`/openapi.json has no operation ${id}`);
    return found;
  };

  function hold(id: string, status: number, body?: unknown, type = ''): void {
    const name = `${id} ${status}`;
    if (!answers.has(name)) throw new Error(`${name} is not documented: ${JSON.stringify(body)}`);
    answered.add(name);
    const documented = answers.get(name);
    if (!documented) return;
    if (type !== '' && type !== documented.type)
      throw new Error(`${name} comes as ${type}, not ${documented.type}`);
    if (documented.isValid(body)) return;
    throw new Error(`${name}: ${JSON.stringify(documented.isValid.errors)} in ${JSON.stringify(body)}`);
  }

  async function ask(
    id: string,
    { channel = 'main', id: item = 'none', query = '', headers = {}, key = ADMIN_KEY, body }: Question = {},
  ): Promise<DocumentedAnswer> {
    const { method, path } = operation(id);
    const address = path.replace('{channel}', channel).replace('{id}', item);
    const ending = new AbortController();
    const response = await fetch(`${url}${address}${query}`, {
      method,
      signal: ending.signal,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (type === 'text/event-stream') {
      ending.abort();
      hold(id, response.status, '', type);
      return { status: response.status, headers: response.headers, body: {} };
    }
    const text = await response.text();
    if (/^text\//.test(type)) {
      hold(id, response.status, text, type);
      return { status: response.status, headers: response.headers, body: {} };
    }
    const parsed = text === '' ? {} : (JSON.parse(text) as Json);
    hold(id, response.status, parsed, type);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  return { operations, operation, ask, hold: (id, status, body) => hold(id, status, body), answered };
}
