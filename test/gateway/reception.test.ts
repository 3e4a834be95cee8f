import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Outlet } from '../../src/gateway/connection.ts';
import { flat, newslineV1 } from '../../src/gateway/encoding.ts';
import { createReception, type Reception, type ReceptionOptions } from '../../src/gateway/reception.ts';

const SECOND = 1_000;

describe('reception', () => {
  let reception: Reception;
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    reception.stop();
    jest.useRealTimers();
  });

  const begin = (options: ReceptionOptions = {}) => {
    reception = createReception(options);
  };

  /** A reader that leaves as soon as it is asked to. */
  function enter(encoding = newslineV1) {
    const written: string[] = [];
    const outlet: Outlet = {
      write: (bytes) => written.push(bytes.toString()) > 0,
      close: () => void queueMicrotask(() => reception.left(connection)),
      terminate: () => void written.push('terminated'),
      ping: () => false,
    };
    const connection = reception.open(outlet, encoding);
    return { connection, written };
  }

  it('says goodbye while it drains also to those whose handshake ends only then', async () => {
    begin();
    enter();
    const isDrained = reception.drain(10 * SECOND);
    const late = enter();
    await jest.advanceTimersByTimeAsync(100);
    expect(late.written.join()).toContain('"goodbye"');
    await jest.advanceTimersByTimeAsync(10 * SECOND);
    await isDrained;
    expect(reception.goodbyes).toEqual({ drain: 2, rotation: 0 });
    expect(reception.accepted).toBe(2);
  });

  it('is not done draining while a handshake is under way, though no one is there', async () => {
    begin();
    const [coming, leaving] = ['192.0.2.1', '192.0.2.2'].map((address) => reception.admit(address));
    let isDone = false;
    void reception.drain(10 * SECOND).then(() => {
      isDone = true;
    });
    await jest.advanceTimersByTimeAsync(SECOND);
    if (leaving?.ok) leaving.value();
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(isDone).toBe(false);
    const late = enter();
    await jest.advanceTimersByTimeAsync(100);
    expect(late.written.join()).toContain('"goodbye"');
    expect(isDone).toBe(false);
    if (coming?.ok) coming.value();
    await jest.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(true);
  });

  it('ends those who do not leave when the time is over', async () => {
    begin();
    const { written, connection } = enter();
    connection.outlet.close = () => {};
    const isDrained = reception.drain(2 * SECOND);
    await jest.advanceTimersByTimeAsync(2 * SECOND + 20);
    await isDrained;
    expect(written.at(-1)).toBe('terminated');
  });

  it('takes no one’s turn for an address that has all its connections', () => {
    begin({ connectionsPerSecond: 2, connectionsPerAddress: 1 });
    const codes = ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => {
      const answer = reception.admit(address);
      return answer.ok ? 'in' : answer.refusal.code;
    });
    expect(codes).toEqual(['in', 'too-many-connections', 'too-many-connections', 'in', 'too-many-arrivals']);
  });

  it('gives back the place of those it refuses for now', async () => {
    begin({ connectionsPerSecond: 1, connectionsPerAddress: 2 });
    expect(reception.admit('192.0.2.1').ok).toBe(true);
    for (let n = 0; n < 10; n += 1) expect(reception.admit('192.0.2.1').ok).toBe(false);
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(reception.admit('192.0.2.1').ok).toBe(true);
  });

  it('rotates those that have aged, and none that it could not tell when to return', async () => {
    begin({ maxConnectionAgeMs: 10 * SECOND, pingIntervalMs: SECOND });
    const framed = enter();
    const bare = enter(flat);
    await jest.advanceTimersByTimeAsync(11 * SECOND);
    expect(framed.written.join()).toContain('"goodbye"');
    expect([framed.connection.isOpen, bare.connection.isOpen]).toEqual([false, true]);
    expect(reception.goodbyes).toEqual({ drain: 0, rotation: 1 });
  });
});
