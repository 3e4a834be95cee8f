/**
 * The door of `@newsline/client`: the headless client, for browsers and Node. Importing it touches nothing of a page.
 */
export type { Filter } from '../../src/protocol/filter.ts';
export type { Change, Headline, HeadlineImage, Label, Urgency } from '../../src/protocol/headline.ts';
export {
  type ConnectOptions,
  connect,
  type Ticker,
  type TickerEvents,
} from './connect.ts';
export type { Status } from './connection-state.ts';
export type { WebSocketClass, WebSocketLike } from './transports/websocket.ts';
