import { describe, expect, it } from '@jest/globals';
import { COST, createAddressBudgets } from '../../src/gateway/address-budgets.ts';
import { createFilterPlaces } from '../../src/gateway/filter-places.ts';

const MINUTE = 60_000;

function openBudgets(requestsPerMinutePerAddress: number, limitAddresses = 10) {
  let nowMs = 5_000;
  const budgets = createAddressBudgets({
    requestsPerMinutePerAddress,
    limitAddresses,
    clock: () => nowMs,
    random: () => 0,
  });
  const spendAll = (address: string, cost: number) => {
    let times = 0;
    while (budgets.spend(address, cost).ok) times += 1;
    return times;
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { budgets, spendAll, pass };
}

describe('address budgets', () => {
  it('let a minute’s worth be spent at once, and then as much as time brings', () => {
    const { spendAll, pass } = openBudgets(600);
    expect(spendAll('203.0.113.7', 1)).toBe(600);
    pass(MINUTE / 6);
    expect(spendAll('203.0.113.7', 1)).toBe(100);
    pass(10 * MINUTE);
    expect(spendAll('203.0.113.7', 1)).toBe(600);
  });

  it('count what is dear for more, in one budget', () => {
    const { budgets, spendAll } = openBudgets(100);
    expect(spendAll('203.0.113.7', COST.filter)).toBe(2);
    expect(spendAll('203.0.113.7', COST.stream)).toBe(10);
    expect(budgets.spend('203.0.113.7', COST.request).ok).toBe(false);
  });

  it('say when there is enough again, and are right', () => {
    const { budgets, spendAll, pass } = openBudgets(60);
    spendAll('203.0.113.7', 1);
    const refused = budgets.spend('203.0.113.7', 10);
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'rate-limited', retryAfterMs: 10_000 } });
    pass(9_999);
    expect(budgets.spend('203.0.113.7', 10).ok).toBe(false);
    pass(1);
    expect(budgets.spend('203.0.113.7', 10).ok).toBe(true);
  });

  it('give back what was paid for nothing', () => {
    const { budgets, spendAll } = openBudgets(10);
    expect(spendAll('203.0.113.7', COST.stream)).toBe(5);
    budgets.refund('203.0.113.7', COST.stream);
    budgets.refund('203.0.113.8', COST.stream);
    expect([spendAll('203.0.113.7', COST.stream), spendAll('203.0.113.8', COST.stream)]).toEqual([1, 5]);
  });

  it('are each address’s own, of IPv6 each /64’s', () => {
    const { budgets, spendAll } = openBudgets(10);
    spendAll('2001:db8:1:2::1', 1);
    expect(budgets.spend('2001:db8:1:2::2', 1).ok).toBe(false);
    expect(budgets.spend('2001:db8:1:3::1', 1).ok).toBe(true);
    expect(budgets.spend('203.0.113.7', 1).ok).toBe(true);
  });

  it('remember no more addresses than they may, and forget who asked longest ago', () => {
    const { budgets, spendAll } = openBudgets(2, 3);
    for (let last = 0; last < 50; last += 1) spendAll(`203.0.113.${last}`, 1);
    expect(budgets.size).toBe(3);
    expect([49, 46].map((last) => budgets.spend(`203.0.113.${last}`, 1).ok)).toEqual([false, true]);
  });

  it('let the thousand readers of an office in at once, each with a list and five channels', () => {
    const budgets = createAddressBudgets({ clock: () => 0 });
    const all = Array.from({ length: 1_000 }, () =>
      [COST.stream, ...Array.from({ length: 6 }, () => COST.request)].every(
        (cost) => budgets.spend('203.0.113.7', cost).ok,
      ),
    );
    expect(all.every(Boolean)).toBe(true);
  });
});

describe('filter places', () => {
  it('let no address take them all, and are free again when given back', () => {
    const places = createFilterPlaces(createAddressBudgets(), { filters: 5, filtersPerAddress: 3 });
    const taken = Array.from({ length: 4 }, () => places.take('203.0.113.7'));
    expect(taken.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(taken[3]).toMatchObject({ refusal: { code: 'too-many-filters' } });
    const others = Array.from({ length: 3 }, () => places.take('203.0.113.8'));
    expect(others.map(({ ok }) => ok)).toEqual([true, true, false]);
    if (taken[0]?.ok) taken[0].value();
    expect([places.take('203.0.113.7').ok, places.take('203.0.113.8').ok]).toEqual([true, false]);
  });

  it('are paid for', () => {
    const places = createFilterPlaces(createAddressBudgets({ requestsPerMinutePerAddress: 100 }));
    expect(Array.from({ length: 3 }, () => places.take('203.0.113.7').ok)).toEqual([true, true, false]);
  });
});
