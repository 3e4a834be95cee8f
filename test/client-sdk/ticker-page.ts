/** A page of tests that follows a channel by the built script, and what its ticker told. */
import type { BrowserContext, Page } from 'playwright-core';
import type { ConnectOptions, Ticker } from '../../client-sdk/src/index.ts';
import { until } from '../support/until.ts';

type Options = Partial<
  Pick<ConnectOptions, 'url' | 'channel' | 'share' | 'sleepAfterMs' | 'pollMs' | 'fallback'>
>;

export interface TickerPage {
  readonly page: Page;
  /** Console lines and errors nobody caught. */
  readonly complaints: readonly string[];
  /** Titles told by `headline` events, in order. */
  told(): Promise<readonly string[]>;
  /** Titles in the list. */
  titles(): Promise<readonly string[]>;
  statuses(): Promise<readonly string[]>;
  /** The page comes on show, or goes, as when another tab is chosen. */
  turn(visibility: DocumentVisibilityState): Promise<void>;
  untilTitle(title: string): Promise<void>;
  untilStatus(status: string): Promise<void>;
}

declare global {
  var ticker: Ticker;
  var told: string[];
  var statuses: string[];
}

/** To be served under a path; follows what the options say. */
export const tickerHtml = (options: Options = {}, script = '/newsline.js'): string => `<!doctype html>
<title>A site</title>
<script src="${script}"></script>
<script>
  told = [];
  statuses = [];
  ticker = newsline.connect({ channel: 'main', ...${JSON.stringify(options)} });
  ticker.on('headline', ({ headline }) => told.push(headline.title));
  ticker.on('status', ({ status, reason }) => statuses.push(reason ? status + ' ' + reason : status));
</script>`;

export async function openTickerPage(context: BrowserContext, url: string): Promise<TickerPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  const titles = () => page.evaluate(() => ticker.headlines.map(({ title }) => title));
  const statuses = () => page.evaluate(() => globalThis.statuses);
  const state = async () => ({ titles: await titles(), statuses: await statuses(), complaints });
  return {
    page,
    complaints,
    told: () => page.evaluate(() => told),
    titles,
    statuses,
    turn: (visibility) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, visibility),
    untilTitle: (title) => untilOn(async () => (await titles()).includes(title), state),
    untilStatus: (status) =>
      untilOn(() => page.evaluate((wanted) => ticker.status === wanted, status), state),
  };
}

async function untilOn(isSo: () => Promise<boolean>, state: () => Promise<unknown>): Promise<void> {
  await until(isSo).catch(async () => {
    throw new Error(`it never came: ${JSON.stringify(await state())}`);
  });
}
