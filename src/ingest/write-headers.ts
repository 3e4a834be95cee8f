/** The header fields that make a write safe to repeat (Idempotency-Key) and safe from overwriting (If-Match). */
import { refuseFields } from '../domain/validation.ts';
import { accepted, type Result } from '../protocol/refusal.ts';

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

export function parseIdempotencyKey(header: string | undefined): Result<string | undefined> {
  if (header === undefined || IDEMPOTENCY_KEY.test(header)) return accepted(header);
  return refuseFields([{ field: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }]);
}

/** Our ETags are versions: `"3"`; what a proxy made weak, or a hand wrote without quotes, means the same. */
const IF_MATCH = /^(?:W\/)?("?)([1-9]\d{0,15})\1$/;

/** @returns the version that must be the current one; undefined for any. */
export function parseIfMatch(header: string | undefined): Result<number | undefined> {
  if (header === undefined || header === '*') return accepted(undefined);
  const version = Number(IF_MATCH.exec(header)?.[2]);
  if (Number.isSafeInteger(version)) return accepted(version);
  return refuseFields([{ field: 'If-Match', message: 'must be one version, as "3"' }]);
}
