/**
 * OpenAPI operation: the words in which one method at one address is described, and the problems that all share.
 */
import { PROBLEM_REF } from '../domain/wire-schema.ts';

export type Json = Record<string, unknown>;

export const text = (description: string): Json => ({ type: 'string', description });
export const time: Json = { type: 'string', format: 'date-time' };
export const object = (properties: Json, required = Object.keys(properties)): Json => ({
  type: 'object',
  properties,
  required,
});
export const listOf = (items: Json): Json => ({ type: 'array', items });

export const json = (description: string, schema: Json, headers?: Json): Json => ({
  description,
  ...(headers && { headers }),
  content: { 'application/json': { schema } },
});
const header = (description: string): Json => ({ description, schema: { type: 'string' } });
export const etag = { ETag: header('The version, as "3".') };
export const location = { Location: header('Where it is.') };
export const replayed = {
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
export const READING = [401, 403, 429, 503];
export const WRITING = [400, ...READING, 413, 415, 422];

const inPath = (name: string, description: string): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
export const channelParameter = inPath('channel', 'Name of the channel.');
export const headlineParameter = inPath('id', 'Id of the headline.');
export const keyParameter = inPath('id', 'Id of the key.');
const inHeader = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});
export const limit: Json = {
  name: 'limit',
  in: 'query',
  description: 'How many, earliest first.',
  schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
};
export const idempotencyKey = inHeader('Idempotency-Key', 'A repeat with the same key is carried out once.', {
  minLength: 1,
  maxLength: 255,
});
export const ifMatch = inHeader('If-Match', 'The version that must be the current one, as "3".', {});

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly body?: Json;
  readonly isBodyOptional?: boolean;
  readonly parameters?: readonly Json[];
  readonly answers: Readonly<Record<number, Json>>;
  readonly problems: readonly number[];
}

export function operation(
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
