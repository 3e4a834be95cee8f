/**
 * Endpoint: one method at one address, and the checks that every request passes before it is heard.
 *
 * Always in this order, so that no one learns more than they may: who asks (401), whether they may (403), whether too
 * often (429), of which channel (404), and only then what they send (415, 413, 400, 422).
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { type ApiKey, mayDo, type Scope } from '../domain/api-key.ts';
import { type Channel, channelName } from '../domain/channel.ts';
import type { ChannelStore } from '../domain/engine.ts';
import { accepted, type Refusal, type Result, refused } from '../protocol/refusal.ts';
import { type Answer, refusalOf, sendAnswer, sendRefusal } from './answer.ts';
import type { Authenticate } from './authentication.ts';
import { readJsonBody, SenderLeft } from './json-body.ts';
import type { RateLimits } from './rate-limits.ts';

/** What the checks found out about a request. */
interface Call {
  readonly key: ApiKey;
  /** The headline or key in the address; empty where there is none. */
  readonly id: string;
  readonly body: unknown;
  /** Of the address. */
  readonly query: unknown;
  header(name: 'idempotency-key' | 'if-match'): string | undefined;
}

export interface ChannelCall extends Call {
  readonly channel: Channel;
}

interface EndpointBasis {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express matches it, with `:channel` and `:id`. */
  readonly path: string;
  readonly scope: Scope;
  /** @default 'none' */
  readonly body?: 'needed' | 'optional' | 'none';
}

export type Endpoint = EndpointBasis &
  (
    | {
        /** Needs the right to the channel in the address. */
        readonly on: 'channel';
        handle(call: ChannelCall): Promise<Result<Answer>>;
      }
    | {
        /** Needs the right to all channels, or to any. */
        readonly on: 'all' | 'any';
        handle(call: Call): Promise<Result<Answer>>;
      }
  );

/** As much of a pino logger as is used. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EndpointChecks {
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly channels: Pick<ChannelStore, 'get'>;
  readonly bodyBytes: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly log: Log;
}

export function serveEndpoint(endpoint: Endpoint, checks: EndpointChecks): RequestHandler {
  const { method, path } = endpoint;
  return async (request: Request, response: Response, next: NextFunction) => {
    const channel = param(request, 'channel');
    const id = param(request, 'id');
    let keyId: string | undefined;
    const refuse = (refusal: Refusal) => {
      checks.onRefused(refusal);
      sendRefusal(response, refusal);
    };
    try {
      const key = await admit(endpoint, checks, request, response);
      if (!key.ok) return refuse(key.refusal);
      keyId = key.value.id;
      const result = await hear(endpoint, checks, request, key.value);
      if (!result.ok) return refuse(result.refusal);
      sendAnswer(response, result.value);
      if (method === 'get') return;
      // Never the key itself, nor anything of the body. [design 2: what is never on the wire]
      const { status, id: about = id } = result.value;
      checks.log.info({ keyId, method, path, channel, id: about, status }, 'request carried out');
    } catch (error) {
      if (error instanceof SenderLeft) return;
      reportFailure(checks.log, error, { keyId, method, path, channel, id });
      if (response.headersSent) next(error);
      else refuse(refusalOf(error));
    }
  };
}

/** Who asks, whether they may, and whether too often. */
async function admit(
  { on, scope }: Endpoint,
  { authenticate, rateLimits }: EndpointChecks,
  request: Request,
  response: Response,
): Promise<Result<ApiKey>> {
  const key = await authenticate(request, response);
  if (!key.ok) return key;
  const where = { channel: param(request, 'channel'), all: '*', any: undefined }[on];
  if (!mayDo(key.value, scope, where)) {
    const target = { channel: `channel ${where}`, all: 'all channels', any: 'any channel' }[on];
    return refused({ code: 'scope-missing', message: `the API key has no right to ${scope} ${target}` });
  }
  const counted = await rateLimits.countRequest(request, response, key.value.id);
  return counted.ok ? key : counted;
}

/** Of which channel, and what was sent; then what the endpoint makes of it. */
async function hear(
  endpoint: Endpoint,
  { channels, bodyBytes }: EndpointChecks,
  request: Request,
  key: ApiKey,
): Promise<Result<Answer>> {
  const name = param(request, 'channel');
  const channel = endpoint.on === 'channel' ? await channelOf(channels, name) : undefined;
  if (channel && !channel.ok) return channel;
  const { body: kind = 'none' } = endpoint;
  const body =
    kind === 'none'
      ? accepted(undefined)
      : await readJsonBody(request, { limitBytes: bodyBytes, isNeeded: kind === 'needed' });
  if (!body.ok) return body;
  const call: Call = {
    key,
    id: param(request, 'id'),
    body: body.value,
    query: request.query,
    header: (header) => request.get(header),
  };
  if (endpoint.on !== 'channel') return endpoint.handle(call);
  return channel ? endpoint.handle({ ...call, channel: channel.value }) : refused(unknownChannel(name));
}

async function channelOf(channels: Pick<ChannelStore, 'get'>, name: string): Promise<Result<Channel>> {
  // What is no name for a channel, as those of our own, is never looked up.
  const channel = channelName.safeParse(name).success ? await channels.get(name) : undefined;
  return channel ? accepted(channel) : refused(unknownChannel(name));
}

export const unknownChannel = (name: string) =>
  ({ code: 'unknown-channel', message: `there is no channel ${name}` }) as const;

function param(request: Request, name: 'channel' | 'id'): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** The store's absence is news to the operator; anything else thrown is a bug. */
export function reportFailure(log: Log, error: unknown, fields: object): void {
  const { code } = refusalOf(error);
  if (code === 'malformed-address') return;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (code === 'engine-unavailable')
    log.warn({ ...fields, error: { name, message } }, 'the store does not answer');
  else log.error({ ...fields, error: { name, message, stack } }, 'request failed');
}
