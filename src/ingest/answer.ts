/**
 * Answer: what ingest says to a request, written to the response in this one place.
 */
import type { Response } from 'express';
import { EngineUnavailable } from '../domain/engine.ts';
import { type Refusal, toProblemResponse } from '../protocol/refusal.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The headline or key it is about, for the log: what is made has none in its address. */
  readonly id?: string;
  /** Written as JSON. Absent: no content. */
  readonly body?: object;
}

/** Answers to staff may carry what is not yet, or no longer, to be seen: nothing in between keeps them. */
export function sendAnswer(response: Response, { status, headers = {}, body }: Answer): void {
  response.status(status).set({ 'cache-control': 'no-store', ...headers });
  if (body === undefined) response.end();
  else response.set('content-type', 'application/json').end(JSON.stringify(body));
}

export function sendRefusal(response: Response, refusal: Refusal): void {
  const { status, headers, body } = toProblemResponse(refusal);
  response.status(status).set(headers).end(body);
}

/** What a sender is told of something thrown: never what is inside. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof EngineUnavailable) {
    const message =
      'the store does not answer; send the same again, with the same Idempotency-Key if it has one';
    return { code: 'engine-unavailable', message };
  }
  // The router could not decode a part of the path.
  if (error instanceof URIError) {
    return { code: 'malformed-address', message: 'the address has a percent sign that encodes nothing' };
  }
  return { code: 'internal-error', message: 'the request could not be carried out' };
}
