/** A news site's page imported as it was copied, shown as it stood. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { DEPLOYMENTS, type Deployment } from '../support/deployment.ts';
import { runCommand } from '../support/newsline-command.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** As a page is copied from a browser: an article, a teaser, the list with a title twice where it has a picture. */
const ARTICLE = `Harbour council votes on the new breakwater

Politics 09:12 03.05.2024

 The council met late on Thursday. “We are hopeful,” its chairman said at 10:00.

Visitors from the islands toured the harbour museum -PHOTOS/VIDEO

News line

`;
const LIST = `Pilots: ‘Half of the harbour's tugs are idle’
Pilots: ‘Half of the harbour's tugs are idle’
23:42 04.05.2024
Visitors from the islands toured the harbour museum -PHOTOS/VIDEO
22:10 04.05.2024
Mayor once again used "temporary bridge" term
21:00 04.05.2024
Hearing on the ferry timetable is ongoing - LIVE
20:29 04.05.2024
Mayor invites island counterpart to regatta
Mayor invites island counterpart to regatta
14:30 04.05.2024
Bank’s harbour office discusses loans
Bank’s harbour office discusses loans
14:30 04.05.2024
Mayor invites island counterpart to regatta
14:17 04.05.2024
Lighthouse, harbour office sign documents
13:30 04.05.2024
U.S. yacht 'Albatross' should arrive, captain says
12:45 04.05.2024
Magnitude 3.1 quake felt at the pier
Magnitude 3.1 quake felt at the pier
00:05 04.05.2024
Gulls return to the old pier - 2024
23:55 03.05.2024
`;
const END = 'Hamısı\n';
const NEWEST = 'Night ferry runs again\n23:50 04.05.2024\n';

/** What the page says, from its top, in its own words: title, time, labels. */
const SHOWN = [
  ["Pilots: ‘Half of the harbour's tugs are idle’", '23:42 04.05.2024', []],
  ['Visitors from the islands toured the harbour museum', '22:10 04.05.2024', ['PHOTOS', 'VIDEO']],
  ['Mayor once again used "temporary bridge" term', '21:00 04.05.2024', []],
  ['Hearing on the ferry timetable is ongoing', '20:29 04.05.2024', ['LIVE']],
  ['Mayor invites island counterpart to regatta', '14:30 04.05.2024', []],
  ['Bank’s harbour office discusses loans', '14:30 04.05.2024', []],
  ['Mayor invites island counterpart to regatta', '14:17 04.05.2024', []],
  ['Lighthouse, harbour office sign documents', '13:30 04.05.2024', []],
  ["U.S. yacht 'Albatross' should arrive, captain says", '12:45 04.05.2024', []],
  ['Magnitude 3.1 quake felt at the pier', '00:05 04.05.2024', []],
  ['Gulls return to the old pier - 2024', '23:55 03.05.2024', []],
];

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

describe.each(DEPLOYMENTS)('%s', (_name, deploy) => {
  let deployment: Deployment;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    [deployment, folder] = await Promise.all([deploy(), createTemporaryFolder()]);
  });
  afterEach(async () => {
    await deployment.stop();
    await folder.dispose();
  });

  it("imports a page's news line once, however often it is run, and the ticker shows it as the page did", async () => {
    const url = deployment.ingest.url;
    const file = join(folder.path, 'page.txt');
    const importPage = async (text: string) => {
      await writeFile(file, text);
      const args = ['import', 'az', file, '--format', 'news-line', '--time-zone', 'Asia/Baku'];
      const { exitCode, stdout, stderr } = await runCommand(args, { url });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      return stdout.trim();
    };
    const zone = ['--language', 'en', '--time-zone', 'Asia/Baku'];
    expect(await runCommand(['channel', 'create', 'az', ...zone], { url })).toMatchObject({ exitCode: 0 });

    const page = await browser.newPage();
    const gateway = deployment.gateways[0].url;
    await page.goto(`${gateway}/`);
    const shown = () =>
      page.evaluate(() => {
        const items = document.querySelector('news-ticker[channel="az"]')?.shadowRoot?.querySelectorAll('li');
        const textOf = (item: Element, part: string) =>
          [...item.querySelectorAll(`[part~="${part}"]`)].map(({ textContent }) => textContent);
        return [...(items ?? [])].map((item) => [
          [...textOf(item, 'text'), ...textOf(item, 'link')].join(),
          textOf(item, 'time').join(),
          textOf(item, 'label'),
        ]);
      });
    const showsCount = (count: number) =>
      until(async () => (await shown()).length === count, { state: () => count });

    expect(await importPage(`${ARTICLE}${LIST}${END}`)).toBe('11 headlines: 11 imported, 0 already there');
    // A page opened after the import, as a reader comes: the newsroom's zone comes with the channel.
    await page.evaluate(() => {
      const ticker = document.createElement('news-ticker');
      ticker.setAttribute('channel', 'az');
      ticker.setAttribute('limit', '30');
      document.body.append(ticker);
    });
    await showsCount(SHOWN.length);
    expect(await shown()).toEqual(SHOWN);

    expect(await importPage(`${ARTICLE}${LIST}${END}`)).toBe('11 headlines: 0 imported, 11 already there');
    expect(await importPage(`${ARTICLE}${NEWEST}${LIST}${END}`)).toBe(
      '12 headlines: 1 imported, 11 already there',
    );
    await showsCount(SHOWN.length + 1);
    expect(await shown()).toEqual([['Night ferry runs again', '23:50 04.05.2024', []], ...SHOWN]);
    await page.close();
  });
});
