/**
 * Rights check: whether the store lets this process do all that its roles need, before anyone is answered.
 * [design 3, promise 6]
 *
 * What is missing is named in the log, not to who asks for `/readyz`. While something is, it is asked for again, so that
 * whoever gives the right need not start the process anew.
 */
import type { Engine, StoreRole } from '../domain/engine.ts';

export interface RightsCheckOptions {
  readonly roles: readonly StoreRole[];
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Milliseconds for which an answer stands. @default 1000 */
  readonly keepMs?: number;
}

/** @returns tells what is wrong, or undefined where nothing is; resolves when it has been asked for once. */
export async function startRightsCheck(
  engine: Pick<Engine, 'missingRights'>,
  { roles, log, keepMs = 1_000 }: RightsCheckOptions,
): Promise<() => Promise<string | undefined>> {
  let missing: readonly string[] = [];
  let askedMs = 0;

  async function ask(): Promise<void> {
    askedMs = performance.now();
    const before = missing;
    missing = await engine.missingRights(roles);
    if (missing.length > 0 && missing.join() !== before.join()) log.error({ missing }, REASON);
    if (missing.length === 0 && before.length > 0)
      log.info({}, 'the store gives this process all rights now');
  }

  await ask();
  return async () => {
    if (missing.length > 0 && performance.now() - askedMs >= keepMs) await ask();
    return missing.length > 0 ? REASON : undefined;
  };
}

const REASON = 'the store does not give this process all rights that it needs';
