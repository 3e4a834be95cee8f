/**
 * Authentication: which API key a request comes with.
 *
 * Secrets are compared in constant time, also where there is nothing to compare with. An address that keeps failing
 * is no longer looked up in the store, except for keys that have proved themselves: strangers behind the newsroom's
 * own proxy cannot lock it out.
 */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { type ApiKey, apiKeyId, hashOf, isSecretOf, withoutHash } from '../domain/api-key.ts';
import { type ApiKeyStore, KEY_LIMIT } from '../domain/engine.ts';
import { accepted, type Result, refused } from '../protocol/refusal.ts';
import type { RateLimits } from './rate-limits.ts';

export interface AuthenticationOptions {
  readonly keys: Pick<ApiKeyStore, 'get'>;
  /** Hash of the key of all rights, which is kept in the settings, not in the store. */
  readonly bootstrapKeyHash?: string | undefined;
  readonly rateLimits: RateLimits;
}

export type Authenticate = (request: Request, response: Response) => Promise<Result<ApiKey>>;

const BOOTSTRAP_KEY: ApiKey = {
  id: 'bootstrap',
  name: 'bootstrap',
  scopes: ['admin'],
  channels: ['*'],
  createdAt: new Date(0).toISOString(),
};

const BEARER = /^bearer +(\S+)$/i;

export function createAuthentication({
  keys,
  bootstrapKeyHash,
  rateLimits,
}: AuthenticationOptions): Authenticate {
  const noHash = hashOf(randomBytes(32).toString('base64url'));
  const proven = new Set<string>();

  const prove = (id: string) => {
    proven.delete(id);
    const [first] = proven;
    if (first !== undefined && proven.size >= KEY_LIMIT) proven.delete(first);
    proven.add(id);
  };

  return async (request, response) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      const counted = await rateLimits.countFailure(request, response);
      return counted.ok ? refused(KEY_MISSING) : counted;
    }
    if (isSecretOf(token, bootstrapKeyHash ?? noHash)) return accepted(BOOTSTRAP_KEY);

    const id = apiKeyId(token);
    if (id === undefined || !proven.has(id)) {
      const address = await rateLimits.checkAddress(request);
      if (!address.ok) return address;
    }
    const stored = id === undefined ? undefined : await keys.get(id);
    const isRight = isSecretOf(token, stored?.hash ?? noHash);
    if (stored && isRight) {
      prove(stored.id);
      return accepted(withoutHash(stored));
    }
    if (id !== undefined && !stored) proven.delete(id);
    const counted = await rateLimits.countFailure(request, response);
    return counted.ok ? refused(KEY_UNKNOWN) : counted;
  };
}

const KEY_MISSING = {
  code: 'key-missing',
  message: 'Authorization: send an API key, as Authorization: Bearer KEY',
} as const;
const KEY_UNKNOWN = {
  code: 'key-unknown',
  message: 'Authorization: the API key is not known, or was revoked',
} as const;
