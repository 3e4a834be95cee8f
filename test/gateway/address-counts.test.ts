import { describe, expect, it } from '@jest/globals';
import { createAddressCounts } from '../../src/gateway/address-counts.ts';

describe('address counts', () => {
  it('count each address alone and all together, and a network of IPv6 as one', () => {
    const counts = createAddressCounts();
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2']) {
      counts.add(address);
    }
    expect(['192.0.2.1', '192.0.2.2', '2001:db8::3', '192.0.2.3'].map(counts.of)).toEqual([2, 1, 2, 0]);
    expect([counts.count, counts.addresses]).toEqual([5, 3]);
  });

  it('count one out once, and forget an address with its last', () => {
    const counts = createAddressCounts();
    const [first, second] = [counts.add('192.0.2.1'), counts.add('192.0.2.1')];
    first();
    first();
    expect([counts.of('192.0.2.1'), counts.count, counts.addresses]).toEqual([1, 1, 1]);
    second();
    expect([counts.of('192.0.2.1'), counts.count, counts.addresses]).toEqual([0, 0, 0]);
  });
});
