/** Wishes for another protocol, on a server that upgrades to WebSocket. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { WebRequest } from '../../src/cli/web-request.ts';

let server: Server<typeof WebRequest>;
let upgraded: (string | undefined)[];
let sockets: WebSocketServer;
let client: Socket | undefined;

beforeEach(async () => {
  upgraded = [];
  sockets = new WebSocketServer({ noServer: true });
  server = createServer({ IncomingMessage: WebRequest }, async (request, response) => {
    response.end(`${request.method} ${request.url} said ${JSON.stringify(await text(request))};`);
  });
  server.on('upgrade', (request, socket, head) => {
    upgraded.push(request.headers.upgrade);
    sockets.handleUpgrade(request, socket, head, (one) =>
      one.on('message', (data) => one.send(`heard ${data}`)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  client?.destroy();
  for (const one of sockets.clients) one.terminate();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const portOf = () => (server.address() as AddressInfo).port;
const head = (line: string, ...fields: string[]) => [line, 'Host: localhost', ...fields, '', ''].join('\r\n');
const H2C = ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABkAAQAAP__'];

/** Sends each text once the answer to the one before has come. @returns all that was answered. */
async function talk(...turns: readonly string[]): Promise<string> {
  const socket = connect(portOf(), '127.0.0.1');
  client = socket;
  let answered = '';
  socket.setEncoding('utf8');
  const ended = once(socket, 'close');
  for (const [index, turn] of turns.entries()) {
    socket.write(turn);
    while (answered.split(';').length <= index + 1 && !socket.closed) {
      const [part] = (await Promise.race([once(socket, 'data'), ended])) as [unknown];
      if (typeof part === 'string') answered += part;
    }
  }
  return answered;
}

describe('a request that wishes for HTTP/2 by the way', () => {
  it('is answered as the GET it is, and so is the next on the same connection', async () => {
    const answered = await talk(head('GET /a HTTP/1.1', ...H2C), head('GET /b HTTP/1.1', ...H2C));
    expect(answered.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(answered).toMatch(/GET \/a said "";.*GET \/b said "";$/s);
    expect(upgraded).toEqual([]);
  });

  it('is answered as the POST it is, with its body', async () => {
    const post = head('POST /a HTTP/1.1', ...H2C, 'Content-Length: 5');
    const chunked = head('POST /b HTTP/1.1', ...H2C, 'Transfer-Encoding: chunked');
    const answered = await talk(`${post}hello`, `${chunked}5\r\nagain\r\n0\r\n\r\n`, head('GET /c HTTP/1.1'));
    expect(answered).toMatch(/POST \/a said "hello";.*POST \/b said "again";.*GET \/c said "";$/s);
    expect(upgraded).toEqual([]);
  });
});

describe('a request for a WebSocket', () => {
  it('is handed over', async () => {
    const reader = new WebSocket(`ws://127.0.0.1:${portOf()}/`);
    await once(reader, 'open');
    reader.send('words');
    expect(String((await once(reader, 'message'))[0])).toBe('heard words');
    reader.terminate();
  });

  it('is handed over however its name is written', async () => {
    const headers = {
      connection: 'keep-alive, Upgrade',
      upgrade: 'WebSocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    const asking = get({ host: '127.0.0.1', port: portOf(), headers });
    const [answer, socket] = (await once(asking, 'upgrade')) as [IncomingMessage, Socket];
    client = socket;
    expect(answer.statusCode).toBe(101);
    expect(upgraded).toEqual(['WebSocket']);
  });

  it('is none without Connection: Upgrade', async () => {
    expect(await talk(head('GET /a HTTP/1.1', 'Upgrade: websocket'))).toMatch(/GET \/a said "";$/s);
  });
});

it('CONNECT is refused as ever: there is no tunnel', async () => {
  expect(await talk(head('CONNECT a:443 HTTP/1.1'))).toBe('');
});
