import { describe, expect, it } from '@jest/globals';
import { addressKey, clientAddress, createConnectionLimits } from '../../src/gateway/connection-limits.ts';

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

  it('counts IPv6 by /64, and IPv4 in IPv6 as IPv4', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:db8:1:2::99'));
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
    expect(addressKey('::ffff:203.0.113.7')).toBe(addressKey('203.0.113.7'));
  });
});

describe('client address', () => {
  const trusted = ['10.0.0.0/8', '2001:db8::1'];

  it('is the peer’s where no proxy is trusted, whatever the header claims', () => {
    expect(clientAddress('203.0.113.7', '198.51.100.1', [])).toBe('203.0.113.7');
  });

  it('is the first address from the right that is no trusted proxy', () => {
    expect(clientAddress('10.0.0.2', '198.51.100.66, 203.0.113.7, 10.1.2.3', trusted)).toBe('203.0.113.7');
    expect(clientAddress('2001:db8::1', '203.0.113.7', trusted)).toBe('203.0.113.7');
    expect(clientAddress('::ffff:10.0.0.2', '203.0.113.7', trusted)).toBe('203.0.113.7');
  });

  it('is never empty', () => {
    expect(clientAddress(undefined, undefined, trusted)).toBe('unknown');
    expect(clientAddress('10.0.0.2', '10.0.0.3', trusted)).toBe('10.0.0.3');
  });
});
