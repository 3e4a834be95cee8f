/**
 * WebSocket streams: the handshakes of `.../stream` for one channel and `/v1/stream` for many.
 *
 * What can be refused before the handshake is refused over HTTP. Where the reader speaks `newsline.v1`, what it asked
 * for is refused in a frame instead, because a browser shows its page no HTTP status of a failed handshake.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { SUBPROTOCOL } from '../protocol/frames.ts';
import { closeCodeOf, type Refusal, type Result } from '../protocol/refusal.ts';
import { COST } from './address-budgets.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import { cloudEvents, type Encoding, flat, newslineV1 } from './encoding.ts';
import { LARGEST_MESSAGE, MOST_FRAGMENTS, MOST_PIECES } from './incoming-messages.ts';
import { createManyChannels, type ManyChannelsOptions } from './many-channels.ts';
import { originDenied } from './origin-policy.ts';
import { reachCursor } from './reach-cursor.ts';
import type { Reception } from './reception.ts';
import { rejectUpgrade } from './reject-upgrade.ts';
import { findSeat, type Seat, takeSeat } from './seat.ts';
import { parseChannelName, parseSubscriptionQuery, splitAddress } from './subscription.ts';
import type { Tally } from './tally.ts';
import { ignore, openSession, ReaderSocket } from './websocket-session.ts';

export interface WebSocketStreamsOptions extends ManyChannelsOptions {
  readonly reception: Reception;
  readonly addressOf: (request: IncomingMessage) => string;
  /** Bytes of one message from a reader. @default 4096 */
  readonly messageBytes?: number;
  readonly tally: Tally;
}

export interface WebSocketStreams {
  /** @returns false where the address is none of ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly address: string;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const MANY = '/v1/stream';
const ONE = /^\/v1\/channels\/([^/]+)\/stream$/;
const encodings: Readonly<Record<string, Encoding>> = {
  [SUBPROTOCOL]: newslineV1,
  'cloudevents.json': cloudEvents,
};

/** Those we speak, for a peer that asked for another. [RFC 6455 4.4] */
const VERSIONS = { 'sec-websocket-version': '13, 8' };
/** For a peer that does not answer our close frame. */
const CLOSING_MS = 5_000;

/** The first of the offered subprotocols that we speak. */
const chooseSubprotocol = (offered: Iterable<string>): string | false =>
  [...offered].find((name) => Object.hasOwn(encodings, name)) ?? false;

export function createWebSocketStreams({
  reception,
  addressOf,
  messageBytes = 4_096,
  tally,
  ...manyOptions
}: WebSocketStreamsOptions): WebSocketStreams {
  const { mirrors, origins, budgets, places, onRefused, onTrouble } = manyOptions;
  const limits = {
    maxPayload: LARGEST_MESSAGE,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_PIECES,
    closeTimeout: CLOSING_MS,
    // Pings are counted by us, with all else that comes in.
    maxPendingAutoPongs: 0,
  };
  const server = new WebSocketServer({
    ...limits,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    WebSocket: ReaderSocket,
    handleProtocols: chooseSubprotocol,
  });
  // What is no handshake is answered and counted by us, as everything that is refused.
  server.on('wsClientError', ({ message }, socket) => {
    const refusal: Refusal = { code: 'bad-upgrade', message };
    onRefused(refusal);
    rejectUpgrade(socket, refusal, VERSIONS);
  });
  const listenTo = createManyChannels(manyOptions);
  const forOne = { reception, messageBytes, tally, onRefused, onText: () => NO_FRAMES_HERE };

  function reject({ socket }: Handshake, refusal: Refusal): void {
    onRefused(refusal);
    rejectUpgrade(socket, refusal);
  }

  /** Completes the handshake. A connection that breaks off meanwhile never comes to `welcome`. */
  const accept = ({ request, socket, head }: Handshake, welcome: (webSocket: ReaderSocket) => void): void =>
    server.handleUpgrade(request, socket, head, welcome);

  /** Its own function, so that what a session keeps alive is only what it is given. */
  function seatOne(webSocket: ReaderSocket, socket: Duplex, encoding: Encoding, seat: Result<Seat>): void {
    const connection = openSession(webSocket, socket, encoding, forOne);
    if (seat.ok) return takeSeat(seat.value, connection);
    onRefused(seat.refusal);
    connection.refuse(seat.refusal);
    connection.close(closeCodeOf(seat.refusal.code), seat.refusal.code);
  }

  async function openOne(handshake: Handshake, name: string, query: string): Promise<void> {
    const { headers } = handshake.request;
    const offered = offeredSubprotocols(handshake.request);
    const chosen = chooseSubprotocol(offered);
    if (offered.length > 0 && chosen === false) {
      return reject(handshake, wrongSubprotocol(Object.keys(encodings)));
    }
    const encoding = (chosen && encodings[chosen]) || flat;
    const channel = parseChannelName(name);
    const mirror = channel.ok ? await mirrors.find(channel.value) : channel;
    const allowed = mirror.ok ? mirror.value.channel.origins : [];
    if (!origins.mayRead(headers, allowed)) return reject(handshake, originDenied(headers));
    const seat = await findPlace(mirror, query, encoding, () => places.take(handshake.address));
    if (!seat.ok && !encoding.control) return reject(handshake, seat.refusal);
    accept(handshake, (webSocket) => seatOne(webSocket, handshake.socket, encoding, seat));
  }

  function openMany(handshake: Handshake): void {
    const { origin, host } = handshake.request.headers;
    const from = { origin, host };
    const allowedSomewhere = [...mirrors.all].flatMap(({ channel }) => channel.origins);
    if (!origins.mayRead(from, allowedSomewhere)) return reject(handshake, originDenied(from));
    const offered = offeredSubprotocols(handshake.request);
    if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) {
      return reject(handshake, wrongSubprotocol([SUBPROTOCOL]));
    }
    const forMany = { ...forOne, onText: listenTo({ ...from, address: handshake.address }) };
    accept(handshake, (webSocket) => void openSession(webSocket, handshake.socket, newslineV1, forMany));
  }

