/**
 * A scene for tests of <news-ticker>: a real Chromium with a page that holds one, and the service it follows.
 * `endScenes` after each test closes what they opened.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Headline } from '../../src/protocol/headline.ts';
import { ownClock } from '../support/own-clock.ts';
import { inventHeadlines } from './invented-headlines.ts';
import { startTickerService, type TickerService } from './ticker-service.ts';

export { barriers } from '../support/barriers.ts';

const ends: (() => unknown)[] = [];

export async function endScenes(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

export interface Scene {
  readonly service: TickerService;
  readonly page: Page;
  /** What the page wrote to its console, and errors nobody caught. */
  readonly complaints: readonly string[];
}

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"></svg>';
export const TICKER = '<news-ticker channel="en"></news-ticker>';
export const SCRIPT = '<script src="/newsline.js" async></script>';

/** Opens a page with a ticker, and waits until it shows its list. */
export async function openScene(
  browser: Browser,
  {
    headlines = inventHeadlines(3),
    body = SCRIPT + TICKER,
    csp,
    context = {},
    timeZone = 'Asia/Baku',
    hasClock = false,
  }: {
    readonly headlines?: readonly Headline[];
    readonly body?: string;
    readonly csp?: (url: string) => string;
    readonly context?: BrowserContextOptions;
    readonly timeZone?: string;
    /** The page's time stands still until the test lets it run: `page.clock`. */
    readonly hasClock?: boolean;
  } = {},
): Promise<Scene> {
  const service = await startTickerService({ headlines, timeZone });
  ends.push(() => service.close());
  const page = await browser.newPage({ viewport: { width: 360, height: 700 }, ...context });
  ends.push(() => page.close());
  page.setDefaultTimeout(10_000);
  if (hasClock) await ownClock(page);
  await page.route('https://img.example/**', (route) =>
    route.request().url().endsWith('.svg')
      ? route.fulfill({ contentType: 'image/svg+xml', body: PICTURE })
      : route.abort(),
  );
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  const html = `<!doctype html><html lang="en"><title>A site</title><main>${body}</main></html>`;
  const headers = csp && { 'content-security-policy': csp(service.url) };
  await page.goto(service.page('/', html, headers));
  await page.locator('news-ticker [data-state="loaded"]').first().waitFor();
  return { service, page, complaints };
}

export const lines = (page: Page) => page.locator('news-ticker li');
export const titles = (page: Page) =>
  page.locator('news-ticker li [part="text"], news-ticker li [part="link"]').allTextContents();
export const untilTitles = async (page: Page, text: string) =>
  page.locator('news-ticker li', { hasText: text }).first().waitFor();
