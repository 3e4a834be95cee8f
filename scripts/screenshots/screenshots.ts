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
import { KEPT_STATES, pictureStates } from './states.ts';

const PICTURES = 'dist/screenshots/pictures';
const KEPT = 'docs/images';
const THEMES = ['light', 'dark'] as const;
/** Pictures of states on one sheet, and sheets. */
const SHEET_LIMIT = 4;
const STATES_SHEETS = 5;
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

/** The ticker alone, as a device with a sharp screen shows it. */
async function pictureTicker(
  browser: Browser,
  day: NewsroomDay,
  theme: (typeof THEMES)[number],
): Promise<Buffer> {
  const body = '<news-ticker channel="en" limit="5" style="--newsline-height: 530px"></news-ticker>';
  const scene = await setScene(browser, day, { body, theme, width: 622, scale: 1.5 });
  const png = await scene.ticker.screenshot({ omitBackground: true });
  await scene.close();
  return png;
}

interface Group {
  /** File, without its ending. */
  readonly name: string;
  /** The documentation shows it. */
  readonly isKept?: boolean;
  /** @returns one picture, or several with the sheet that they are laid out on. */
  take(): Promise<Buffer | { readonly pictures: readonly Picture[]; readonly sheet: SheetLook }>;
}

function groupsOf(browser: Browser, day: NewsroomDay): readonly Group[] {
  let states: Promise<readonly Picture[]> | undefined;
  const statesSheet = (name: string, isWanted: (picture: Picture, at: number) => boolean): Group => ({
    name,
    isKept: name === 'states',
    async take() {
      states ??= pictureStates(browser, day);
      return { pictures: (await states).filter(isWanted), sheet: { width: 4 * 360 + 80, columns: 4 } };
    },
  });
  return [
    ...THEMES.map((theme) => ({
      name: `ticker-${theme}`,
      isKept: true,
      take: () => pictureTicker(browser, day, theme),
    })),
    ...LANGUAGES.flatMap((language) =>
      WIDTHS.map((width) => ({
        name: `layouts-${language}-${width}`,
        isKept: width < 1_000 || language === 'en',
        take: async () => ({
          pictures: await pictureLayouts(browser, day, language, width),
          sheet:
            width < 1_000
              ? { width: 2 * width + 48, columns: 2 }
              : { width: 1.2 * width + 48, columns: 2, scale: 0.6 },
        }),
      })),
    ),
    statesSheet('states', ({ name }) => KEPT_STATES.includes(name)),
    ...Array.from({ length: STATES_SHEETS }, (_, sheet) =>
      statesSheet(`states-${sheet + 1}`, (_picture, at) => Math.floor(at / SHEET_LIMIT) === sheet),
    ),
    ...['/', '/embed/en', '/embed-builder', '/docs/widget.html'].map((path) => ({
      name: `page-${path.slice(1).replace('.html', '').replaceAll('/', '-') || 'start'}`,
      take: async () => ({
        pictures: await picturePages(browser, day, path),
        sheet: { width: 3_400, columns: 4 },
      }),
    })),
  ];
}

export async function takeScreenshots({ isKept = false, only }: ScreenshotsOptions = {}): Promise<void> {
  const browser = await startChromium();
  const day = await beginNewsroomDay();
  try {
    await rm(PICTURES, { recursive: true, force: true });
    for (const folder of [PICTURES, KEPT]) await mkdir(folder, { recursive: true });
    for (const group of groupsOf(browser, day)) {
      if (only !== undefined && !group.name.includes(only)) continue;
      const taken = await group.take();
      const png = Buffer.isBuffer(taken)
        ? taken
        : await makeContactSheet(browser, taken.pictures, taken.sheet);
      await writeFile(join(PICTURES, `${group.name}.png`), png);
      if (isKept && group.isKept) await writeFile(join(KEPT, `${group.name}.png`), png);
      console.log(`${group.name}: ${Math.round(png.length / 1024)} KB`);
    }
  } finally {
    await day.close();
    await browser.close();
  }
}
