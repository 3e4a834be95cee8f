import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { inventHeadline } from './invented-headlines.ts';
import { frames, untilParts } from './layout-shifts.ts';
import { endScenes, openScene, SCRIPT } from './ticker-scene.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(endScenes);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Time of the thread itself, in microseconds: what others had of the machine is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

const FRAME_MS = 1000 / 60;
const INSERTIONS = 9;

/** What the main thread spent between each two marks, in milliseconds. */
function spentBetweenMarks(events: readonly TraceEvent[]): readonly number[] {
  const marks = events.filter(({ name }) => /^newsline-(from|to)-/.test(name));
  const { pid, tid } = marks[0] as TraceEvent;
  const tasks = events.filter(
    (one) => one.pid === pid && one.tid === tid && one.name === 'ThreadControllerImpl::RunTask',
  );
  return Array.from({ length: INSERTIONS }, (_, at) => {
    const [from, to] = ['from', 'to'].map(
      (edge) => marks.find(({ name }) => name === `newsline-${edge}-${at}`)?.ts,
    );
    const within = tasks.filter(
      ({ ts, dur = 0 }) => from !== undefined && to !== undefined && ts + dur > from && ts < to,
    );
    return within.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000;
  });
}

describe('a line that comes into a list of a hundred', () => {
  it('costs the main thread less than a frame, on a machine four times slower', async () => {
    const { page, service } = await openScene(browser, {
      headlines: Array.from({ length: 100 }, (_, at) =>
        inventHeadline(100 - at, { url: `https://news.example/${at}` }),
      ),
      body: `${SCRIPT}<news-ticker channel="en" limit="100"></news-ticker>`,
    });
    await untilParts(page);
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await browser.startTracing(page, {
      categories: ['toplevel', 'blink.user_timing'],
    });
    for (let at = 0; at < INSERTIONS; at += 1) {
      const done = page.evaluate(
        (number) =>
          new Promise<void>((resolve) => {
            document.addEventListener(
              'newsline:headline',
              () => {
                // The task in which it came has begun: it is counted by the marks of the one before.
                performance.mark(`newsline-from-${number}`);
                // Drawn in the first frame; the second tells that the first is done.
                requestAnimationFrame(() =>
                  requestAnimationFrame(() => {
                    performance.mark(`newsline-to-${number}`);
                    resolve();
                  }),
                );
              },
              { once: true },
            );
          }),
        at,
      );
      await frames(page, 2);
      service.publish(inventHeadline(101 + at));
      await done;
      await page
        .locator('li')
        .first()
        .getByText(inventHeadline(101 + at).title)
        .waitFor();
      // The slide ends.
      await page.waitForFunction(
        () =>
          (document.querySelector('news-ticker')?.shadowRoot?.querySelector('li')?.getAnimations().length ??
            0) <= 1,
      );
      await frames(page, 4);
    }
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[];
    };
    const spent = [...spentBetweenMarks(traceEvents)].sort((a, b) => a - b);
    console.log(spent);
    expect(spent[Math.floor(INSERTIONS / 2)]).toBeLessThan(FRAME_MS);
  });
});
