/**
 * API key: who may write, and where. Shown once; kept only as a hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { channelName } from './channel.ts';
import { plainText } from './text.ts';

/** `publish`: headlines of its channels. `admin`: channels and keys, and all that `publish` may. */
export const SCOPES = ['publish', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const apiKeySchema = z.strictObject({
  name: plainText(64),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  /** Names of channels, or `*` for all. */
  channels: z
    .array(z.union([z.literal('*'), channelName]))
    .min(1)
    .max(100)
    .default(['*']),
});

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly channels: readonly string[];
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

export interface StoredApiKey extends ApiKey {
  /**
   * SHA-256 of the secret, base64url. A fast hash is enough: the secret is 256 random bits, which no one guesses,
   * unlike a password.
   */
  readonly hash: string;
}

const KEY = /^nl_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

/** @returns the key to keep, and the text to show once. */
export function createApiKey(
  grant: Pick<ApiKey, 'name' | 'scopes' | 'channels'>,
  nowMs: number,
): { stored: StoredApiKey; secret: string } {
  const id = randomBytes(6).toString('hex');
  const secret = `nl_${id}_${randomBytes(32).toString('base64url')}`;
  const createdAt = new Date(nowMs).toISOString();
  return { stored: { id, ...grant, createdAt, hash: hashOf(secret) }, secret };
}

/** Id of the key that a text claims to be, to look it up by. */
export const apiKeyId = (text: string): string | undefined => KEY.exec(text)?.[1];

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** In constant time. */
export function isSecretOf(text: string, hash: string): boolean {
  const [given, kept] = [Buffer.from(hashOf(text)), Buffer.from(hash)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}

/** @param channel a channel's name, or `*` for what concerns all of them. */
export function mayDo(key: ApiKey, scope: Scope, channel?: string): boolean {
  if (!key.scopes.includes(scope) && !key.scopes.includes('admin')) return false;
  return channel === undefined || key.channels.includes('*') || key.channels.includes(channel);
}

/** What anyone with the right to list keys may see. */
export const withoutHash = ({ hash: _, ...key }: StoredApiKey): ApiKey => key;
