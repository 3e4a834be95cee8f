/** Progress bar: how far a long command is, on a terminal; silent where no one watches. */
import type { Output } from '../printing.ts';

export interface ProgressBar {
  show(done: number): void;
  /** Takes the bar away, for the lines that follow. */
  clear(): void;
}

const WIDTH = 30;
const REDRAW_MS = 50;

export function createProgressBar(
  output: Output,
  total: number,
  { now = Date.now }: { readonly now?: (() => number) | undefined } = {},
): ProgressBar {
  if (!output.isTTY) return { show: () => {}, clear: () => {} };
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    show(done) {
      if (now() - drawnMs < REDRAW_MS && done < total) return;
      drawnMs = now();
      const filled = total === 0 ? WIDTH : Math.round((Math.min(done, total) / total) * WIDTH);
      output.write(`\r[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${total}`);
    },
    // [ECMA-48 8.3.41] Erase the line.
    clear: () => void output.write('\r\u001B[2K'),
  };
}
