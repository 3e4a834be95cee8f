/** Many channels on one connection: `subscribe` and `unsubscribe` frames at `/v1/stream`. */

import type { Refusal } from '../protocol/refusal.ts';
import { type AddressBudgets, COST } from './address-budgets.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import type { Connection } from './connection.ts';
import { newslineV1 } from './encoding.ts';
import type { FilterPlaces } from './filter-places.ts';
import type { Mirrors } from './mirrors.ts';
import { type OriginPolicy, originDenied, type ReaderOrigin } from './origin-policy.ts';
import { reachCursor } from './reach-cursor.ts';
import { findSeat, takeSeat } from './seat.ts';
import { parseClientFrame, type Subscription } from './subscription.ts';

export interface ManyChannelsOptions {
  readonly mirrors: Mirrors;
  readonly origins: OriginPolicy;
  readonly budgets: AddressBudgets;
  readonly places: FilterPlaces;
  /** Channels one connection may follow. @default 50 */
  readonly subscriptionsPerConnection?: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** Who is at the other end. */
interface Party extends ReaderOrigin {
  readonly address: string;
}

/** @returns hears what a reader of this origin says; a refusal is told to it. */
export function createManyChannels({
  mirrors,
  origins,
  budgets,
  places,
  subscriptionsPerConnection = 50,
  onRefused,
  onTrouble,
}: ManyChannelsOptions) {
  function follow(
    connection: Connection,
    { address, ...origin }: Party,
    mirror: ChannelMirror,
    subscription: Subscription,
  ): Refusal | undefined {
    if (!connection.isOpen) return undefined;
    const { name } = mirror.channel;
    if (!origins.mayRead(origin, mirror.channel.origins)) return originDenied(origin);
    if (findSubscriber(connection, name)) {
      const message = `channel: this connection follows ${name}; unsubscribe first`;
      return { code: 'already-subscribed', message };
    }
    if (connection.subscribers.length >= subscriptionsPerConnection) {
      const message = `at most ${subscriptionsPerConnection} on one connection`;
      return { code: 'too-many-subscriptions', message };
    }
    const seat = findSeat(mirror, subscription, newslineV1, () => places.take(address));
    if (!seat.ok) return seat.refusal;
    takeSeat(seat.value, connection);
    return undefined;
  }

  async function followOnceThere(
    connection: Connection,
    from: Party,
    channel: string,
    subscription: Subscription,
  ): Promise<Refusal | undefined> {
    const found = await mirrors.find(channel);
    if (!found.ok) return found.refusal;
    const reached = await reachCursor(found.value, subscription.since);
    if (!reached.ok) return connection.isOpen ? reached.refusal : undefined;
    return follow(connection, from, found.value, subscription);
  }

  function subscribe(connection: Connection, from: Party, channel: string, subscription: Subscription): void {
    const answer = (refusal: Refusal | undefined) => {
      if (!refusal) return;
      onRefused(refusal);
      connection.refuse(refusal, channel);
    };
    const paid = budgets.spend(from.address, COST.request);
    if (!paid.ok) return answer(paid.refusal);
    const held = mirrors.held(channel);
    // At once where it can be: an `unsubscribe` right behind it is not to overtake it.
    if (held && !held.mayBeBehind(subscription.since)) {
      return answer(follow(connection, from, held, subscription));
    }
    followOnceThere(connection, from, channel, subscription).then(answer, onTrouble);
  }

  return (from: Party) =>
    (connection: Connection, text: string): Refusal | undefined => {
      const asked = parseClientFrame(text);
      if (!asked.ok) return asked.refusal;
      const { channel } = asked.value;
      if (asked.value.type === 'unsubscribe') return unsubscribe(connection, channel);
      subscribe(connection, from, channel, asked.value.subscription);
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
