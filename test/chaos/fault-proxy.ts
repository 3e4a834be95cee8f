/**
 * Fault proxy: stands before one part of the deployment, always at the same address, and on command cuts, holds up
 * or delays what passes. To the parts it is the network.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FaultProxy {
  readonly port: number;
  /** Breaks every connection off, without a goodbye. */
  cut(): void;
  /** Keeps all that is sent, in both directions and on new connections too, until it is resumed. */
  stall(): void;
  /** The same with what comes back only: what is asked for arrives, and is done. */
  holdAnswers(): void;
  /** Everything held passes, in order. */
  resume(): void;
  /** @param ms added to each way; 0: none. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

/** @param target port on the loopback to connect the next one to; undefined where there is none now. */
export async function startFaultProxy(target: () => number | undefined): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const held = new Set<() => void>();
  let isStalled = false;
  let areAnswersHeld = false;
  let delayMs = 0;

  /** Passes on in order what one side sends, each piece when its time has come. */
  function pass(from: Socket, to: Socket, isHeld: () => boolean): void {
    const pieces: { readonly bytes: Buffer | undefined; readonly dueMs: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const flush = () => {
      timer = undefined;
      while (!isHeld() && pieces.length > 0) {
        const [piece] = pieces;
        const inMs = (piece?.dueMs ?? 0) - performance.now();
        if (inMs > 0) {
          timer = setTimeout(flush, inMs);
          break;
        }
        pieces.shift();
        if (piece?.bytes === undefined) to.end();
        else if (!to.write(piece.bytes)) from.pause();
      }
      // A bounded hold: what does not fit stays with its sender, as on a network that stands still.
      if (pieces.length > 64) from.pause();
      else if (!to.writableNeedDrain) from.resume();
    };
    const take = (bytes: Buffer | undefined) => {
      pieces.push({ bytes, dueMs: performance.now() + delayMs });
      if (timer === undefined) flush();
    };
    from.on('data', take);
    from.on('end', () => take(undefined));
    to.on('drain', flush);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // What was sent whole still arrives; what was broken off breaks off here too.
      if (!from.readableEnded) to.destroy();
    });
    to.on('close', () => {
      clearTimeout(timer);
      held.delete(flush);
    });
    held.add(flush);
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const port = target();
    near.on('error', () => {});
    if (port === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    pass(near, far, () => isStalled);
    pass(far, near, () => isStalled || areAnswersHeld);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) {
      // A reset while the end is being sent would leave the handle open for good. [libuv: uv_tcp_close_reset]
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stall() {
      isStalled = true;
    },
    holdAnswers() {
      areAnswersHeld = true;
    },
    resume() {
      isStalled = false;
      areAnswersHeld = false;
      for (const flush of [...held]) flush();
    },
    delay(ms) {
      delayMs = ms;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
