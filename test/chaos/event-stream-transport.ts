/** Event stream transport: server-sent events as they stand on the wire, resumed with `Last-Event-ID`. */
import { get, type IncomingMessage } from 'node:http';
import { addressOf, type Transport } from './chaos-reader.ts';

const HANDSHAKE_MS = 4_000;
/** The service sends a comment at least this often; a stream that is silent for longer is gone. */
const SILENCE_MS = 60_000;

export const readEventStream: Transport = (door, diary) => {
  const since = diary.cursor;
  const url = addressOf(door, 'stream', diary);
  url.searchParams.delete('since');
  const headers = { accept: 'text/event-stream', ...(since !== undefined && { 'last-event-id': since }) };
  let response: IncomingMessage | undefined;
  let awayMs: number | undefined;
  let isOver = false;
  const request = get(url, { headers, agent: false });
  const patience = setTimeout(() => request.destroy(), HANDSHAKE_MS);
  const over = new Promise<number | undefined>((resolve) => {
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(patience);
      isOver = true;
      diary.disconnected();
      resolve(awayMs);
    });
    request.on('response', (opened) => {
      clearTimeout(patience);
      response = opened;
      opened.on('error', () => {});
      if (opened.statusCode !== 200) return void opened.resume();
      opened.socket.setTimeout(SILENCE_MS, () => request.destroy());
      let isIn = false;
      let text = '';
      opened.setEncoding('utf8').on('data', (piece: string) => {
        const events = (text + piece).split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          // Of one who rested, what had come in before the end: it asks for it again.
          if (isOver) break;
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data === undefined) continue;
          const frame = JSON.parse(data) as Record<string, unknown>;
          // One that is only told to come back later was not let in.
          if (!isIn && frame['type'] !== 'goodbye') diary.connected(door.name, since);
          isIn ||= frame['type'] !== 'goodbye';
          awayMs = diary.framed(frame) ?? awayMs;
        }
      });
    });
  });
  return {
    over,
    pause: () => void response?.pause(),
    resume: () => void response?.resume(),
    end: () => void request.destroy(),
  };
};
