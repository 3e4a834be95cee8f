/** Raw socket: speaks to a service byte by byte, as no library would. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawSocket {
  readonly socket: Socket;
  /** All that came, as latin1 text. */
  readonly received: string;
  /** Resolves when the other side is gone, however it went. */
  readonly closed: Promise<void>;
  /** Resolves false when the other side is gone before it took everything. */
  send(bytes: Buffer | string): Promise<boolean>;
}

export async function openRawSocket(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  // A server that lets a socket go resets it where it has not read everything.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return {
    socket,
    get received() {
      return received;
    },
    closed,
    send: (bytes) =>
      new Promise((resolve) => {
        if (!socket.writable) return resolve(false);
        void closed.then(() => resolve(false));
        socket.write(bytes, (error) => resolve(!error));
      }),
  };
}

/** A request as it stands on the wire. */
export const requestText = (
  path: string,
  fields: Readonly<Record<string, string>> = {},
  method = 'GET',
): string => {
  const lines = Object.entries({ host: 'newsline.example', ...fields }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
};

/** A WebSocket's handshake. */
export const handshakeText = (path: string, fields: Readonly<Record<string, string>> = {}): string =>
  requestText(path, {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'newsline.v1',
    ...fields,
  });

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** 1 to 7: the reserved bits. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the frame claims, whatever it holds. */
  readonly length?: bigint;
}

/** One WebSocket frame, right or wrong. The mask is zero, so that what is seen is what was sent. [RFC 6455 5.2] */
export function frameOf(
  opcode: number,
  payload: Buffer | string = '',
  { fin = true, reserved = 0, isMasked = true, length }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const mask = isMasked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const head = [first, mask | bytes.length];
  if (length !== undefined) {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(length);
    head.splice(1, 1, mask | 127, ...long);
  } else if (bytes.length > 125) head.splice(1, 1, mask | 126, bytes.length >> 8, bytes.length & 0xff);
  return Buffer.concat([Buffer.from(head), Buffer.alloc(isMasked ? 4 : 0), bytes]);
}

/** Code of the close frame that a server ended with, where there is one. */
export function closeCodeIn(received: string): number | undefined {
  const bytes = Buffer.from(received, 'latin1');
  let at = received.indexOf('\r\n\r\n') + 4;
  while (at + 1 < bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = at + 2 + lengthBytes;
    const length =
      lengthBytes === 0
        ? short
        : bytes.readUIntBE(start - Math.min(lengthBytes, 6), Math.min(lengthBytes, 6));
    if (((bytes[at] ?? 0) & 0x0f) === OPCODE.close && length >= 2) return bytes.readUInt16BE(start);
    at = start + length;
  }
  return undefined;
}
