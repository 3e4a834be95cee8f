/**
 * Narrow proxy: stands between a browser and the service, and lets through only some of the ways to headlines, as the
 * proxies of companies, phones and hotels do. It serves the test's own pages as well, so that they are of its origin.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

interface Narrowness {
  /** Handshakes of WebSockets: `refused` by an answer of the proxy, `swallowed` without one. @default 'passed' */
  readonly webSockets?: 'passed' | 'refused' | 'swallowed';
  /** Server-sent events: `held` back until the stream ends. @default 'passed' */
  readonly streams?: 'passed' | 'held';
  /** Everything but pages: a sign-in page with 200, or a redirect to one of another origin. */
  readonly captive?: 'page' | 'redirect';
  /** Everything but pages: no connection. @default false */
  readonly isGone?: boolean;
}

export interface NarrowProxy {
  readonly url: string;
  /** Paths asked for, of what is no page, oldest first; of handshakes with `ws:` before them. */
  readonly asked: readonly string[];
  narrow(how: Narrowness): void;
  /** Breaks off every connection that passes it now. */
  cut(): void;
  moveTo(url: string): void;
  stop(): Promise<void>;
}

const SIGN_IN = '<!doctype html><title>Welcome to the harbour hotel</title><form>Room number</form>';

/** @param pages HTML and scripts by path. */
export async function startNarrowProxy(
  target: string,
  pages: Readonly<Record<string, string>> = {},
): Promise<NarrowProxy> {
  let { hostname, port } = new URL(target);
  let { webSockets, streams, captive, isGone }: Narrowness = {};
  const sockets = new Set<Socket>();
  const asked: string[] = [];

  function pass(near: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = near;
    const far = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      const isHeld = streams === 'held' && response.headers['content-type']?.startsWith('text/event-stream');
      if (isHeld) response.resume();
      else response.pipe(answer);
    });
    far.on('error', () => answer.destroy());
    answer.on('close', () => far.destroy());
    near.pipe(far);
  }

  const server = createServer((near, answer) => {
    const path = near.url ?? '/';
    const page = pages[path.split('?')[0] ?? ''];
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    if (page !== undefined) return void answer.writeHead(200, { 'content-type': type }).end(page);
    asked.push(path);
    const isData = path.startsWith('/v1/');
    if (isGone && isData) return void near.socket.destroy();
    if (captive === 'page' && isData)
      return void answer.writeHead(200, { 'content-type': 'text/html' }).end(SIGN_IN);
    if (captive === 'redirect' && isData)
      return void answer.writeHead(302, { location: 'http://localhost:9/sign-in' }).end();
    pass(near, answer);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (near, socket, head) => {
    asked.push(`ws:${near.url}`);
    socket.on('error', () => {});
    if (webSockets === 'swallowed') return;
    if (webSockets === 'refused' || captive) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    if (isGone) return void socket.destroy();
    const far = connect(Number(port), hostname);
    const lines = near.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    far.write(`GET ${near.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    far.write(head);
    far.pipe(socket).pipe(far);
    far.on('error', () => socket.destroy());
    far.on('close', () => socket.destroy());
    socket.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    narrow(how) {
      ({ webSockets, streams, captive, isGone } = how);
    },
    cut,
    moveTo(url) {
      ({ hostname, port } = new URL(url));
    },
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
