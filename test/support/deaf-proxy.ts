/**
 * Deaf proxy: stands between a service and its Redis, and swallows bytes without a word: no connection ends.
 *
 * What was swallowed is gone for good, and so is the connection it was of, as where a firewall forgot it; the peers are
 * not told. Healed, it serves the connections that are made anew.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `listening`: connections that subscribe to something; `all`: every one. */
type Deafness = 'none' | 'listening' | 'all';

export interface DeafProxy {
  /** As the address of Redis: `redis://127.0.0.1:PORT`. */
  readonly url: string;
  /** Connections of which something was swallowed so far. */
  readonly swallowed: number;
  /** Swallows what comes from now on, of connections that stand and of those to come. */
  deafen(which: Exclude<Deafness, 'none'>): void;
  heal(): void;
  stop(): Promise<void>;
}

const SUBSCRIBES = /\r\ns?subscribe\r\n/i;

export async function startDeafProxy(target: string): Promise<DeafProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let deafness: Deafness = 'none';
  let swallowed = 0;

  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isListening = false;
    let isDead = false;
    const pass = (from: Socket, to: Socket, look: (bytes: Buffer) => void) => {
      open.add(from);
      from.on('data', (bytes: Buffer) => {
        look(bytes);
        const isDeaf = deafness === 'all' || (deafness === 'listening' && isListening);
        if (isDeaf && !isDead) {
          isDead = true;
          swallowed += 1;
        }
        if (!isDead) to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    };
    pass(near, far, (bytes) => {
      isListening ||= SUBSCRIBES.test(bytes.toString('latin1'));
    });
    pass(far, near, () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get swallowed() {
      return swallowed;
    },
    deafen(which) {
      deafness = which;
    },
    heal() {
      deafness = 'none';
    },
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
