/**
 * Tab message: what tabs that share a connection say to each other. Another script of the site may say anything on
 * the same channel, and another version anything else: what is not understood is passed over.
 */
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import type { ConnectionState } from '../connection-state.ts';
import type { ListFrame, TickerList } from '../ticker-list.ts';

/** Raise it with any change of these messages: other numbers are other groups, and do not hear each other. */
export const TAB_PROTOCOL = 1;

interface FrameMessage {
  readonly kind: 'frame';
  readonly frame: ListFrame;
  /** The leader's place before it. */
  readonly from: string | undefined;
}

interface StateMessage {
  readonly kind: 'state';
  readonly state: ConnectionState;
  /** All that the leader knows, for those who asked. */
  readonly known?: TickerList;
}

export type TabMessage =
  /** `ask`: someone came, or missed something. `seen`: somebody looks at the tab. The leader answers both. */
  { readonly kind: 'ask' } | { readonly kind: 'seen' } | FrameMessage | StateMessage;

/** Rules of the core, which parts do not bring along. */
export interface TabRules {
  readonly isServerFrame: (value: unknown) => value is ServerFrame;
  readonly isConnectionState: (value: unknown) => value is ConnectionState;
  readonly expire: (known: TickerList, nowMs: number) => TickerList;
}

const RELAYED: readonly string[] = ['snapshot', 'headline', 'retraction'];

export function readTabMessage(
  value: unknown,
  { isServerFrame, isConnectionState, expire }: TabRules,
): TabMessage | undefined {
  const message = value as TabMessage | null | undefined;
  switch (message?.kind) {
    case 'ask':
    case 'seen':
      return message;
    case 'frame':
      return isServerFrame(message.frame) && RELAYED.includes(message.frame.type) ? message : undefined;
    case 'state': {
      const { state, known } = message;
      return isConnectionState(state) && (!known || isTickerList(known)) ? message : undefined;
    }
    default:
      return undefined;
  }

  function isTickerList(known: TickerList): boolean {
    try {
      // Whoever breaks on it here does not break on it later.
      const { list, cursor, tombstones } = expire(known, 0);
      const isListed = isServerFrame({
        type: 'snapshot',
        channel: '',
        cursor: cursor ?? '',
        headlines: list.headlines,
      });
      return isListed && tombstones instanceof Map;
    } catch {
      return false;
    }
  }
}
