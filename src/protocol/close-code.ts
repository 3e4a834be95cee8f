/** WebSocket close codes of ours. 4000 to 4499 mean come back, 4500 to 4999 stay away. [RFC 6455 7.4.2] */
export const CLOSE = {
  /** The server is about to stop, or has this connection made anew; the goodbye frame said when to return. */
  draining: 4000,
  /** The reader fell behind what is kept; resume by cursor. */
  fellBehind: 4001,
  /** The channel was deleted. */
  channelGone: 4504,
  /** The reader keeps sending what this protocol does not know. */
  misbehaved: 4507,
} as const;

export const mayReturn = (code: number): boolean => code < 4500 || code > 4999;
