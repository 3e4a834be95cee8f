/** First start: a store with nothing in it gets the channel `main`, and a key to write with. */
import { createApiKey } from '../domain/api-key.ts';
import { LOG_LIMIT, RECORD_LIMIT } from '../domain/channel.ts';
import type { ApiKeyStore, ChannelStore } from '../domain/engine.ts';

export const FIRST_CHANNEL = 'main';

export async function ensureChannel(channels: ChannelStore, timeZone: string): Promise<void> {
  const present = await channels.list();
  if (present.channels.length + present.unknown.length > 0) return;
  await channels.create({
    name: FIRST_CHANNEL,
    language: 'en',
    timeZone,
    origins: [],
    keepChanges: LOG_LIMIT,
    keepHeadlines: RECORD_LIMIT,
  });
}

/** @returns the generated key, to be shown once; undefined where there is one. */
export async function ensureKey(keys: ApiKeyStore, nowMs: number): Promise<string | undefined> {
  if ((await keys.list()).length > 0) return undefined;
  const { stored, secret } = createApiKey({ name: 'first start', scopes: ['admin'], channels: ['*'] }, nowMs);
  await keys.put(stored);
  return secret;
}
