/**
 * Wire schema: a headline and a problem as they stand on the wire, for the contracts in /openapi.json and
 * /asyncapi.json.
 *
 * Typed by src/protocol field by field: a field that comes, goes, changes or becomes optional there does not
 * compile here.
 */
import { z } from 'zod';
import { type Headline, LABELS, type Urgency } from '../protocol/headline.ts';
import type { FieldError, Problem } from '../protocol/refusal.ts';

type OptionalKey<Type> = {
  [Key in keyof Type]-?: Record<never, never> extends Pick<Type, Key> ? Key : never;
}[keyof Type];
type Always<Type> = { readonly [Key in Exclude<keyof Type, OptionalKey<Type>>]: z.ZodType<Type[Key]> };
type WhereGiven<Type> = { readonly [Key in OptionalKey<Type>]: z.ZodType<Exclude<Type[Key], undefined>> };

const text = (limit: number) => z.string().min(1).max(limit);
const address = z.string().meta({ format: 'uri' });
const time = z.string().meta({ format: 'date-time' });

const always: Always<Headline> = {
  id: text(200),
  version: z.int().min(1),
  sequence: z.int().min(0),
  title: text(300),
  language: text(35).meta({ description: 'BCP 47' }),
  publishedAt: time,
  updatedAt: time,
  urgency: z.literal<Urgency[]>([1, 2, 3, 4, 5, 6, 7, 8, 9]),
};

const whereGiven: WhereGiven<Headline> = {
  url: address,
  section: text(64),
  tags: z.array(text(64)).max(20),
  labels: z.array(z.enum(LABELS)),
  image: z.object({
    url: address,
    width: z.int().min(1),
    height: z.int().min(1),
    alt: z.string().max(300),
  }),
  source: text(100),
  byline: text(100),
  summary: text(1000),
  replaces: text(200),
  expiresAt: time,
  notice: text(500),
};

export const headlineSchema = z.object(always).extend(z.object(whereGiven).partial().shape);

const fieldError: Always<FieldError> = { field: z.string(), message: z.string() };
const problem: Always<Problem> & WhereGiven<Problem> = {
  type: z.string().meta({ description: 'urn:newsline:problem: and a stable code' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object(fieldError)),
};

const problemSchema = z.object(problem).partial({ errors: true });

/** A schema as it stands in OpenAPI 3.1 and AsyncAPI 3: JSON Schema of what is sent, without the dialect's name. */
export function toJsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

export const HEADLINE_REF = { $ref: '#/components/schemas/Headline' } as const;
export const PROBLEM_REF = { $ref: '#/components/schemas/Problem' } as const;

/** What {@link HEADLINE_REF} and {@link PROBLEM_REF} point to. */
export const wireSchemas = { Headline: toJsonSchema(headlineSchema), Problem: toJsonSchema(problemSchema) };
