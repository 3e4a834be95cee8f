/** Socket.IO as its documentation broadcasts, without the long-polling that readers here never use. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { serveBench } from './control-socket.ts';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

serveBench(http, (headline) => {
  io.emit('headline', headline);
});
