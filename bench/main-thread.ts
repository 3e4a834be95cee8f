/** Main thread: what a page's own thread has done between two marks, as the browser's trace tells. */
import type { Browser, CDPSession, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Time of the thread itself, in microseconds: what others had of the machine is not in it. */
  readonly tdur?: number;
}

/** Milliseconds. */
export interface Spent {
  /** All tasks together. */
  readonly total: number;
  /** The longest of them: how long a key press would have had to wait. */
  readonly longest: number;
}

const TASK = 'ThreadControllerImpl::RunTask';

/** @param slowdown the browser makes the page's processor so many times slower. */
export async function startTrace(browser: Browser, page: Page, slowdown: number): Promise<CDPSession> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  return devTools;
}

/** @returns for each number what was spent between the marks `from-NUMBER` and `to-NUMBER`, in this order. */
export async function endTrace(
  browser: Browser,
  devTools: CDPSession,
  count: number,
): Promise<readonly Spent[]> {
  const trace = await browser.stopTracing();
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const first = traceEvents.find(({ name }) => name === 'from-0');
  if (!first) throw new Error('the trace has no marks');
  const own = traceEvents.filter(({ pid, tid }) => pid === first.pid && tid === first.tid);
  return Array.from({ length: count }, (_, number) => {
    const [from, to] = ['from', 'to'].map((edge) => own.find(({ name }) => name === `${edge}-${number}`)?.ts);
    if (from === undefined || to === undefined) throw new Error(`the trace lost the marks of ${number}`);
    const tasks = own.filter(({ name, ts, dur = 0 }) => name === TASK && ts + dur > from && ts < to);
    const times = tasks.map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1_000);
    return { total: times.reduce((sum, time) => sum + time, 0), longest: Math.max(0, ...times) };
  });
}
