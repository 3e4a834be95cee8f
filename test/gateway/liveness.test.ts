import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Connection, type Outlet } from '../../src/gateway/connection.ts';
import { newslineV1 } from '../../src/gateway/encoding.ts';
import { startLiveness } from '../../src/gateway/liveness.ts';

const SECOND = 1_000;

function connect(answers: boolean) {
  const events: string[] = [];
  const outlet: Outlet = {
    write: () => true,
    close: () => {},
    terminate: () => void events.push('terminated'),
    ping() {
      events.push('pinged');
      if (answers) queueMicrotask(() => (connection.isAlive = true));
      return true;
    },
  };
  const connection = new Connection(outlet, newslineV1);
  return { connection, events };
}

describe('liveness', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('ends a connection whose peer answers no ping, and keeps one whose does', async () => {
    const liveness = startLiveness({ pingIntervalMs: 5 * SECOND });
    const [deaf, alive] = [connect(false), connect(true)];
    liveness.watch(deaf.connection);
    liveness.watch(alive.connection);
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect([deaf.events, alive.events]).toEqual([['pinged'], ['pinged']]);
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect([deaf.events, alive.events]).toEqual([
      ['pinged', 'terminated'],
      ['pinged', 'pinged'],
    ]);
    expect([deaf.connection.isOpen, alive.connection.isOpen]).toEqual([false, true]);
    liveness.stop();
  });

  it('spreads connections over the interval, and needs one timer for all of them', async () => {
    const liveness = startLiveness({ pingIntervalMs: 5 * SECOND });
    for (let second = 0; second < 5; second += 1) {
      const { connection, events } = connect(true);
      liveness.watch(connection);
      await jest.advanceTimersByTimeAsync(SECOND);
      expect(events).toEqual([]);
    }
    expect(jest.getTimerCount()).toBe(1);
    liveness.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('forgets who left', async () => {
    const liveness = startLiveness({ pingIntervalMs: 5 * SECOND });
    const { connection, events } = connect(false);
    liveness.watch(connection);
    liveness.forget(connection);
    await jest.advanceTimersByTimeAsync(20 * SECOND);
    expect(events).toEqual([]);
    liveness.stop();
  });

  it('tells of those that have aged, each by its own measure between half of the limit and all', async () => {
    const aged: Connection[] = [];
    const ages = [0, 0.5, 0.999];
    const liveness = startLiveness({
      pingIntervalMs: SECOND,
      maxConnectionAgeMs: 100 * SECOND,
      random: () => ages.shift() ?? 0,
      onAged(connection) {
        aged.push(connection);
        connection.close(4000, 'aged');
      },
    });
    const [first, second, third] = ages.map(() => connect(true).connection);
    for (const connection of [first, second, third]) if (connection) liveness.watch(connection);
    await jest.advanceTimersByTimeAsync(49 * SECOND);
    expect(aged).toEqual([]);
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(aged).toEqual([first]);
    await jest.advanceTimersByTimeAsync(25 * SECOND);
    expect(aged).toEqual([first, second]);
    await jest.advanceTimersByTimeAsync(25 * SECOND);
    expect(aged).toEqual([first, second, third]);
    liveness.stop();
  });

  it('lets no connection age where there is no limit', async () => {
    const onAged = jest.fn();
    const liveness = startLiveness({ pingIntervalMs: SECOND, maxConnectionAgeMs: 0, onAged });
    liveness.watch(connect(true).connection);
    await jest.advanceTimersByTimeAsync(100_000 * SECOND);
    expect(onAged).not.toHaveBeenCalled();
    liveness.stop();
  });

  it('ends one that was said goodbye to and does not leave', async () => {
    const liveness = startLiveness({ pingIntervalMs: 5 * SECOND });
    const { connection, events } = connect(true);
    liveness.watch(connection);
    connection.close(4000, 'come back');
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect(events).toEqual([]);
    await jest.advanceTimersByTimeAsync(5 * SECOND);
    expect(events).toEqual(['terminated']);
    liveness.stop();
  });
});
