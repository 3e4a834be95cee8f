import { describe, expect, it } from '@jest/globals';
import { createConnectionLimits } from '../../src/gateway/connection-limits.ts';

describe('connection limits', () => {
  it('refuses one address too many connections, and no one else', () => {
    const limits = createConnectionLimits({ connectionsPerAddress: 2 });
    const first = limits.admit('203.0.113.7');
    expect([first.ok, limits.admit('203.0.113.7').ok]).toEqual([true, true]);
    expect(limits.admit('203.0.113.7')).toMatchObject({
      ok: false,
      refusal: { code: 'too-many-connections' },
    });
    expect(limits.admit('203.0.113.8').ok).toBe(true);
    if (first.ok) first.value();
    expect(limits.admit('203.0.113.7').ok).toBe(true);
  });

  it('gives a place free once, however often it is told', () => {
    const limits = createConnectionLimits({ connections: 2 });
    const [first, second] = [limits.admit('203.0.113.1'), limits.admit('203.0.113.2')];
    if (first.ok) for (let times = 0; times < 3; times += 1) first.value();
    expect(second.ok && limits.count).toBe(1);
  });
});
