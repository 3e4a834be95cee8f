/**
 * WebSocket streams: `.../stream` for one channel, `/v1/stream` for many.
 *
 * What can be refused before the handshake is refused over HTTP. Where the reader speaks `newsline.v1`, what it asked
 * for is refused in a frame instead, because a browser shows its page no HTTP status of a failed handshake.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { formatCursor } from '../protocol/cursor.ts';
import { SUBPROTOCOL } from '../protocol/frames.ts';
import { accepted, closeCodeOf, type Refusal, type Result, refused } from '../protocol/refusal.ts';
import type { Audience } from './audience.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import type { Connection } from './connection.ts';
import { cloudEvents, type Encoding, flat, newslineV1 } from './encoding.ts';
import { LARGEST_MESSAGE, listen } from './incoming-messages.ts';
import type { Mirrors } from './mirrors.ts';
import { type OriginPolicy, originDenied } from './origin-policy.ts';
import type { Reception } from './reception.ts';
import { rejectUpgrade } from './reject-upgrade.ts';
import {
  parseChannelName,
  parseClientFrame,
  parseSubscriptionQuery,
  type Subscription,
  unknownChannel,
} from './subscription.ts';
import { WebSocketOutlet } from './websocket-outlet.ts';

export interface WebSocketStreamsOptions {
  readonly mirrors: Mirrors;
  readonly reception: Reception;
  readonly origins: OriginPolicy;
  readonly addressOf: (request: IncomingMessage) => string;
  /** Channels one connection may follow. @default 50 */
  readonly subscriptionsPerConnection?: number;
  /** Bytes of one message from a reader. @default 4096 */
  readonly messageBytes?: number;
  readonly onRefused?: (refusal: Refusal) => void;
  readonly onTrouble?: (error: unknown) => void;
}

export interface WebSocketStreams {
  /** @returns false where the address is none of ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly url: URL;
}

interface Seat {
  readonly audience: Audience;
  readonly last: number;
  readonly since: Subscription['since'];
}

const MANY = '/v1/stream';
const ONE = /^\/v1\/channels\/([^/]+)\/stream$/;
const encodings: Readonly<Record<string, Encoding>> = {
  [SUBPROTOCOL]: newslineV1,
  'cloudevents.json': cloudEvents,
};

/** The first of the offered subprotocols that we speak. */
const chooseSubprotocol = (offered: Iterable<string>): string | false =>
  [...offered].find((name) => Object.hasOwn(encodings, name)) ?? false;

export function createWebSocketStreams({
  mirrors,
  reception,
  origins,
  addressOf,
  subscriptionsPerConnection = 50,
  messageBytes = 4_096,
  onRefused = () => {},
  onTrouble = () => {},
}: WebSocketStreamsOptions): WebSocketStreams {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
    handleProtocols: chooseSubprotocol,
  });

  function reject({ socket }: Handshake, refusal: Refusal): void {
    onRefused(refusal);
    rejectUpgrade(socket, refusal);
  }

  /** Completes the handshake. A connection that breaks off meanwhile never comes to `welcome`. */
  function accept(
    { request, socket, head }: Handshake,
    encoding: Encoding,
    welcome: (connection: Connection, webSocket: WebSocket) => void,
  ): void {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = reception.open(new WebSocketOutlet(webSocket, socket), encoding);
      socket.on('drain', () => connection.drained());
      webSocket.on('pong', () => {
        connection.isAlive = true;
      });
      // What breaks the protocol is closed by ws; 'close' follows.
      webSocket.on('error', () => {});
      webSocket.on('close', () => reception.left(connection));
      welcome(connection, webSocket);
    });
  }

  async function openOne(handshake: Handshake, name: string): Promise<void> {
    const { request, url } = handshake;
    const offered = offeredSubprotocols(request);
    const chosen = chooseSubprotocol(offered);
    if (offered.length > 0 && chosen === false)
      return reject(handshake, wrongSubprotocol(Object.keys(encodings)));
    const encoding = (chosen && encodings[chosen]) || flat;
    const channel = parseChannelName(name);
    const mirror = channel.ok ? await mirrors.find(channel.value) : undefined;
    if (!origins.mayRead(request.headers, mirror?.channel.origins))
      return reject(handshake, originDenied(request.headers));
    const subscription = mirror ? parseSubscriptionQuery(url.searchParams) : unknownChannel(name);
    const seat =
      mirror && subscription.ok
        ? findSeat(mirror, subscription.value, encoding)
        : (subscription as Result<never>);
    if (!seat.ok && !encoding.control) return reject(handshake, seat.refusal);

    accept(handshake, encoding, (connection, webSocket) => {
      if (!seat.ok) {
        onRefused(seat.refusal);
        connection.tell(refusalFrame(seat.refusal));
        return connection.close(closeCodeOf(seat.refusal.code), seat.refusal.code);
      }
      listen(webSocket, connection, {
        messageBytes,
        onText: () => NO_FRAMES_HERE,
        onRefused(refusal) {
          onRefused(refusal);
          connection.tell(refusalFrame(refusal));
        },
      });
      take(seat.value, connection);
    });
  }

  function openMany(handshake: Handshake): void {
    const { request } = handshake;
    const allowedSomewhere = [...mirrors.all].flatMap(({ channel }) => channel.origins);
    if (!origins.mayRead(request.headers, allowedSomewhere))
      return reject(handshake, originDenied(request.headers));
    const offered = offeredSubprotocols(request);
    if (offered.length > 0 && !offered.includes(SUBPROTOCOL))
      return reject(handshake, wrongSubprotocol([SUBPROTOCOL]));

    accept(handshake, newslineV1, (connection, webSocket) => {
      listen(webSocket, connection, {
        messageBytes,
        onText: (text) => onClientFrame(connection, request, text),
        onRefused(refusal) {
          onRefused(refusal);
          connection.tell(refusalFrame(refusal));
        },
      });
    });
  }

  function onClientFrame(
    connection: Connection,
    request: IncomingMessage,
    text: string,
  ): Refusal | undefined {
    const asked = parseClientFrame(text);
    if (!asked.ok) return asked.refusal;
    const { channel } = asked.value;
    if (asked.value.type === 'unsubscribe') return unsubscribe(connection, channel);
    subscribe(connection, request, channel, asked.value.subscription).then((refusal) => {
      if (!refusal) return;
      onRefused(refusal);
      connection.tell({ ...refusalFrame(refusal), channel });
    }, onTrouble);
    return undefined;
  }

  async function subscribe(
    connection: Connection,
    request: IncomingMessage,
    name: string,
    subscription: Subscription,
  ): Promise<Refusal | undefined> {
    const mirror = mirrors.get(name) ?? (await mirrors.find(name));
    if (!connection.isOpen) return undefined;
    if (!mirror) return unknownChannel(name).refusal;
    if (!origins.mayRead(request.headers, mirror.channel.origins)) return originDenied(request.headers);
    if (findSubscriber(connection, name)) {
      return {
        code: 'already-subscribed',
        message: `channel: this connection follows ${name}; unsubscribe first`,
      };
    }
    if (connection.subscribers.length >= subscriptionsPerConnection) {
      return {
        code: 'too-many-subscriptions',
        message: `at most ${subscriptionsPerConnection} on one connection`,
      };
    }
    const seat = findSeat(mirror, subscription, newslineV1);
    if (!seat.ok) return seat.refusal;
    take(seat.value, connection);
    return undefined;
  }

  return {
    handleUpgrade(request, socket, head) {
      const url = URL.canParse(request.url ?? '/', BASE) ? new URL(request.url ?? '/', BASE) : undefined;
      const one = url && ONE.exec(url.pathname);
      if (!url || (!one && url.pathname !== MANY)) return false;
      const handshake: Handshake = { request, socket, head, url };
      socket.on('error', () => {});
      const admitted = reception.admit(addressOf(request));
      if (!admitted.ok) {
        reject(handshake, admitted.refusal);
        return true;
      }
      socket.once('close', admitted.value);
      if (!one) openMany(handshake);
      else {
        openOne(handshake, one[1] ?? '').catch((error: unknown) => {
          onTrouble(error);
          reject(handshake, { code: 'internal-error', message: 'the connection could not be opened' });
        });
      }
      return true;
    },
  };
}

