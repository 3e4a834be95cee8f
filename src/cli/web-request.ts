/**
 * Web request: a request whose wish for another protocol counts only where that is WebSocket.
 *
 * With an `upgrade` listener Node hands over every request that wishes for any, body and all: `curl --http2` and Java's
 * HttpClient ask for `h2c` by the way, and mean their request. What is unknown is ignored. [RFC 9110 7.8]
 */
import { IncomingMessage } from 'node:http';

export class WebRequest extends IncomingMessage {
  /** What the parser said, and then the server; set by Node's constructor before this class has a say. */
  private asked: boolean | null = null;

  get upgrade(): boolean {
    // Read when the header fields are there, which they are not yet when it is first set.
    return this.asked === true && (this.method === 'CONNECT' || isWebSocket(this.headers.upgrade));
  }

  set upgrade(asked: boolean | null) {
    this.asked = asked;
  }
}

const isWebSocket = (protocol: string | undefined): boolean => protocol?.toLowerCase() === 'websocket';
