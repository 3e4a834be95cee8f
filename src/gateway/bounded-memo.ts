/**
 * Bounded memo: what a pure function made of a text that many readers send alike.
 *
 * Ten thousand readers of one page ask with the same words; checking them once is enough. Keyed by outsiders, so it
 * forgets everything when it is full.
 */
export function boundedMemo<Value>(make: (text: string) => Value, limit = 512): (text: string) => Value {
  const made = new Map<string, Value>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const value = make(text);
    if (made.size >= limit) made.clear();
    // A long text is kept by no one: it would make the limit worthless.
    if (text.length <= LONGEST) made.set(text, value);
    return value;
  };
}

const LONGEST = 512;
