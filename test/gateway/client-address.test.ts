import { describe, expect, it } from '@jest/globals';
import { addressKey, clientAddress, createTrust } from '../../src/gateway/client-address.ts';

describe('what an address is counted by', () => {
  it('is the /64 of IPv6, and the IPv4 in IPv6', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:db8:1:2::99'));
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
    expect(addressKey('::ffff:203.0.113.7')).toBe(addressKey('203.0.113.7'));
  });

  it('is one and the same for all that is no address, however it is made up', () => {
    expect(
      new Set(['', 'me', 'x'.repeat(5_000), '203.0.113.7.1', '2001:db8::1/64'].map(addressKey)).size,
    ).toBe(1);
  });
});

describe('client address', () => {
  const isTrusted = createTrust(['10.0.0.0/8', '192.0.2.1', '2001:db8::1']);
  const NO_ONE = createTrust([]);

  it('is the peer’s where no proxy is trusted, whatever the header claims', () => {
    expect(clientAddress('203.0.113.7', '198.51.100.1', NO_ONE)).toBe('203.0.113.7');
  });

  it('is the first address from the right that is no trusted proxy', () => {
    expect(clientAddress('10.0.0.2', '198.51.100.66, 203.0.113.7, 10.1.2.3', isTrusted)).toBe('203.0.113.7');
    expect(clientAddress('2001:db8::1', '203.0.113.7', isTrusted)).toBe('203.0.113.7');
    expect(clientAddress('::ffff:10.0.0.2', '203.0.113.7', isTrusted)).toBe('203.0.113.7');
    expect(clientAddress('192.0.2.1', '203.0.113.7', isTrusted)).toBe('203.0.113.7');
    expect(clientAddress('192.0.2.2', '203.0.113.7', isTrusted)).toBe('192.0.2.2');
  });

  it('is without the port that some proxies write, which would be another one for each connection', () => {
    expect(clientAddress('10.0.0.2', '203.0.113.7:4711', isTrusted)).toBe('203.0.113.7');
    expect(clientAddress('10.0.0.2', '[2001:db8:7::9]:4711', isTrusted)).toBe('2001:db8:7::9');
  });

  it('is never empty', () => {
    expect(clientAddress(undefined, undefined, isTrusted)).toBe('unknown');
    expect(clientAddress('10.0.0.2', '', isTrusted)).toBe('10.0.0.2');
    expect(clientAddress('10.0.0.2', '10.0.0.3', isTrusted)).toBe('10.0.0.3');
  });

  it('is not looked for beyond as many hops as there can be', () => {
    let asked = 0;
    const counting = (address: string) => {
      asked += 1;
      return isTrusted(address);
    };
    clientAddress('10.0.0.2', Array.from({ length: 2_000 }, () => '10.0.0.3').join(','), counting);
    expect(asked).toBeLessThan(20);
  });
});
