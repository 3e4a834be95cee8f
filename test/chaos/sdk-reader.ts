/**
 * SDK reader: a program with the client of this repository. What comes in is written down at the socket that it is
 * given, below the client; what it shows at the end is the client's own.
 */
import { WebSocket } from 'ws';
import { connect, type Ticker } from '../../client-sdk/src/index.ts';
import type { ChaosReader, Door } from './chaos-reader.ts';
import type { ReaderDiary } from './reader-diary.ts';
import type { SeededRandom } from './seeded-random.ts';
import { sightingOf } from './sighting.ts';

export function startSdkReader(
  diary: ReaderDiary,
  doors: readonly Door[],
  random: SeededRandom,
): ChaosReader {
  const { channel, filter, last } = diary.spec;
  let isStopped = false;
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ticker: Ticker;

  /** Goes to a gateway of its choice, as through a balancer, and tells the diary what passes. */
  class WrittenSocket extends WebSocket {
    #isDropped = false;

    constructor(address: string, protocols: string[]) {
      const door = random.pick(doors);
      const { pathname, search, searchParams } = new URL(address);
      super(new URL(pathname + search, door.url.replace('http', 'ws')), protocols, {
        handshakeTimeout: 4_000,
      });
      socket = this;
      const since = searchParams.get('since') ?? undefined;
      this.on('open', () => this.#tell(() => diary.connected(door.name, since)));
      this.on('message', (data) =>
        this.#tell(() => void diary.framed(JSON.parse(String(data)) as Record<string, unknown>)),
      );
      this.on('close', (code) => this.#end(code));
      this.on('error', () => {});
    }

    /** The client hears no more of a socket that it closed, and goes on from where it was. */
    override close(): void {
      this.#end();
      super.close();
    }

    #tell(write: () => void): void {
      if (!this.#isDropped) write();
    }

    #end(code?: number): void {
      this.#tell(() => diary.disconnected(code));
      this.#isDropped = true;
    }
  }

  function open(since: string | undefined): void {
    ticker = connect({
      url: doors[0]?.url ?? '',
      channel,
      filter,
      last,
      random: random.next,
      // What it hears is written down at its sockets.
      fallback: false,
      WebSocket: WrittenSocket,
      ...(since !== undefined && { since }),
    });
    // Refused for good, as where its channel was deleted: whoever runs the page reloads it.
    ticker.on('status', ({ status }) => {
      if (status !== 'refused' || isStopped) return;
      retry = setTimeout(() => {
        ticker.close();
        open(diary.cursor);
      }, 500);
    });
  }
  open(undefined);

  return {
    diary,
    async rest(ms) {
      const resting = socket;
      resting?.pause();
      await new Promise((resolve) => setTimeout(resolve, ms));
      resting?.resume();
    },
    finish: () => diary.finally(ticker.headlines.map(sightingOf)),
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      ticker.close();
      socket?.terminate();
    },
  };
}
