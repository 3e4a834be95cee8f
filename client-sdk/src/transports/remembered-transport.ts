/**
 * Remembered transport: what worked last in this tab, so that its next page need not find out again. The only thing
 * that is stored, and gone with the tab.
 */
import type { TransportName } from './transport.ts';

const KEY = 'newsline:transport';

export interface RememberedTransport {
  readonly name: TransportName;
  /** When a better one was last tried; milliseconds since 1970 UTC. */
  readonly triedAt: number;
}

/** Storage throws where a browser keeps it from a page. */
export function rememberTransport({ name, triedAt }: RememberedTransport): void {
  try {
    if (name === 'websocket') sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, `${name} ${triedAt}`);
  } catch {}
}

export function rememberedTransport(): RememberedTransport | undefined {
  try {
    const [name, triedAt] = sessionStorage.getItem(KEY)?.split(' ') ?? [];
    if (name === 'stream' || name === 'poll') return { name, triedAt: Number(triedAt) || 0 };
  } catch {}
  return undefined;
}
