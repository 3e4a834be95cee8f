/** Checks input against a schema, and says what is wrong in a refusal that names each field. */
import type { z } from 'zod';
import { accepted, type FieldError, type Result, refused } from '../protocol/refusal.ts';

/** @param at where the value stands (`body`, `query`), for errors that belong to no single field. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = 'body',
): Result<z.output<Schema>> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return accepted(result.data);
  return refuseFields(firstOfEach(result.error.issues.flatMap((issue) => toFieldErrors(issue, at))));
}

/** What else is said of a field often follows from the first: text where a list should be is also too long for one. */
function firstOfEach(errors: readonly FieldError[]): readonly FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ field }) => !seen.has(field) && seen.add(field));
}

export function refuseFields(errors: readonly FieldError[]) {
  const message = errors
    .slice(0, 3)
    .map(({ field, message }) => `${field}: ${message}`)
    .join('; ');
  return refused({ code: 'invalid-field', message, errors: errors.slice(0, 20) });
}

function toFieldErrors(issue: z.core.$ZodIssue, at: string): FieldError[] {
  const path = issue.path.map(String);
  // Of several shapes the last is the general one: what it finds wrong is what to say.
  const general = issue.code === 'invalid_union' ? issue.errors.at(-1) : undefined;
  if (general && general.length > 0) {
    return general.flatMap((inner) => toFieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, at));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }));
  }
  return [{ field: path.join('.') || at, message: wording(issue) }];
}

function wording(issue: z.core.$ZodIssue): string {
  const isAbsent = issue.code === 'invalid_type' || issue.code === 'invalid_value';
  if (isAbsent && issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'must be a whole number';
  if (issue.code === 'invalid_type')
    return `must be a${/^[aeio]/.test(issue.expected) ? 'n' : ''} ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_big') return amount(issue.origin, `at most ${issue.maximum}`);
  if (issue.code === 'too_small') return amount(issue.origin, `at least ${issue.minimum}`);
  return issue.message;
}

function amount(origin: string, bound: string): string {
  if (origin === 'string') return `must have ${bound} characters`;
  return origin === 'array' ? `must have ${bound} entries` : `must be ${bound}`;
}
