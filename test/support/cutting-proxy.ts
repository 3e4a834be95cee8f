/** Cutting proxy: stands between a reader and the service, and cuts, stalls or moves what passes, on command. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  /** As the service's own address: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  /** Breaks every connection off, without a goodbye. */
  cut(): void;
  /** Forwards nothing any more, and closes nothing: as if both ends had vanished from each other. */
  freeze(): void;
  /** Connects what comes from now on to another service. */
  moveTo(url: string): void;
  stop(): Promise<void>;
}

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  let { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    cut,
    freeze() {
      for (const socket of open) socket.unpipe().pause();
    },
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
