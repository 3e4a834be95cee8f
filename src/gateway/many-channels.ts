/**
 * Many channels on one connection: `subscribe` and `unsubscribe` frames at `/v1/stream`.
 *
 * A subscription that waits for its channel, or for its cursor, stands already: it counts, and can be given up.
 */
import type { Refusal, Result } from '../protocol/refusal.ts';
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
  /** Its subscriptions that still wait, by channel; undefined while there is none. */
  waiting?: Map<string, Subscription>;
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
  function checkRoom(connection: Connection, { waiting }: Party, channel: string): Refusal | undefined {
    if (waiting?.has(channel) || findSubscriber(connection, channel)) {
      const message = `channel: this connection follows ${channel}; unsubscribe first`;
      return { code: 'already-subscribed', message };
    }
    if (connection.subscribers.length + (waiting?.size ?? 0) >= subscriptionsPerConnection) {
      const message = `at most ${subscriptionsPerConnection} on one connection`;
      return { code: 'too-many-subscriptions', message };
    }
    return undefined;
  }

  function follow(
    connection: Connection,
    { address, origin, host }: Party,
    mirror: ChannelMirror,
    subscription: Subscription,
  ): Refusal | undefined {
    const from = { origin, host };
    if (!origins.mayRead(from, mirror.channel.origins)) return originDenied(from);
    const seat = findSeat(mirror, subscription, newslineV1, () => places.take(address));
    if (!seat.ok) return seat.refusal;
    takeSeat(seat.value, connection);
    return undefined;
  }

  /** The channel, once this gateway is where the reader was. */
  async function findChannel(channel: string, since: Subscription['since']): Promise<Result<ChannelMirror>> {
    const found = await mirrors.find(channel);
    if (!found.ok) return found;
    const reached = await reachCursor(found.value, since);
    return reached.ok ? found : reached;
  }

  async function followOnceThere(
    connection: Connection,
    from: Party,
    channel: string,
    subscription: Subscription,
  ): Promise<Refusal | undefined> {
    from.waiting ??= new Map();
    const { waiting } = from;
    waiting.set(channel, subscription);
    /** Not where it was given up meanwhile, though the same channel may be asked for anew. */
    const isWanted = () => connection.isOpen && waiting.get(channel) === subscription;
    try {
      const found = await findChannel(channel, subscription.since);
      if (!isWanted()) return undefined;
      return found.ok ? follow(connection, from, found.value, subscription) : found.refusal;
    } finally {
      if (waiting.get(channel) === subscription) waiting.delete(channel);
    }
  }

  function subscribe(connection: Connection, from: Party, channel: string, subscription: Subscription): void {
    const answer = (refusal: Refusal | undefined) => {
      if (!refusal) return;
      onRefused(refusal);
      connection.refuse(refusal, channel);
    };
    const paid = budgets.spend(from.address, COST.request);
    if (!paid.ok) return answer(paid.refusal);
    const noRoom = checkRoom(connection, from, channel);
    if (noRoom) return answer(noRoom);
    const held = mirrors.held(channel);
    if (held && !held.mayBeBehind(subscription.since)) {
      return answer(follow(connection, from, held, subscription));
    }
    followOnceThere(connection, from, channel, subscription).then(answer, onTrouble);
  }

  return (party: Omit<Party, 'waiting'>) => {
    const from: Party = { ...party };
    return (connection: Connection, text: string): Refusal | undefined => {
      const asked = parseClientFrame(text);
      if (!asked.ok) return asked.refusal;
      const { channel } = asked.value;
      if (asked.value.type === 'unsubscribe') return unsubscribe(connection, from, channel);
      subscribe(connection, from, channel, asked.value.subscription);
      return undefined;
    };
  };
}

function unsubscribe(connection: Connection, { waiting }: Party, name: string): Refusal | undefined {
  const subscriber = findSubscriber(connection, name);
  if (subscriber) connection.drop(subscriber);
  else if (!waiting?.delete(name)) {
    return { code: 'unknown-channel', message: `channel: this connection does not follow ${name}` };
  }
  connection.tell({ type: 'unsubscribed', channel: name });
  return undefined;
}

const findSubscriber = (connection: Connection, name: string) =>
  connection.subscribers.find(({ channel }) => channel === name);
