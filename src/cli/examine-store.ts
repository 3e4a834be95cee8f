/**
 * Examine store: opens a store beside the service and has it examined, for `newsline doctor`.
 *
 * An embedded store is one process's alone, and opening one that is not there would make it: neither is a fault, and
 * both are skipped.
 */
import { existsSync } from 'node:fs';
import type { Engine, Finding } from '../domain/engine.ts';
import { CommandError } from './command-error.ts';
import { isObject } from './service-client.ts';
import { readSettings } from './settings.ts';

const EMBEDDED = 'embedded:';

/** @throws CommandError where the settings are wrong; what the engine throws where it cannot be opened. */
export async function examineStore(
  store: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const settings = readSettings({ store }, env);
  if (!settings.ok) throw new CommandError('usage', settings.refusal.message);
  const folder = store.startsWith(EMBEDDED) ? store.slice(EMBEDDED.length) : undefined;
  if (folder !== undefined && !existsSync(folder)) {
    return [skipped(`there is no ${folder} yet; \`newsline serve\` makes it`)];
  }
  const [{ createLog }, { openEngine }] = await Promise.all([import('./log.ts'), import('./open-engine.ts')]);
  let engine: Engine;
  try {
    engine = await openEngine(settings.value, createLog('silent'));
  } catch (error) {
    if (!isObject(error) || error['code'] !== 'folder-in-use') throw error;
    return [skipped(`another process has ${folder}, as a running service does; stop it to examine it`)];
  }
  return engine.examine().finally(() => engine.close());
}

const skipped = (why: string): Finding => ({
  ok: true,
  isSkipped: true,
  subject: 'store',
  detail: `not checked; ${why}`,
});
