/**
 * Printing: lines on a terminal, a file or a pipe.
 *
 * Waits for a slow pipe instead of queueing, and lets no text from outside move the cursor or colour the screen.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

export type Output = Writable & { readonly isTTY?: boolean };

/** Controls, line separators and direction overrides: what could make a terminal show what is not there. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

export const printable = (text: string): string => text.replace(UNPRINTABLE, '\uFFFD');

/** What of these JSON lets stand. */
const UNPRINTABLE_IN_JSON = /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** JSON in which the same characters are escaped, which means the same. */
export const printableJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    UNPRINTABLE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Node's own standard outputs do not stay destroyed, so it is kept here. */
const gone = new WeakSet<Output>();

/** Takes a reader that leaves (`newsline tail en | head`) for what it is: no failure. */
export function watchOutput(output: Output): void {
  output.on('error', () => gone.add(output));
}

export const isGone = (output: Output): boolean => output.destroyed || gone.has(output);

export async function printLine(output: Output, text: string): Promise<void> {
  if (isGone(output) || output.write(`${text}\n`)) return;
  const done = new AbortController();
  const either = ['drain', 'close'].map((event) => once(output, event, { signal: done.signal }));
  await Promise.race(either).catch(() => {});
  done.abort();
}

/** Prints rows with their columns aligned. */
export async function printTable(output: Output, rows: readonly (readonly string[])[]): Promise<void> {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  for (const row of rows) {
    const cells = row.map((cell, column) => printable(cell).padEnd(widths[column] ?? 0));
    await printLine(output, cells.join('  ').trimEnd());
  }
}
