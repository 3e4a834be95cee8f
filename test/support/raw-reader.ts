/** Raw reader: a WebSocket whose every frame and end is kept. */
import { type ClientOptions, WebSocket } from 'ws';
import { until } from './until.ts';

export interface RawReader {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  /** Waits for a frame that passes. */
  frame(passes: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

/** Resolves when the handshake is done; rejects with the HTTP status where it is refused. */
export async function openRaw(
  url: string,
  path: string,
  protocols: string[] = ['newsline.v1'],
  options: ClientOptions = {},
): Promise<RawReader> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocols, options);
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => void frames.push(JSON.parse(String(data)) as Record<string, unknown>));
  const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, response) => {
      reject(new Refused(response.statusCode ?? 0, response.headers['retry-after']));
      response.destroy();
    });
    socket.on('error', reject);
  });
  return {
    socket,
    frames,
    closed,
    async frame(passes) {
      await until(() => frames.some(passes), { state: () => frames });
      return frames.find(passes) ?? {};
    },
  };
}

class Refused extends Error {
  readonly status: number;
  readonly retryAfter: string | undefined;
  constructor(status: number, retryAfter: string | undefined) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
