/** What most tutorials write: `ws`, and one `send` for each client. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serveBench } from './control-socket.ts';

const http = createServer();
const server = new WebSocketServer({ server: http });

serveBench(http, (headline) => {
  const text = JSON.stringify(headline);
  for (const client of server.clients) client.send(text);
});
