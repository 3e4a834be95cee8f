/**
 * Crowd: thousands of readers as pages have them, each the real client on a socket of its own, in this process.
 *
 * Where they connect to may be moved, as behind a load balancer; what came over their sockets is kept.
 */
import { WebSocket } from 'ws';
import { connect, type Ticker } from '../../client-sdk/src/index.ts';

interface Goodbye {
  /** When it came; milliseconds, any origin. */
  readonly atMs: number;
  readonly retryAfterMs: number;
}

interface CrowdReader {
  readonly ticker: Ticker;
  /** Titles of headlines, as they came. */
  readonly seen: readonly string[];
  /** How each of its connections began: `snapshot` or `resumed`. */
  readonly beginnings: readonly string[];
  readonly goodbyes: readonly Goodbye[];
  /** HTTP statuses of handshakes that were refused. */
  readonly refusals: readonly number[];
  /** The most sockets it had at once that were open or being opened. */
  readonly mostSockets: number;
}

export interface Crowd {
  readonly readers: readonly CrowdReader[];
  readonly areLive: boolean;
  /** New connections go here. */
  moveTo(url: string): void;
  close(): void;
}

interface CrowdOptions {
  readonly size: number;
  /** One for each reader, to begin after. */
  readonly since?: readonly (string | undefined)[];
}

const TYPE = /^\{"type":"(\w+)"/;

export function gatherCrowd(url: string, { size, since = [] }: CrowdOptions): Crowd {
  let target = url;
  const readers = Array.from({ length: size }, (_, index) => join(() => target, since[index]));
  return {
    readers,
    get areLive() {
      return readers.every(({ ticker }) => ticker.status === 'live');
    },
    moveTo(next) {
      target = next;
    },
    close() {
      for (const { ticker } of readers) ticker.close();
    },
  };
}

function join(target: () => string, since: string | undefined): CrowdReader {
  const seen: string[] = [];
  const beginnings: string[] = [];
  const goodbyes: Goodbye[] = [];
  const refusals: number[] = [];
  const sockets = new Set<WebSocket>();
  let mostSockets = 0;

  function note(text: string): void {
    const [, type = ''] = TYPE.exec(text) ?? [];
    if (type === 'snapshot' || type === 'resumed') beginnings.push(type);
    if (type !== 'goodbye') return;
    const { retryAfterMs } = JSON.parse(text) as { retryAfterMs: number };
    goodbyes.push({ atMs: performance.now(), retryAfterMs });
  }

  class CrowdSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      const { host } = new URL(target());
      super(Object.assign(new URL(address), { host }), protocols, { perMessageDeflate: false });
      sockets.add(this);
      const inUse = [...sockets].filter(({ readyState }) => readyState < WebSocket.CLOSING);
      mostSockets = Math.max(mostSockets, inUse.length);
      this.on('message', (data) => note(String(data)));
      this.on('close', () => sockets.delete(this));
      this.on('unexpected-response', (request, { statusCode = 0 }) => {
        refusals.push(statusCode);
        request.destroy();
        this.emit('error', new Error('refused'));
        this.terminate();
      });
    }
  }

  const ticker = connect({
    url: target(),
    channel: 'main',
    last: 1,
    fallback: false,
    WebSocket: CrowdSocket,
    ...(since !== undefined && { since }),
  });
  ticker.on('headline', ({ headline }) => void seen.push(headline.title));
  return {
    ticker,
    seen,
    beginnings,
    goodbyes,
    refusals,
    get mostSockets() {
      return mostSockets;
    },
  };
}
