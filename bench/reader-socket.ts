/**
 * Reader socket: a WebSocket reader that does as little as can be, so that thousands of them fit beside the server
 * they measure. It knows just the frames that the bench's servers send. [RFC 6455 5.2]
 */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { MARKER, MARKER_DIGITS } from './headline.ts';

/** What a server says before headlines come, and expects its readers to answer. */
export type Dialect = 'newsline.v1' | 'plain' | 'socket.io';

export interface ReaderAddress {
  readonly port: number;
  readonly path: string;
  readonly dialect: Dialect;
}

export interface ReaderEvents {
  /** @param nth how many this reader had before. */
  delivered(number: number, nth: number, bytes: number): void;
  failed(error: Error): void;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = Buffer.from('newsline-bench-1').toString('base64');
const ACCEPT = createHash('sha1')
  .update(KEY + GUID)
  .digest('base64');
const OPCODE = { text: 1, close: 8, ping: 9 } as const;
const PONG = 10;

/** All sockets read into this one: what is left over of a frame is copied by its reader. */
const inbox = Buffer.allocUnsafeSlow(262_144);
/** Where the marker stood last: in frames of one server it moves only when a number grows longer. */
let markerAt = 0;

/** A whole frame from a client, under a mask of zeros, which changes nothing. */
function clientFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
const socketIoConnect = clientFrame(OPCODE.text, Buffer.from('40'));
const socketIoPong = clientFrame(OPCODE.text, Buffer.from('3'));

/** Resolves when the server has said that headlines will come from now on. */
export function openReader(address: ReaderAddress, events: ReaderEvents): Promise<ReaderSocket> {
  return new Promise((resolve, reject) => {
    const reader = new ReaderSocket(address, events, () => resolve(reader), reject);
  });
}

export class ReaderSocket {
  readonly #dialect: Dialect;
  readonly #events: ReaderEvents;
  readonly #socket: Socket;
  readonly #onReady: () => void;
  #fail: (error: Error) => void;
  #delivered = 0;
  #isUpgraded = false;
  #rest: Buffer | undefined;

  constructor(
    address: ReaderAddress,
    events: ReaderEvents,
    onReady: () => void,
    onRefused: (error: Error) => void,
  ) {
    this.#dialect = address.dialect;
    this.#events = events;
    this.#onReady = () => {
      this.#fail = events.failed;
      onReady();
    };
    this.#fail = onRefused;
    this.#socket = connect({
      host: '127.0.0.1',
      port: address.port,
      onread: { buffer: inbox, callback: (size) => this.#onBytes(size) },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server ended the connection')));
    this.#socket.write(handshakeOf(address));
  }

  destroy(): void {
    this.#fail = () => {};
    this.#socket.destroy();
  }

  #onBytes(size: number): boolean {
    let bytes = inbox;
    let end = size;
    if (this.#rest) {
      bytes = Buffer.concat([this.#rest, inbox.subarray(0, size)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    const read = this.#isUpgraded ? this.#readFrames(bytes, 0, end) : this.#readHandshake(bytes, end);
    if (read < end) this.#rest = Buffer.from(bytes.subarray(read, end));
    return true;
  }

  #readHandshake(bytes: Buffer, end: number): number {
    const head = bytes.toString('latin1', 0, end);
    const length = head.indexOf('\r\n\r\n') + 4;
    if (length < 4) return 0;
    if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(ACCEPT)) {
      this.#fail(new Error(`the server refused a reader: ${head.slice(0, 200)}`));
      return end;
    }
    this.#isUpgraded = true;
    if (this.#dialect === 'plain') this.#onReady();
    return this.#readFrames(bytes, length, end);
  }

  /** @returns where the first frame begins that is not whole. */
  #readFrames(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (end - at >= 2) {
      let length = (bytes[at + 1] ?? 0) & 0x7f;
      let start = at + 2;
      if (length === 126) {
        if (end - at < 4) break;
        length = bytes.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (end - at < 10) break;
        length = Number(bytes.readBigUInt64BE(start));
        start += 8;
      }
      const next = start + length;
      if (next > end) break;
      this.#onFrame(bytes, at, start, next);
      at = next;
    }
    return at;
  }

  #onFrame(bytes: Buffer, at: number, start: number, end: number): void {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    if (opcode === OPCODE.text) {
      const marker = findMarker(bytes, start, end);
      if (marker < 0) return this.#onWords(bytes.toString('latin1', start, Math.min(end, start + 40)));
      this.#events.delivered(digitsAt(bytes, marker + 1), this.#delivered, end - at);
      this.#delivered += 1;
    } else if (opcode === OPCODE.ping) {
      this.#socket.write(clientFrame(PONG, bytes.subarray(start, end)));
    } else this.#fail(new Error(`the server sent a frame of opcode ${opcode}`));
  }

  #onWords(text: string): void {
    if (this.#dialect === 'newsline.v1' && text.startsWith('{"type":"snapshot"')) return this.#onReady();
    if (this.#dialect === 'socket.io') {
      if (text.startsWith('0{')) return void this.#socket.write(socketIoConnect);
      if (text.startsWith('40{')) return this.#onReady();
      if (text === '2') return void this.#socket.write(socketIoPong);
    }
    this.#fail(new Error(`the server sent what was not expected: ${text}`));
  }
}

function findMarker(bytes: Buffer, start: number, end: number): number {
  if (bytes[start + markerAt] === MARKER && start + markerAt < end) return start + markerAt;
  const found = bytes.indexOf(MARKER, start);
  if (found < 0 || found >= end) return -1;
  markerAt = found - start;
  return found;
}

function digitsAt(bytes: Buffer, from: number): number {
  let number = 0;
  for (let at = from; at < from + MARKER_DIGITS; at += 1) number = number * 10 + (bytes[at] ?? 0) - 0x30;
  return number;
}

function handshakeOf({ port, path, dialect }: ReaderAddress): string {
  const subprotocol = dialect === 'newsline.v1' ? 'Sec-WebSocket-Protocol: newsline.v1\r\n' : '';
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${subprotocol}\r\n`;
}
