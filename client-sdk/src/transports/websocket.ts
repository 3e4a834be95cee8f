/** WebSocket: the transport that is tried first. */
import { decodeServerFrame, SUBPROTOCOL } from '../../../src/protocol/frames.ts';
import type { Approach, TransportEvents } from './transport.ts';

/** The part of a WebSocket that is used; the platform's own, or the one of the `ws` package. */
export interface WebSocketLike {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  addEventListener(type: 'error', listener: () => void): void;
  close(): void;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** @returns ends it: no event comes any more. */
export function openWebSocket(
  { address, query, since }: Approach,
  Socket: WebSocketClass,
  on: TransportEvents,
): () => void {
  const target = new URL(`${address}/stream`.replace(/^http/, 'ws'));
  target.search = `${query}`;
  if (since !== undefined) target.searchParams.set('since', since);
  let isOpen = true;
  let refusal = '';
  let socket: WebSocketLike | undefined;
  const lose = (code: number, reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    on.lost(code, refusal || reason);
  };
  const read = (data: unknown) => {
    const frame = typeof data === 'string' ? decodeServerFrame(data) : undefined;
    // A socket that was dropped may still speak: it is no longer ours.
    if (!isOpen || !frame || frame.type === 'unsubscribed') return;
    if (frame.type === 'goodbye') return on.goodbye(frame.retryAfterMs);
    if (frame.type === 'refusal') refusal = frame.code;
    else {
      on.frame(frame);
      if (frame.type === 'snapshot' || frame.type === 'resumed') on.ready('websocket');
    }
  };
  try {
    socket = new Socket(target.href, [SUBPROTOCOL]);
    socket.addEventListener('message', ({ data }) => read(data));
    socket.addEventListener('close', ({ code, reason }) => lose(code, reason));
    // What went wrong is told by the close that follows.
    socket.addEventListener('error', () => {});
  } catch {
    queueMicrotask(() => lose(1006, ''));
  }
  return () => {
    isOpen = false;
    socket?.close();
  };
}
