/** A page whose date and timers stand still until a test lets them run, while the browser draws its frames as ever. */
import type { Page } from 'playwright-core';

type Frames = Pick<typeof globalThis, 'requestAnimationFrame' | 'cancelAnimationFrame'>;

/**
 * To be called before the page is opened; `page.clock` then lets time pass.
 *
 * @param at stands still from the beginning. @default runs until it is stopped
 */
export async function ownClock(page: Page, at?: Date): Promise<void> {
  await page.addInitScript(() => {
    const { requestAnimationFrame, cancelAnimationFrame } = window;
    Object.assign(window, { drawnFrames: { requestAnimationFrame, cancelAnimationFrame } });
  });
  await page.clock.install(at && { time: new Date(at.getTime() - 60_000) });
  if (at) await page.clock.pauseAt(at);
  await page.addInitScript(() => {
    Object.assign(window, (window as unknown as { drawnFrames: Frames }).drawnFrames);
  });
}
