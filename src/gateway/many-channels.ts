/** Many channels on one connection: `subscribe` and `unsubscribe` frames at `/v1/stream`. */

import type { Refusal } from '../protocol/refusal.ts';
import type { Connection } from './connection.ts';
import { newslineV1 } from './encoding.ts';
import type { Mirrors } from './mirrors.ts';
import { type OriginPolicy, originDenied, type ReaderOrigin } from './origin-policy.ts';
import { reachCursor } from './reach-cursor.ts';
import { findSeat, takeSeat } from './seat.ts';
import { parseClientFrame, type Subscription } from './subscription.ts';

export interface ManyChannelsOptions {
  readonly mirrors: Mirrors;
  readonly origins: OriginPolicy;
  /** Channels one connection may follow. @default 50 */
  readonly subscriptionsPerConnection?: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** @returns hears what a reader of this origin says; a refusal is told to it. */
export function createManyChannels({
  mirrors,
  origins,
  subscriptionsPerConnection = 50,
  onRefused,
  onTrouble,
}: ManyChannelsOptions) {
  async function subscribe(
    connection: Connection,
    from: ReaderOrigin,
    name: string,
    subscription: Subscription,
  ): Promise<Refusal | undefined> {
    const found = await mirrors.find(name);
    if (!found.ok) return connection.isOpen ? found.refusal : undefined;
    const reached = await reachCursor(found.value, subscription.since);
    if (!connection.isOpen) return undefined;
    if (!reached.ok) return reached.refusal;
    const mirror = found.value;
    if (!origins.mayRead(from, mirror.channel.origins)) return originDenied(from);
    if (findSubscriber(connection, name)) {
      const message = `channel: this connection follows ${name}; unsubscribe first`;
      return { code: 'already-subscribed', message };
    }
    if (connection.subscribers.length >= subscriptionsPerConnection) {
      const message = `at most ${subscriptionsPerConnection} on one connection`;
      return { code: 'too-many-subscriptions', message };
    }
    const seat = findSeat(mirror, subscription, newslineV1);
    if (!seat.ok) return seat.refusal;
    takeSeat(seat.value, connection);
    return undefined;
  }

  return (from: ReaderOrigin) =>
    (connection: Connection, text: string): Refusal | undefined => {
      const asked = parseClientFrame(text);
      if (!asked.ok) return asked.refusal;
      const { channel } = asked.value;
      if (asked.value.type === 'unsubscribe') return unsubscribe(connection, channel);
      subscribe(connection, from, channel, asked.value.subscription).then((refusal) => {
        if (!refusal) return;
        onRefused(refusal);
        connection.refuse(refusal, channel);
      }, onTrouble);
      return undefined;
    };
}

function unsubscribe(connection: Connection, name: string): Refusal | undefined {
  const subscriber = findSubscriber(connection, name);
  if (!subscriber) {
    return { code: 'unknown-channel', message: `channel: this connection does not follow ${name}` };
  }
  connection.drop(subscriber);
  connection.tell({ type: 'unsubscribed', channel: name });
  return undefined;
}

const findSubscriber = (connection: Connection, name: string) =>
  connection.subscribers.find(({ channel }) => channel === name);
