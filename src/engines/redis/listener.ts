/**
 * Listener: hears what is announced on Pub/Sub channels, here over the one connection that a Redis without shards needs.
 *
 * What was announced while a connection was away is lost. So the listener tells after every subscription, the first as
 * any later one, from where on nothing was missed: whoever follows looks for itself then. [design 3, promise 2]
 */

import type { Connection, Log } from './redis-connection.ts';
import { isRefusal, wordsOf } from './redis-fault.ts';

export interface ListenerHooks {
  onMessage(topic: string, text: string): void;
  /** From now on nothing is missed; also told where Redis refuses it, and only looking helps. */
  onSubscribed(topics: readonly string[]): void;
}

export interface Listener {
  listen(topics: readonly string[]): void;
  unlisten(topic: string): void;
  /** Asks every connection for a sign of life; one that gives none in time is made anew. */
  prove(withinMs: number): void;
}

export function createListener(
  connection: Connection,
  { onMessage, onSubscribed }: ListenerHooks,
  log: Log,
): Listener {
  const { redis } = connection;
  const wanted = new Set<string>();

  const subscribe = async (topics: readonly string[]) => {
    if (topics.length === 0) return;
    try {
      await redis.subscribe(...topics);
    } catch (error) {
      // Without a connection there is nothing to say: once it is back, all is subscribed to anew.
      if (isRefusal(error)) warnOfRefusal(log, error);
    }
    onSubscribed(topics.filter((topic) => wanted.has(topic)));
  };
  redis.on('message', onMessage);
  redis.on('ready', () => void subscribe([...wanted]));

  return {
    listen(topics) {
      for (const topic of topics) wanted.add(topic);
      void subscribe(topics);
    },
    unlisten(topic) {
      wanted.delete(topic);
      redis.unsubscribe(topic).catch(() => {});
    },
    prove: (withinMs) => connection.prove(withinMs),
  };
}

export const warnOfRefusal = (log: Log, error: unknown): void =>
  log.warn({ reason: wordsOf(error) }, 'Redis does not let us listen to changes');
