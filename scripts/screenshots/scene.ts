/** Scene: one page of the website with tickers on it, in a browser of its own, and pictures of it. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { ARABIC_WORDS } from './invented-news.ts';
import type { NewsroomDay } from './newsroom-day.ts';

export interface SceneLook {
  /** What stands on the page. */
  readonly body: string;
  readonly language?: string;
  readonly theme?: 'light' | 'dark';
  /** CSS pixels. */
  readonly width?: number;
  /** Device pixels to a CSS pixel. @default 1 */
  readonly scale?: number;
  /** Instead of a quiet page. */
  readonly style?: string;
  /** Before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
  /** Nothing is to be waited for: the list does not come. */
  readonly isUnloaded?: boolean;
}

export interface Scene {
  readonly page: Page;
  readonly ticker: Locator;
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

const STYLE = `body { margin: 0; background: light-dark(#f6f5f2, #0c0e11); font: 16px/1.5 system-ui, sans-serif; }
:root { color-scheme: light dark; }
main { display: grid; gap: 16px; padding: 16px; }
main > * { min-width: 0; }`;

let made = 0;

export async function setScene(
  browser: Browser,
  { url, website }: NewsroomDay,
  {
    body,
    language = 'en',
    theme = 'light',
    width = 360,
    scale = 1,
    style = '',
    prepare,
    isUnloaded = false,
  }: SceneLook,
): Promise<Scene> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    deviceScaleFactor: scale,
    colorScheme: theme,
    reducedMotion: 'no-preference',
    timezoneId: 'Asia/Baku',
  });
  await prepare?.(context);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (!isUnloaded) console.error(`${message.type()}: ${message.text()}`);
  });
  made += 1;
  const isArabic = language === 'ar';
  const words = JSON.stringify(ARABIC_WORDS);
  const ownWords = isArabic
    ? `<script>const own = ${words}; own.newHeadlines = (count) => 'أخبار جديدة: ' + count;
addEventListener('DOMContentLoaded', () => { for (const one of document.querySelectorAll('news-ticker')) one.words = own; });</script>`
    : '';
  const html = `<!doctype html><html lang="${language}"${isArabic ? ' dir="rtl"' : ''}><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Harbour Gazette</title><style>${STYLE}${style}</style>
<script src="${url}/newsline.js" async></script>${ownWords}<main>${body}</main></html>`;
  await page.goto(website.page(`scene-${made}`, html), { waitUntil: isUnloaded ? 'commit' : 'load' });
  const ticker = page.locator('news-ticker');
  if (!isUnloaded) {
    for (const one of await ticker.all()) await one.locator('[data-state="loaded"]').waitFor();
    await page.waitForLoadState('networkidle');
  }
  return {
    page,
    ticker: ticker.first(),
    async picture() {
      const height = await page.locator('main').evaluate((main) => main.getBoundingClientRect().height);
      return page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height } });
    },
    close: () => context.close(),
  };
}
