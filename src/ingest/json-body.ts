/**
 * JSON body: read whole, within its limit, before anything is done with it.
 *
 * A body over the limit is refused as soon as that is known, and the rest of it is read past, not kept. Nothing is
 * inflated: a small body that grows large is refused by its Content-Encoding.
 */
import type { Request } from 'express';
import { accepted, type Result, refused } from '../protocol/refusal.ts';

/** Levels of objects and arrays in a body; what we take has three. */
const DEPTH_LIMIT = 16;

/** @returns undefined where there is no body, and none is needed. */
export async function readJsonBody(
  request: Request,
  { limitBytes, isNeeded }: { readonly limitBytes: number; readonly isNeeded: boolean },
): Promise<Result<unknown>> {
  if (!isNeeded && !hasBody(request)) return accepted(undefined);
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    return refused({ code: 'not-json', message: 'Content-Encoding: send the body as it is, not encoded' });
  }
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') {
    return refused({ code: 'not-json', message: 'Content-Type: must be application/json' });
  }
  const bytes = await readBytes(request, limitBytes);
  return bytes.ok ? parseJson(bytes.value) : bytes;
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

async function readBytes(request: Request, limitBytes: number): Promise<Result<Buffer>> {
  const tooLarge = refused({
    code: 'body-too-large',
    message: `the body must have at most ${limitBytes} bytes`,
  });
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return tooLarge;
  return new Promise((resolve, reject) => {
    if (request.destroyed) return reject(new SenderLeft());
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: Result<Buffer>) => {
      request.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else {
        finish(tooLarge);
        request.resume();
      }
    };
    const onEnd = () => finish(accepted(Buffer.concat(chunks, size)));
    const onLost = () => reject(new SenderLeft());
    request.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost);
  });
}

/** The sender was gone before its request was whole: there is no one to answer. */
export class SenderLeft extends Error {
  override readonly name = 'SenderLeft';
}

function parseJson(bytes: Buffer): Result<unknown> {
  let value: unknown;
  try {
    // JSON is UTF-8; what is not, is refused, not mended. [RFC 8259 8.1]
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refused({ code: 'malformed-json', message: 'the body is not JSON in UTF-8' });
  }
  if (isWithin(value, DEPTH_LIMIT)) return accepted(value);
  const message = `must have at most ${DEPTH_LIMIT} levels`;
  return refused({
    code: 'invalid-field',
    message: `body: ${message}`,
    errors: [{ field: 'body', message }],
  });
}

const isWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1)));
