/** Asking for a channel over HTTP: is it there, may this website read it, and what of it is wanted. */
import type { Request, Response } from 'express';
import { accepted, type Refusal, type Result, refused, toProblemResponse } from '../protocol/refusal.ts';
import type { AddressBudgets, COST } from './address-budgets.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import type { Mirrors } from './mirrors.ts';
import { type OriginPolicy, originDenied } from './origin-policy.ts';
import { parseChannelName, parseSubscriptionQuery, type Subscription, splitAddress } from './subscription.ts';

export interface AskOptions {
  readonly mirrors: Mirrors;
  readonly origins: OriginPolicy;
  readonly budgets: AddressBudgets;
  readonly addressOf: (request: Request) => string;
}

export interface Asked {
  readonly mirror: ChannelMirror;
  readonly subscription: Subscription;
}

/**
 * Sets the header fields by which browsers let a website read the answer. [Fetch standard, CORS protocol]
 * Also one that is not allowed: it is told so, and nothing else, and does not ask again and again.
 */
export async function askForChannel(
  request: Request,
  response: Response,
  { mirrors, origins, budgets, addressOf }: AskOptions,
  cost: (typeof COST)['request' | 'stream'],
): Promise<Result<Asked>> {
  response.vary('Origin');
  const paid = budgets.spend(addressOf(request), cost);
  const { origin } = request.headers;
  const name = parseChannelName(String(request.params['channel']));
  const mirror = await findMirror(mirrors, name, paid);
  const allowed = mirror.ok ? mirror.value.channel.origins : [];
  if (origin !== undefined) {
    response.set('access-control-allow-origin', origin);
    response.set('access-control-expose-headers', 'date, etag, retry-after');
  }
  if (!origins.mayRead(request.headers, allowed)) return refused(originDenied(request.headers));
  // Not before: a browser hides an answer without that field from its page, and with it when to return.
  if (!paid.ok) return paid;
  if (!mirror.ok) return mirror;
  const subscription = parseSubscriptionQuery(splitAddress(request.originalUrl).query);
  if (!subscription.ok) return subscription;
  return accepted({ mirror: mirror.value, subscription: subscription.value });
}

/** Who has not paid is answered from what is here: the store is not asked for them, and nothing waits. */
export function findMirror(
  mirrors: Mirrors,
  name: Result<string>,
  paid: Result<undefined>,
): Result<ChannelMirror> | Promise<Result<ChannelMirror>> {
  if (!name.ok) return name;
  if (paid.ok) return mirrors.find(name.value);
  const held = mirrors.held(name.value);
  return held ? accepted(held) : paid;
}

export function sendRefusal(response: Response, refusal: Refusal): void {
  const { status, headers, body } = toProblemResponse(refusal);
  // Whoever asks too often is at least to connect for each time.
  if (refusal.code === 'rate-limited') response.set('connection', 'close');
  response.status(status).set(headers).send(body);
}
