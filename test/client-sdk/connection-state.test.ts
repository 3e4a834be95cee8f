import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ConnectionEvent,
  type ConnectionState,
  CURSOR_CLOSES,
  firstStep,
  nextStep,
  RETRY_AFTER_LIMIT_MS,
  statusOf,
} from '../../client-sdk/src/connection-state.ts';
import { closeCodeOf } from '../../src/protocol/refusal.ts';

const lost = (code: number): ConnectionEvent => ({ type: 'lost', code, reason: 'said' });
const events: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  fc.constantFrom<ConnectionEvent>(
    { type: 'ready' },
    { type: 'delayed' },
    { type: 'better' },
    { type: 'due' },
    { type: 'online' },
    { type: 'offline' },
    { type: 'sleep' },
    { type: 'wake' },
    { type: 'goodbye', retryAfterMs: 500 },
  ),
  fc.constantFrom(1006, 4000, 4010, 4029, 4502, 4504).map(lost),
);
const all = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: events },
    { weight: 1, arbitrary: fc.constant<ConnectionEvent>({ type: 'stop' }) },
  ),
);

const through = (...events: ConnectionEvent[]): ConnectionState =>
  events.reduce((state, event) => nextStep(state, event)?.state ?? state, firstStep.state);
const step = (state: ConnectionState, event: ConnectionEvent) =>
  nextStep(state, event) ?? { state, effects: [] };
const live = through({ type: 'ready' });

describe('the table of a connection', () => {
  it('never opens a socket while another is open, whatever happens', () => {
    fc.assert(
      fc.property(all, (events) => {
        let open = 1;
        let { state } = firstStep;
        for (const event of events) {
          const next = step(state, event);
          state = next.state;
          for (const effect of next.effects) {
            if (effect.do === 'drop-socket') open = 0;
            if (effect.do === 'open-socket') open += 1;
            expect(open).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it('always has a way on: a socket that may speak, a timer that runs, or somebody who looks', () => {
    fc.assert(
      fc.property(all, (events) => {
        const state = through(...events);
        if (['refused', 'closed'].includes(state.name)) return;
        const { state: after } = step(state, { type: state.name === 'asleep' ? 'wake' : 'due' });
        expect(['connecting', 'reconnecting', 'waiting', 'live', 'delayed', 'offline']).toContain(after.name);
        if (state.name === 'waiting' || state.name === 'offline') expect(after.name).toBe('reconnecting');
      }),
    );
  });

  it('leaves a refusal only to be closed, and a close never', () => {
    fc.assert(
      fc.property(all, (events) => {
        expect(nextStep({ name: 'closed' }, events[0] ?? { type: 'stop' })).toBeUndefined();
        const refused = through(lost(4504), ...events);
        expect(['refused', 'closed']).toContain(refused.name);
      }),
    );
  });

  it('stays away after codes from 4500 to 4999, and comes back after any other', () => {
    expect(step(live, lost(4504)).state).toEqual({ name: 'refused', code: 4504, reason: 'said' });
    for (const code of [1000, 1006, 1012, 4000, 4029, 4499, 5000]) {
      expect(step(live, lost(code)).state.name).toBe('waiting');
    }
  });

  it('comes back without its cursor where the server can do nothing with it', () => {
    expect(CURSOR_CLOSES).toEqual([closeCodeOf('cursor-lost'), closeCodeOf('bad-cursor')]);
    for (const code of CURSOR_CLOSES) {
      const { state, effects } = step(live, lost(code));
      expect(state.name).toBe('waiting');
      expect(effects).toContainEqual({ do: 'forget-cursor' });
    }
  });

  it('returns when a goodbye says so, and no later than timers can count', () => {
    expect(step(live, { type: 'goodbye', retryAfterMs: 1234 })).toEqual({
      state: { name: 'waiting', failures: 0 },
      effects: [{ do: 'drop-socket' }, { do: 'set-timer', ms: 1234 }],
    });
    expect(step(live, { type: 'goodbye', retryAfterMs: Number.POSITIVE_INFINITY }).effects).toContainEqual({
      do: 'set-timer',
      ms: RETRY_AFTER_LIMIT_MS,
    });
  });

  it('waits longer with each failure, and forgets them only once a connection has held', () => {
    const twice = through(lost(1006), { type: 'due' }, lost(1006), { type: 'due' });
    expect(step(twice, lost(1006)).effects).toContainEqual({ do: 'back-off', failures: 2 });
    const brief = step(twice, { type: 'ready' }).state;
    expect(step(brief, lost(1006)).effects).toContainEqual({ do: 'back-off', failures: 2 });
    const held = step(brief, { type: 'due' }).state;
    expect(step(held, lost(1006)).effects).toContainEqual({ do: 'back-off', failures: 0 });
  });

  it('gives up an attempt that takes too long', () => {
    expect(step(firstStep.state, { type: 'due' })).toEqual({
      state: { name: 'waiting', failures: 1 },
      effects: [{ do: 'drop-socket' }, { do: 'back-off', failures: 0 }],
    });
  });

  it('says reconnecting while it waits', () => {
    expect(statusOf(firstStep.state)).toBe('connecting');
    expect(statusOf(through(lost(1006)))).toBe('reconnecting');
    expect(statusOf(through(lost(1006), { type: 'due' }))).toBe('reconnecting');
    expect(statusOf(through({ type: 'offline' }))).toBe('offline');
  });

  it('holds nothing open while it sleeps, and connects at once when it wakes', () => {
    const { state, effects } = step(live, { type: 'sleep' });
    expect([statusOf(state), effects]).toEqual(['asleep', [{ do: 'drop-socket' }]]);
    for (const type of ['due', 'online', 'offline', 'ready', 'sleep'] as const) {
      expect(nextStep(state, { type })).toBeUndefined();
    }
    expect(step(state, { type: 'wake' }).effects).toEqual([{ do: 'open-socket' }]);
  });

  it('lets go of what it has before it tries something better', () => {
    const delayed = through({ type: 'delayed' });
    expect(statusOf(delayed)).toBe('delayed');
    expect(step(delayed, { type: 'better' }).effects).toEqual([{ do: 'drop-socket' }, { do: 'open-socket' }]);
    expect(nextStep(through(lost(1006)), { type: 'better' })).toBeUndefined();
  });
});
