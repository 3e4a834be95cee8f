/**
 * HTTP server: the port, and the limits that hold before anyone knows what a request wants.
 *
 * Whoever says nothing, speaks slowly, speaks nonsense, talks on without listening, or comes with too many sockets is
 * let go, and counted; what that may cost meanwhile is bounded for each socket and each address.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createAddressCounts } from '../gateway/address-counts.ts';
import { createTrust } from '../gateway/client-address.ts';
import type { EndReason } from '../gateway/tally.ts';
import { WebRequest } from './web-request.ts';

export interface HttpServerOptions {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onEnded: (reason: EndReason) => void;
  /** Open sockets, of readers and of everyone else. @default 51000 */
  readonly sockets?: number;
  /** Of one address, IPv6 by /64. @default 2000 */
  readonly socketsPerAddress?: number;
  /** Addresses or CIDR ranges that speak for many, and are not counted as one. */
  readonly trustedProxies?: readonly string[];
  /** Milliseconds for the head of a request, also of the first one on a socket. @default 10000 */
  readonly headMs?: number;
  /** Milliseconds for a whole request. @default 30000 */
  readonly requestMs?: number;
  /** Milliseconds in which a peer takes nothing of its answer. @default 60000 */
  readonly answerMs?: number;
  /** Milliseconds in which a request that was answered before its end is still read past. @default 2000 */
  readonly lingerMs?: number;
  /** Milliseconds a socket may wait for its next request. @default 5000 */
  readonly idleMs?: number;
  /** Milliseconds between two looks for requests that take too long. @default 1000 */
  readonly lookMs?: number;
}

/** Requests of one socket under way at a time; the parser hands over all it finds in what a socket sent at once. */
const PIPELINED_LIMIT = 8;

/** What Node's parser says when a request is cut off or is none, as a status line. [RFC 9110 15.5, RFC 6585 5] */
const ANSWERS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
};

export function createHttpServer({
  onRequest,
  onEnded,
  sockets = 51_000,
  socketsPerAddress = 2_000,
  trustedProxies = [],
  headMs = 10_000,
  requestMs = 30_000,
  answerMs = 60_000,
  lingerMs = 2_000,
  idleMs = 5_000,
  lookMs = 1_000,
}: HttpServerOptions): Server {
  const isTrusted = createTrust(trustedProxies);
  const open = createAddressCounts();
  /** Requests under way, of the sockets that have any. */
  const underWay = new WeakMap<Duplex, number>();

  function onWebRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (underWay.get(socket) ?? 0) + 1;
    if (count > PIPELINED_LIMIT) {
      onEnded('pipelined');
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    response.once('finish', () => {
      underWay.set(socket, (underWay.get(socket) ?? 1) - 1);
      if (!request.complete) setTimeout(endIfUnfinished, lingerMs, request).unref();
    });
    onRequest(request, response);
  }

  /** It was refused, and is sent all the same. */
  function endIfUnfinished({ complete, socket }: IncomingMessage): void {
    if (complete || socket.destroyed) return;
    onEnded('slow-request');
    socket.destroy();
  }

  const server = createServer(
    {
      IncomingMessage: WebRequest,
      headersTimeout: headMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: lookMs,
    },
    onWebRequest,
  );
  server.maxConnections = sockets;
  server.timeout = answerMs;
  server.on('drop', () => onEnded('too-many-sockets'));
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    if (isTrusted(remoteAddress)) return;
    if (open.of(remoteAddress) >= socketsPerAddress) {
      onEnded('too-many-sockets');
      return refuse(socket, '429 Too Many Requests');
    }
    socket.once('close', open.add(remoteAddress));
  });
  // A socket between two requests waits as well, and does no one harm by it.
  server.on('timeout', (socket) => {
    if ((underWay.get(socket) ?? 0) > 0) onEnded('slow-answer');
    socket.destroy();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { code = '' } = error;
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') onEnded('slow-request');
    else if (code.startsWith('HPE_')) onEnded('malformed-request');
    // In the middle of an answer there is no place for another.
    const isAnswering = (underWay.get(socket) ?? 0) > 0;
    if (isAnswering || code === 'ECONNRESET') socket.destroy();
    else refuse(socket, ANSWERS[code] ?? '400 Bad Request');
  });
  return server;
}

/** In a word: nothing is known of this peer, and a flood of them is to cost as little as it can. */
function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => {});
  if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.destroy();
}
