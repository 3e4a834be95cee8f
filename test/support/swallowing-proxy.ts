/**
 * Swallowing proxy: stands between a service and Redis, passes everything on, and destroys announcements on command,
 * as a network does that loses what no one asked for: no connection breaks, and no command is delayed.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SwallowingProxy {
  /** As the address of Redis. */
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  /** Announcements destroyed so far. */
  readonly swallowed: number;
  /** Destroys each announcement on a Pub/Sub channel whose name has this in it; `undefined`: none. */
  swallow(topic: string | undefined): void;
  stop(): Promise<void>;
}

const LINE_END = '\r\n';
const ANNOUNCEMENT = /^[*>]3\r\n\$(7\r\nmessage|8\r\nsmessage)\r\n/;

/** @returns where the reply that begins there ends; undefined where it is not whole yet. [Redis serialization protocol] */
function endOfReply(text: string, from: number): number | undefined {
  const end = text.indexOf(LINE_END, from);
  if (end < 0) return undefined;
  const count = Number(text.slice(from + 1, end));
  const next = end + LINE_END.length;
  const kind = text[from];
  if (kind === '$') {
    const after = count < 0 ? next : next + count + LINE_END.length;
    return after <= text.length ? after : undefined;
  }
  if (kind !== '*' && kind !== '>') return next;
  let at: number | undefined = next;
  for (let item = 0; item < count && at !== undefined; item += 1) at = endOfReply(text, at);
  return at;
}

export async function startSwallowingProxy(redisPort: number): Promise<SwallowingProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  let swallowed = 0;
  let unwanted: string | undefined;

  /** Whole replies only, so that one can be left out. */
  function passReplies(far: Socket, near: Socket): void {
    let pending = '';
    // One character a byte: lengths are counted in bytes.
    far.setEncoding('latin1').on('data', (chunk: string) => {
      pending += chunk;
      let at = 0;
      for (let end = endOfReply(pending, at); end !== undefined; end = endOfReply(pending, at)) {
        const reply = pending.slice(at, end);
        at = end;
        const topic = ANNOUNCEMENT.test(reply) ? (reply.split(LINE_END)[4] ?? '') : undefined;
        if (unwanted !== undefined && topic?.includes(unwanted)) swallowed += 1;
        else near.write(reply, 'latin1');
      }
      pending = pending.slice(at);
    });
    far.on('end', () => near.end());
  }

  const server = createServer((near) => {
    connections += 1;
    const far = connect(redisPort, '127.0.0.1');
    near.pipe(far);
    passReplies(far, near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get swallowed() {
      return swallowed;
    },
    swallow(topic) {
      unwanted = topic;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
