/**
 * Shared connection: one of a browser's tabs has it, and tells the others what comes. A part that loads where asked to.
 *
 * Each tab keeps a list of its own by the same rules, so that whichever has the connection next goes on after the last
 * change it saw: nothing is lost, and what comes twice changes nothing. Every change names the place before it: who
 * was not there asks for the whole. [ADR 13]
 */
import type { ConnectionState } from '../connection-state.ts';
import type { ListFrame, TickerList } from '../ticker-list.ts';
import { joinTabGroup } from './tab-group.ts';
import { readTabMessage, TAB_PROTOCOL, type TabMessage, type TabRules } from './tab-message.ts';

export interface Sharing extends TabRules {
  /** Tabs that share have the same. */
  readonly key: string;
  readonly known: () => TickerList;
  readonly state: () => ConnectionState;
  readonly stepsAhead: (cursor: string, from: string | undefined) => number;
  /** Connect: the others are told what comes. */
  readonly onLead: () => void;
  /** Another connects: let go. */
  readonly onDeposed: () => void;
  /** Somebody looks at another tab. */
  readonly onSeen: () => void;
  readonly onFrame: (frame: ListFrame) => void;
  /** What was known is outdone by this. */
  readonly onKnown: (known: TickerList) => void;
  readonly onState: (state: ConnectionState) => void;
}

export interface SharedConnection {
  /** Of the one who has the connection: what comes, and the place before it. */
  tellFrame(frame: ListFrame, from: string | undefined): void;
  tellState(state: ConnectionState): void;
  /** Somebody looks at this tab. */
  seen(): void;
  leave(): void;
}

/** @returns undefined where tabs cannot share. */
export function shareConnection({
  key,
  known,
  state,
  stepsAhead,
  onLead,
  onDeposed,
  onSeen,
  onFrame,
  onKnown,
  onState,
  ...rules
}: Sharing): SharedConnection | undefined {
  let isLeading = false;

  const tell = (message: TabMessage) => {
    if (isLeading) group?.post(message);
  };
  const tellAll = () => {
    const all = known();
    tell({ kind: 'state', state: state(), ...(all.timeZone !== undefined && { known: all }) });
  };
  const ask = (kind: 'ask' | 'seen') => {
    if (!isLeading) group?.ask({ kind });
  };
  const isAhead = (cursor: string | undefined) =>
    cursor !== undefined && cursor !== known().cursor && stepsAhead(cursor, known().cursor) > 0;

  function hear(data: unknown): void {
    const message = readTabMessage(data, rules);
    if (message?.kind === 'ask' || message?.kind === 'seen') {
      if (isLeading && message.kind === 'seen') onSeen();
      tellAll();
    } else if (message && !isLeading) {
      group?.heard();
      if (message.kind === 'state') {
        if (message.known && isAhead(message.known.cursor)) onKnown(message.known);
        onState(message.state);
      }
      // What lies between was not heard here.
      else if (message.frame.type !== 'snapshot' && isAhead(message.from)) ask('ask');
      else onFrame(message.frame);
    }
  }

  const group = joinTabGroup(`newsline ${TAB_PROTOCOL} ${key}`, {
    onLead() {
      isLeading = true;
      onLead();
      tellAll();
    },
    onDeposed() {
      isLeading = false;
      onDeposed();
      ask('ask');
    },
    onMessage: hear,
  });
  ask('ask');

  return (
    group && {
      tellFrame: (frame, from) => tell({ kind: 'frame', frame, from }),
      tellState: (next) => tell({ kind: 'state', state: next }),
      seen: () => ask('seen'),
      leave() {
        isLeading = false;
        group.leave();
      },
    }
  );
}
