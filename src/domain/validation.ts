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
  return refuseFields(result.error.issues.flatMap((issue) => toFieldErrors(issue, at)));
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
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }));
  }
  return [{ field: path.join('.') || at, message: wording(issue) }];
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type')
    return `must be a${/^[aeio]/.test(issue.expected) ? 'n' : ''} ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unit(issue.origin)}`;
  return issue.message;
}

const unit = (origin: string): string => ({ string: ' characters', array: ' entries' })[origin] ?? '';
