/**
 * Screenshots: all that a reader may see of a ticker, taken from the real service in a real browser: each layout in
 * each language, light and dark, narrow and wide; each state; and the service's own pages.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startChromium } from '../../test/support/chromium.ts';
import { makeContactSheet, type Picture, type SheetLook } from './contact-sheet.ts';
import { LANGUAGES, type Language } from './invented-news.ts';
import { beginNewsroomDay, type NewsroomDay } from './newsroom-day.ts';
import { setScene } from './scene.ts';
import { pictureStates } from './states.ts';

const PICTURES = 'dist/screenshots/pictures';
const KEPT = 'docs/images';
const THEMES = ['light', 'dark'] as const;
/** Pictures on one sheet. */
const SHEET_LIMIT = 4;
const WIDTHS = [360, 1280] as const;

export interface ScreenshotsOptions {
  /** Also writes those that the documentation shows. */
  readonly isKept?: boolean;
  /** Only groups whose name has this in it. */
  readonly only?: string | undefined;
}

const layouts = (channel: string) => `
<news-ticker channel="${channel}" limit="5" more-url="https://news.example/"></news-ticker>
<news-ticker channel="${channel}" layout="marquee"></news-ticker>
<news-ticker channel="${channel}" layout="rotator"></news-ticker>
<news-ticker channel="${channel}" layout="banner" max-urgency="3"></news-ticker>`;

async function pictureLayouts(
  browser: Browser,
  day: NewsroomDay,
  language: Language,
  width: number,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const theme of THEMES) {
    const scene = await setScene(browser, day, { body: layouts(language), language, theme, width });
    pictures.push({ name: `${language}, ${theme}, ${width} pixels`, png: await scene.picture() });
    await scene.close();
  }
  return pictures;
}

async function picturePages(browser: Browser, { url }: NewsroomDay, path: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const width of WIDTHS) {
    for (const colorScheme of THEMES) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(url + path);
      await page.waitForLoadState('networkidle');
      const clip = {
        x: 0,
        y: 0,
        width,
        height: Math.min(3_600, await page.evaluate(() => document.documentElement.scrollHeight)),
      };
      pictures.push({
        name: `${path}, ${width} pixels`,
        png: await page.screenshot({ fullPage: true, clip }),
      });
      await page.close();
    }
  }
  return pictures;
}

interface Group {
  readonly name: string;
  readonly sheet: SheetLook;
  take(): Promise<Picture[]>;
}

export async function takeScreenshots({ isKept = false, only }: ScreenshotsOptions = {}): Promise<void> {
  const browser = await startChromium();
  const day = await beginNewsroomDay();
  const groups: Group[] = [
    ...LANGUAGES.flatMap((language) =>
      WIDTHS.map((width) => ({
        name: `layouts-${language}-${width}`,
        sheet: width > 1_000 ? { width: width + 32, columns: 1 } : { width: 2 * width + 48, columns: 2 },
        take: () => pictureLayouts(browser, day, language, width),
      })),
    ),
    { name: 'states', sheet: { width: 4 * 360 + 80, columns: 4 }, take: () => pictureStates(browser, day) },
    ...['/', '/embed/en', '/embed-builder', '/docs/widget.html'].map((path) => ({
      name: `page-${path.slice(1).replace('.html', '').replaceAll('/', '-') || 'start'}`,
      sheet: { width: 3_400, columns: 4 },
      take: () => picturePages(browser, day, path),
    })),
  ];
  try {
    await rm(PICTURES, { recursive: true, force: true });
    for (const folder of [PICTURES, ...(isKept ? [KEPT] : [])]) await mkdir(folder, { recursive: true });
    for (const { name, sheet, take } of groups) {
      if (only !== undefined && !name.includes(only)) continue;
      const pictures = await take();
      for (let from = 0; from < pictures.length; from += SHEET_LIMIT) {
        const png = await makeContactSheet(browser, pictures.slice(from, from + SHEET_LIMIT), sheet);
        const sheetName = pictures.length > SHEET_LIMIT ? `${name}-${1 + from / SHEET_LIMIT}` : name;
        await writeFile(join(PICTURES, `${sheetName}.png`), png);
        console.log(`${sheetName}: ${Math.round(png.length / 1024)} KB`);
      }
    }
  } finally {
    await day.close();
    await browser.close();
  }
}