/** Only the path and the query matter here. */
const BASE = 'http://host';

const take = ({ audience, last, since }: Seat, connection: Connection) =>
  audience.join(connection, last, since);

function findSeat(
  mirror: ChannelMirror,
  { filter, last, since }: Subscription,
  encoding: Encoding,
): Result<Seat> {
  const audience = mirror.audience(filter, encoding);
  if (!audience) {
    return refused({
      code: 'too-many-filters',
      message: 'too many different filters are in use here',
      retryAfterMs: 30_000,
    });
  }
  if (since && !encoding.control && audience.locate(since) === undefined) {
    const message = `since: what follows ${formatCursor(since)} is no longer kept; leave since out to begin anew`;
    return refused({ code: 'cursor-lost', message });
  }
  return accepted({ audience, last: last ?? encoding.defaultLast, since });
}

function unsubscribe(connection: Connection, name: string): Refusal | undefined {
  const subscriber = findSubscriber(connection, name);
  if (!subscriber)
    return { code: 'unknown-channel', message: `channel: this connection does not follow ${name}` };
  connection.drop(subscriber);
  connection.tell({ type: 'unsubscribed', channel: name });
  return undefined;
}

const findSubscriber = (connection: Connection, name: string) =>
  connection.subscribers.find(({ channel }) => channel === name);

const offeredSubprotocols = ({ headers }: IncomingMessage): string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const refusalFrame = ({ code, message }: Refusal) => ({ type: 'refusal', code, message }) as const;

const wrongSubprotocol = (ours: readonly string[]): Refusal => ({
  code: 'bad-upgrade',
  message: `Sec-WebSocket-Protocol: must be ${ours.join(' or ')}, or left out`,
});

const NO_FRAMES_HERE: Refusal = {
  code: 'unknown-frame',
  message: 'this address takes no frames; follow several channels at /v1/stream',
};
