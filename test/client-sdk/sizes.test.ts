/** The budgets of `npm run size`: they count what browsers really load, and leave nothing out. */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { endScenes, openScene } from './ticker-scene.ts';

const BUILT = 'client-sdk/dist';

interface Budget {
  readonly name: string;
  readonly path: string | readonly string[];
}

let browser: Browser;
let budgets: readonly Budget[];
beforeAll(async () => {
  browser = await startChromium();
  budgets = JSON.parse(await readFile('package.json', 'utf8'))['size-limit'];
});
afterAll(() => browser.close());
afterEach(endScenes);

/** Files of a budget, by their addresses in the built client. */
const filesOf = (budget: string) =>
  [budgets.find(({ name }) => name === budget)?.path ?? []].flat().map((path) => path.slice(BUILT.length));

const imports = /\bfrom\s*"(\.\/[^"]+)"|\bimport\s*"(\.\/[^"]+)"/g;

describe('the budget', () => {
  it('of a first list has each file that a page in English loads for it', async () => {
    const { page } = await openScene(browser);
    const loaded = async () => {
      const paths = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
      );
      return paths.filter((path) => path.endsWith('.js'));
    };
    const counted = filesOf('first list on a page, in English');
    await until(async () => (await loaded()).length >= counted.length);
    await page.waitForLoadState('networkidle');
    expect((await loaded()).toSorted()).toEqual(counted.toSorted());
  });

  it('of the client has each file that it needs at its start', async () => {
    const needed = [...(await readFile(`${BUILT}/index.js`, 'utf8')).matchAll(imports)];
    expect(needed.map(([, from, alone]) => from ?? alone)).toEqual([]);
    expect(filesOf('client')).toEqual(['/index.js']);
  });

  it('is there for each part of the script tag', async () => {
    const parts = (await readdir(`${BUILT}/newsline`)).filter((file) => file.endsWith('.js'));
    expect(parts.length).toBeGreaterThan(10);
    for (const file of parts) expect(filesOf(`part ${file.slice(0, -3)}`)).toEqual([`/newsline/${file}`]);
  });
});
