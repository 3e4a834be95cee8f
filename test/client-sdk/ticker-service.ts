/**
 * A service for tests of the client: one channel in memory, spoken as `newsline.v1` over real sockets on loopback,
 * and the pages and bundles that a browser asks for.
 */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { bundleClient } from '../../client-sdk/build.js';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { type ServerFrame, SUBPROTOCOL } from '../../src/protocol/frames.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import {
  type HeadlineList,
  listOf,
  withHeadline,
  withoutHeadline,
} from '../../src/protocol/headline-list.ts';

export interface TickerService {
  readonly url: string;
  /** Sockets that are open now. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** Addresses of the streams asked for, oldest first. */
  readonly asked: readonly URL[];
  /** The most sockets that were ever open at once. */
  readonly mostSockets: number;
  /** Serves HTML at a path, with header fields. */
  page(path: string, html: string, headers?: Record<string, string>): string;
  publish(headline: Headline, change?: 'published' | 'updated' | 'corrected'): void;
  retract(id: string, notice?: string): void;
  /** Sends a frame as it is to every reader. */
  send(frame: ServerFrame): void;
  /** Cuts every connection off, without a goodbye. */
  cut(): void;
  /** Closes every connection by code. */
  dismiss(code: number, reason: string): void;
  /** Resolves when a reader has been answered, counted from the first. */
  answered(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What a browser asks for, by its address. */
const bundles = mkdtemp(join(tmpdir(), 'newsline-client-')).then(async (folder) => {
  await bundleClient(folder);
  const names = await readdir(folder, { recursive: true });
  const scripts = await Promise.all(
    names
      .filter((name) => name.endsWith('.js'))
      .map(
        async (name) => [`/${name}`, await readFile(join(folder, name), 'utf8')] satisfies [string, string],
      ),
  );
  await rm(folder, { recursive: true });
  return new Map<string, string>(scripts);
});

export async function startTickerService({
  headlines = [],
  timeZone = 'Asia/Baku',
  serverTime = () => new Date().toISOString(),
}: {
  readonly headlines?: readonly Headline[];
  readonly timeZone?: string;
  readonly serverTime?: () => string;
} = {}): Promise<TickerService> {
  const files = await bundles;
  const pages = new Map<string, { html: string; headers: Record<string, string> }>();
  const log: ServerFrame[] = [];
  const sockets = new Set<WebSocket>();
  const asked: URL[] = [];
  let list: HeadlineList = listOf(headlines, 100);
  let mostSockets = 0;
  let answers = 0;
  let onAnswer = () => {};

  const cursorAt = (sequence: number) => formatCursor({ epoch: 'e1', sequence, tag: `t${sequence}` });
  const write = (socket: WebSocket, frame: ServerFrame) => socket.send(JSON.stringify(frame));
  const append = (make: (cursor: string) => ServerFrame) => {
    const frame = make(cursorAt(log.length + 1));
    log.push(frame);
    for (const socket of sockets) write(socket, frame);
  };

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://loopback');
    const page = pages.get(pathname);
    const script = files.get(pathname);
    if (page)
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html);
    else if (script) response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  });
  const streams = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  streams.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const address = new URL(request.url ?? '/', 'http://loopback');
    const channel = address.pathname.split('/')[3] ?? '';
    asked.push(address);
    sockets.add(socket);
    mostSockets = Math.max(mostSockets, sockets.size);
    socket.on('close', () => sockets.delete(socket));
    const since = address.searchParams.get('since');
    const place = log.findIndex((_, at) => cursorAt(at + 1) === since) + 1;
    if (since !== null && (place > 0 || since === cursorAt(0))) {
      write(socket, { type: 'resumed', channel, cursor: since });
      for (const frame of log.slice(place)) write(socket, frame);
    } else {
      const last = Number(address.searchParams.get('last'));
      write(socket, {
        type: 'snapshot',
        channel,
        cursor: cursorAt(log.length),
        resumed: false,
        serverTime: serverTime(),
        timeZone,
        headlines: list.headlines.slice(0, last),
      });
    }
    answers += 1;
    onAnswer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    sockets,
    asked,
    get mostSockets() {
      return mostSockets;
    },
    page(path, html, headers = {}) {
      pages.set(path, { html, headers });
      return url + path;
    },
    publish(headline, change = 'published') {
      list = withHeadline(list, headline);
      append((cursor) => ({ type: 'headline', channel: 'en', cursor, change, headline }));
    },
    retract(id, notice) {
      list = withoutHeadline(list, id);
      append((cursor) => ({ type: 'retraction', channel: 'en', cursor, id, ...(notice && { notice }) }));
    },
    send(frame) {
      for (const socket of sockets) write(socket, frame);
    },
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    dismiss(code, reason) {
      for (const socket of sockets) socket.close(code, reason);
    },
    async answered(count) {
      while (answers < count) await new Promise<void>((resolve) => (onAnswer = resolve));
    },
    async close() {
      for (const socket of streams.clients) socket.terminate();
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
