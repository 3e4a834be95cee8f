/** First start: a store with nothing in it gets the channel `main` and a key to write with. */
import { createApiKey } from '../domain/api-key.ts';
import type { Engine } from '../domain/engine.ts';

export const FIRST_CHANNEL = 'main';

/** @returns the generated key, to be shown once; undefined where a key is there or was set. */
export async function prepareFirstStart(
  engine: Pick<Engine, 'channels' | 'keys'>,
  { timeZone, hasAdminKey, nowMs }: { timeZone: string; hasAdminKey: boolean; nowMs: number },
): Promise<string | undefined> {
  if ((await engine.channels.list()).length === 0) {
    await engine.channels.create({ name: FIRST_CHANNEL, language: 'en', timeZone, origins: [] });
  }
  if (hasAdminKey || (await engine.keys.list()).length > 0) return undefined;
  const { stored, secret } = createApiKey({ name: 'first start', scopes: ['admin'], channels: ['*'] }, nowMs);
  await engine.keys.put(stored);
  return secret;
}
