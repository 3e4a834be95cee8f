/**
 * The life of a connection as a table: (state, event) -> state and effects. Pure; `connect` carries the effects out.
 *
 * Each state has one timer at most, which ends with the state; when it runs out, that is the event `due`.
 * No state opens a socket while another is open: what leaves a socket behind drops it first. [design 3, promise 8]
 */
import { mayReturn } from '../../src/protocol/close-code.ts';

/**
 * What a reader is told.
 * - `connecting`: the first attempt is under way.
 * - `live`: the list is whole, and changes come as they happen.
 * - `delayed`: the list is whole, and asked for again every few seconds: nothing better comes through here.
 * - `reconnecting`: the connection was lost or refused for now; the list may be behind; tried again by itself.
 * - `offline`: the device says that it has no network.
 * - `asleep`: nobody has looked for long, so that it is not connected, on purpose; goes on when somebody looks.
 * - `refused`: the server does not want this reader back (close codes 4500 to 4999); for good.
 * - `closed`: by `close()`; for good.
 */
export type Status =
  | 'connecting'
  | 'live'
  | 'delayed'
  | 'reconnecting'
  | 'offline'
  | 'asleep'
  | 'refused'
  | 'closed';

interface Going {
  readonly name: 'connecting' | 'reconnecting' | 'waiting' | 'live' | 'delayed' | 'offline' | 'asleep';
  /** Attempts that failed since a connection last held. */
  readonly failures: number;
}

export type ConnectionState =
  | Going
  | { readonly name: 'refused'; readonly code: number; readonly reason: string }
  | { readonly name: 'closed' };

export type ConnectionEvent =
  /** A snapshot came, or word that the missed changes follow; `delayed`: by asking again and again. */
  | { readonly type: 'ready' | 'delayed' }
  /** The connection closed, or could not be made. */
  | { readonly type: 'lost'; readonly code: number; readonly reason: string }
  | { readonly type: 'goodbye'; readonly retryAfterMs: number }
  /** `better`: another transport is worth a try. */
  | { readonly type: 'due' | 'online' | 'offline' | 'sleep' | 'wake' | 'better' | 'stop' };

export type Effect =
  /** Opening: and set the timer to how long an attempt may take. */
  | { readonly do: 'open-socket' | 'drop-socket' | 'forget-cursor' }
  | { readonly do: 'set-timer'; readonly ms: number }
  /** Set the timer by `backoffMs`. */
  | { readonly do: 'back-off'; readonly failures: number };

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

/** A connection that held this long was a good one: the next failure is the first again. */
const SETTLED_AFTER_MS = 10_000;
/** A goodbye is obeyed up to this long; also keeps the wait within what timers can count. */
export const RETRY_AFTER_LIMIT_MS = 3_600_000;
/** Devices are wrong about being offline at times: then this finds out. */
const OFFLINE_RECHECK_MS = 30_000;

/** Closes by which a server says that it can do nothing with the cursor: come back without it. */
export const CURSOR_CLOSES: readonly number[] = [4010, 4502];

const DROP: Effect = { do: 'drop-socket' };

/** Opens, whatever was before: what is open must have been dropped. */
export const open = (name: 'connecting' | 'reconnecting', failures: number): Step => ({
  state: { name, failures },
  effects: [{ do: 'open-socket' }],
});

const backOff = (failures: number, ...before: Effect[]): Step => ({
  state: { name: 'waiting', failures: failures + 1 },
  effects: [...before, { do: 'back-off', failures }],
});

const goOffline = (failures: number): Step => ({
  state: { name: 'offline', failures },
  effects: [DROP, { do: 'set-timer', ms: OFFLINE_RECHECK_MS }],
});

type Row = {
  readonly [Type in ConnectionEvent['type']]?: (
    state: Going,
    event: Extract<ConnectionEvent, { readonly type: Type }>,
  ) => Step;
};

const sleep = (): Step => ({ state: { name: 'asleep', failures: 0 }, effects: [DROP] });

const anywhere: Row = { sleep, offline: ({ failures }) => goOffline(failures) };

const withSocket: Row = {
  ...anywhere,
  lost: ({ failures }, { code, reason }) => {
    if (CURSOR_CLOSES.includes(code)) return backOff(failures, DROP, { do: 'forget-cursor' });
    if (mayReturn(code)) return backOff(failures, DROP);
    return { state: { name: 'refused', code, reason }, effects: [DROP] };
  },
  goodbye: ({ failures }, { retryAfterMs }) => ({
    state: { name: 'waiting', failures },
    effects: [DROP, { do: 'set-timer', ms: Math.min(retryAfterMs, RETRY_AFTER_LIMIT_MS) }],
  }),
};

const settle = (name: 'live' | 'delayed', failures: number): Step => ({
  state: { name, failures },
  effects: [{ do: 'set-timer', ms: SETTLED_AFTER_MS }],
});

const attempting: Row = {
  ...withSocket,
  ready: ({ failures }) => settle('live', failures),
  delayed: ({ failures }) => settle('delayed', failures),
  due: ({ failures }) => backOff(failures, DROP),
};

const settled: Row = {
  ...withSocket,
  due: ({ name }) => ({ state: { name, failures: 0 }, effects: [] }),
  better: () => {
    const step = open('reconnecting', 0);
    return { ...step, effects: [DROP, ...step.effects] };
  },
};

const TABLE: Readonly<Record<Going['name'], Row>> = {
  connecting: attempting,
  reconnecting: attempting,
  live: settled,
  delayed: settled,
  waiting: { ...anywhere, due: ({ failures }) => open('reconnecting', failures) },
  asleep: { wake: () => open('reconnecting', 0) },
  offline: {
    sleep,
    due: ({ failures }) => open('reconnecting', failures),
    // Not at once: a whole town may come online in the same second.
    online: () => ({ state: { name: 'waiting', failures: 0 }, effects: [{ do: 'back-off', failures: 0 }] }),
  },
};

export const firstStep: Step = open('connecting', 0);

/** @returns undefined where the event means nothing in this state. */
export function nextStep(state: ConnectionState, event: ConnectionEvent): Step | undefined {
  if (state.name === 'closed') return undefined;
  if (event.type === 'stop') return { state: { name: 'closed' }, effects: [DROP] };
  if (state.name === 'refused') return undefined;
  const react = TABLE[state.name][event.type] as ((state: Going, event: ConnectionEvent) => Step) | undefined;
  return react?.(state, event);
}

/** What another tab says of its connection may be anything. */
export const isConnectionState = (value: unknown): value is ConnectionState => {
  const name = (value as ConnectionState | null | undefined)?.name;
  return name === 'refused' || Object.hasOwn(TABLE, String(name));
};

export const statusOf = ({ name }: ConnectionState): Status => (name === 'waiting' ? 'reconnecting' : name);
