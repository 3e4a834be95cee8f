/**
 * Front door: stands before an ingest and gateways and routes as the reverse proxy of deploy/Caddyfile does, so that
 * a page shows one address for reading and writing.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface FrontDoor {
  readonly url: string;
  stop(): Promise<void>;
}

const DESK =
  /^\/v1\/(keys(\/.*)?|channels|channels\/[^/]+|channels\/[^/]+\/headlines\/.+|channels\/[^/]+\/scheduled)$/;
const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'];

export async function openFrontDoor(ingestUrl: string, gatewayUrl: string): Promise<FrontDoor> {
  const targetOf = ({ method = 'GET', url = '/' }: IncomingMessage): URL =>
    new URL(WRITING.includes(method) || DESK.test(url.split('?')[0] ?? '') ? ingestUrl : gatewayUrl);
  const open = new Set<Socket>();
  const server = createServer((near, answer) => {
    const { hostname, port } = targetOf(near);
    const far = request(
      { hostname, port, method: near.method, path: near.url, headers: near.headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    far.on('error', () => answer.destroy());
    answer.on('close', () => far.destroy());
    near.pipe(far);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('upgrade', (near, socket, head) => {
    const { hostname, port } = new URL(gatewayUrl);
    const far = connect(Number(port), hostname);
    const lines = near.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    far.write(`GET ${near.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    far.write(head);
    far.pipe(socket).pipe(far);
    for (const [one, other] of [
      [far, socket],
      [socket, far],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