  return {
    handleUpgrade(request, socket, head) {
      const { path, query } = splitAddress(request.url);
      const one = ONE.exec(path);
      if (!one && path !== MANY) return false;
      const address = addressOf(request);
      const handshake: Handshake = { request, address, socket, head };
      socket.on('error', ignore);
      const paid = budgets.spend(address, COST.stream);
      const admitted = paid.ok ? reception.admit(address) : paid;
      if (!admitted.ok) {
        // Who tries again until there is room is not to run out of tries.
        if (paid.ok) budgets.refund(address, COST.stream);
        reject(handshake, admitted.refusal);
        return true;
      }
      socket.on('close', admitted.value);
      if (!one) openMany(handshake);
      else {
        openOne(handshake, one[1] ?? '', query).catch((error: unknown) => {
          onTrouble(error);
          reject(handshake, { code: 'internal-error', message: 'the connection could not be opened' });
        });
      }
      return true;
    },
  };
}

/** The seat it gets, once this gateway is where the reader was. */
async function findPlace(
  mirror: Result<ChannelMirror>,
  query: string,
  encoding: Encoding,
  takeFilter: () => Result<() => void>,
): Promise<Result<Seat>> {
  if (!mirror.ok) return mirror;
  const subscription = parseSubscriptionQuery(query);
  if (!subscription.ok) return subscription;
  const reached = await reachCursor(mirror.value, subscription.value.since);
  return reached.ok ? findSeat(mirror.value, subscription.value, encoding, takeFilter) : reached;
}

const offeredSubprotocols = ({ headers }: IncomingMessage): string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const wrongSubprotocol = (ours: readonly string[]): Refusal => ({
  code: 'bad-upgrade',
  message: `Sec-WebSocket-Protocol: must be ${ours.join(' or ')}, or left out`,
});

const NO_FRAMES_HERE: Refusal = {
  code: 'unknown-frame',
  message: 'this address takes no frames; follow several channels at /v1/stream',
};
