/** JSON transport: asks for what changed since its cursor, a few times a second, each time another gateway. */
import { addressOf, type Transport } from './chaos-reader.ts';

const ANSWER_MS = 4_000;
const PAUSE_MS = 400;

export const readJson: Transport = (door, diary) => {
  const since = diary.cursor;
  const stopping = new AbortController();
  async function ask(): Promise<number> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const response = await fetch(addressOf(door, 'headlines', diary), { signal });
      const body = (await response.json()) as Record<string, unknown>;
      // One who asks with a cursor and is answered with it has missed nothing.
      if (!response.ok || (body['resumed'] === true && body['cursor'] === since)) return PAUSE_MS;
      diary.connected(door.name, since);
      diary.answered(body);
    } catch {
      // It comes again.
    }
    return PAUSE_MS;
  }
  return {
    over: ask(),
    pause: () => {},
    resume: () => {},
    end: () => stopping.abort(),
  };
};
