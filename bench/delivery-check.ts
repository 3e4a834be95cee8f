/**
 * Delivery check: every reader gets every headline exactly once, and all in the same order.
 *
 * The first reader to get its nth headline says which one that is; every other one must get the same. So nothing can
 * be missing, doubled or out of step, and the order of headlines that were published at once is left to the server.
 */
export interface DeliveryCheck {
  /** A reader got a headline, its nth counted from 0. */
  delivered(number: number, nth: number): void;
  /** Resolves when as many were delivered as are expected; rejects with what was wrong. */
  expect(numbers: readonly number[], readers: number, timeoutMs: number): Promise<void>;
  failed(error: Error): void;
  /**
   * Throws what went wrong, be it after the last one expected.
   *
   * @param isOrdered whether the order must be that of the numbers.
   */
  assertClean(isOrdered: boolean): void;
}

export function createDeliveryCheck(): DeliveryCheck {
  const order: number[] = [];
  const expected = new Set<number>();
  let missing = 0;
  let trouble: Error | undefined;
  let done: (() => void) | undefined;

  function failed(error: Error): void {
    trouble ??= error;
    done?.();
  }

  return {
    failed,
    delivered(number, nth) {
      if (nth === order.length && expected.delete(number)) order.push(number);
      else if (order[nth] !== number) {
        const due = order[nth] ?? 'none';
        return failed(new Error(`a reader's headline ${nth} is number ${number}; due was ${due}`));
      }
      missing -= 1;
      if (missing <= 0) done?.();
    },
    async expect(numbers, readers, timeoutMs) {
      for (const number of numbers) expected.add(number);
      missing += numbers.length * readers;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => failed(new Error(`${missing} deliveries are missing`)), timeoutMs);
        done = () => {
          clearTimeout(timer);
          resolve();
        };
        if (trouble) done();
      });
      done = undefined;
      if (trouble) throw trouble;
    },
    assertClean(isOrdered) {
      if (trouble) throw trouble;
      if (missing !== 0) throw new Error(`${-missing} deliveries too many`);
      const isInOrder = order.every((number, index) => index === 0 || number > (order[index - 1] ?? 0));
      if (isOrdered && !isInOrder)
        throw new Error('headlines came in another order than they were published');
    },
  };
}
