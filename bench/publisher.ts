/** Publisher: gives a server its headlines: over newsline's public HTTP API, or over a peer's control socket. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { frameOf, postOf } from './headline.ts';

export type PublishAddress =
  | { readonly by: 'http'; readonly url: string; readonly key: string }
  | { readonly by: 'control'; readonly port: number };

export interface Publisher {
  /** All of them at once; resolves when the server has taken them. */
  publish(numbers: readonly number[]): Promise<void>;
  /** False where headlines published at once may come out in any order: requests in flight have none. */
  readonly keepsOrder: boolean;
  close(): void;
}

export function createPublisher(address: PublishAddress, failed: (error: Error) => void): Publisher {
  return address.by === 'http' ? byHttp(address) : byControlSocket(address.port, failed);
}

function byControlSocket(port: number, failed: (error: Error) => void): Publisher {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', failed);
  return {
    keepsOrder: true,
    publish: async (numbers) => {
      socket.write(numbers.map((number) => `${JSON.stringify(frameOf(number))}\n`).join(''));
    },
    close: () => socket.destroy(),
  };
}

function byHttp({ url, key }: { readonly url: string; readonly key: string }): Publisher {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = (number: number) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify(postOf(number));
      const length = { 'content-length': Buffer.byteLength(body) };
      const posting = request(
        url,
        { method: 'POST', agent, headers: { ...headers, ...length } },
        (response) => {
          response.resume();
          response.on('end', () => {
            if (response.statusCode === 201) resolve();
            else reject(new Error(`a headline was answered with ${response.statusCode}`));
          });
        },
      );
      posting.on('error', reject);
      posting.end(body);
    });
  return {
    keepsOrder: false,
    publish: async (numbers) => {
      await Promise.all(numbers.map(post));
    },
    close: () => agent.destroy(),
  };
}
