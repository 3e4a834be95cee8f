/** Socket transport: the three dialects of the WebSocket, told apart by their subprotocol. */
import { WebSocket } from 'ws';
import { addressOf, type Transport, type Visit } from './chaos-reader.ts';
import type { ChangeKind } from './journal.ts';
import type { ReaderDiary } from './reader-diary.ts';

type Read = (message: Record<string, unknown>, diary: ReaderDiary) => number | undefined;

const HANDSHAKE_MS = 4_000;

export const readFramed: Transport = socketTransport(['newsline.v1'], (frame, diary) => diary.framed(frame));

export const readFlat: Transport = socketTransport([], (object, diary) => {
  diary.changed(object['change'] as ChangeKind, object, String(object['cursor']));
  return undefined;
});

const EVENT_TYPE = 'newsline.headline.';

export const readCloudEvents: Transport = socketTransport(['cloudevents.json'], (event, diary) => {
  const change = String(event['type']).slice(EVENT_TYPE.length) as ChangeKind;
  diary.changed(change, event['data'] as Record<string, unknown>, String(event['cursor']));
  return undefined;
});

function socketTransport(subprotocols: string[], read: Read): Transport {
  return (door, diary): Visit => {
    const since = diary.cursor;
    const url = addressOf(door, 'stream', diary);
    url.protocol = 'ws';
    const socket = new WebSocket(url, subprotocols, { handshakeTimeout: HANDSHAKE_MS });
    let awayMs: number | undefined;
    socket.on('open', () => diary.connected(door.name, since));
    socket.on('message', (data) => {
      const told = read(JSON.parse(String(data)) as Record<string, unknown>, diary);
      awayMs = told ?? awayMs;
    });
    socket.on('unexpected-response', (_request, response) => {
      if (response.statusCode === 410) diary.lost();
      response.destroy();
      socket.terminate();
    });
    socket.on('error', () => {});
    return {
      over: new Promise((resolve) => {
        socket.on('close', (code) => {
          diary.disconnected(code);
          resolve(awayMs);
        });
      }),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => socket.terminate(),
    };
  };
}
