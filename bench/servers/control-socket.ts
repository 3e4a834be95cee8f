/**
 * Control socket: how a peer is given headlines, one JSON object a line: what a subscription to a broker would bring.
 *
 * It also ties the server's life to the bench's: when its standard input ends, it ends.
 */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';

const HOST = '127.0.0.1';

/** Listens on free loopback ports and says them on standard output, for whoever started this process. */
export function serveBench(
  readers: Pick<Server, 'listen' | 'address'>,
  publish: (headline: object) => void,
): void {
  const control = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => publish(JSON.parse(line) as object));
    socket.on('error', () => {});
  });
  readers.listen(0, HOST, 4_096, () => {
    control.listen(0, HOST, () => {
      const ports = { port: portOf(readers), controlPort: portOf(control) };
      process.stdout.write(`${JSON.stringify(ports)}\n`);
    });
  });
  const end = () => process.exit();
  process.on('SIGTERM', end);
  process.stdin.on('end', end).resume();
}

const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port;
