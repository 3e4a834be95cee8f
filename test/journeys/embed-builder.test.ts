/** The embed builder: what it shows is what it lets copy, each piece of code works as copied, and it is fit for everyone. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { barriers, sidewaysPx } from '../support/barriers.ts';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { NEWSLINE, runShell } from '../support/newsline-command.ts';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { until } from '../support/until.ts';

let browser: Browser;
let deployment: Deployment;
let url: string;
beforeAll(async () => {
  [browser, deployment] = await Promise.all([startChromium(), deployEmbedded()]);
  url = deployment.ingest.url;
  const newsroom = openNewsroom(url);
  await newsroom.post({ title: 'Council approves tram stops', section: 'city' });
  await newsroom.post({ title: 'Harbour bridge reopens', section: 'port', url: 'https://site.example/a' });
  await until(async () => (await (await fetch(`${url}/embed/main`)).text()).includes('Harbour bridge'));
});
afterAll(async () => {
  await browser.close();
  await deployment.stop();
});
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A website of someone else, whose one page may be altered. */
async function openWebsite() {
  const site = { origin: '', body: '', policy: '' };
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(204).end();
    if (site.policy) response.setHeader('content-security-policy', site.policy);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>Harbour Gazette</title><body>${site.body}</body></html>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  site.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return site;
}

async function open(options: { colorScheme?: 'light' | 'dark'; width?: number } = {}) {
  const { colorScheme = 'light', width = 1280 } = options;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  ends.push(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${url}/embed-builder`);
  await page.locator('news-ticker li', { hasText: 'Harbour bridge' }).first().waitFor();
  return { page, complaints };
}
const code = async (page: Page, caption: string): Promise<string> =>
  (await page
    .locator('figure')
    .filter({ has: page.locator('figcaption', { hasText: new RegExp(`^${caption}$`) }) })
    .locator('code')
    .textContent()) ?? '';

describe('the embed builder', () => {
  it('shows live what is chosen, and gives code that works on the website it names', async () => {
    const { page, complaints } = await open();
    const site = await openWebsite();
    await page.getByLabel('Sections').fill('port');
    await page.getByLabel('Heading', { exact: true }).fill('</script> "Port" & <b>');
    await page.getByLabel('Accent of your own').check();
    await page.getByLabel('Accent', { exact: true }).fill('#ffee00');
    await page.getByLabel('Your website').fill(`${site.origin}/any/page`);
    await page.locator('news-ticker h2', { hasText: '</script> "Port" & <b>' }).waitFor();
    await page.locator('news-ticker li', { hasText: 'tram stops' }).waitFor({ state: 'detached' });
    await until(async () => (await code(page, 'Allow the website')).includes(site.origin));
    expect(await code(page, 'Colours')).toBe(
      'news-ticker {\n  --newsline-accent: #ffee00;\n  --newsline-on-accent: #000000;\n}',
    );
    expect(complaints).toEqual([]);

    const allow = await code(page, 'Allow the website');
    const shell = `newsline() { "${process.execPath}" "${NEWSLINE}" "$@"; }\n${allow.replace('npx ', '')}`;
    expect(await runShell(shell, { NEWSLINE_KEY: ADMIN_KEY })).toMatchObject({ exitCode: 0, stderr: '' });
    const policies = {
      'Script and element': 'Policy for the script',
      'Script with JSON': 'Policy for the script',
      Frame: 'Policy for the frame',
    };
    for (const [caption, policy] of Object.entries(policies)) {
      site.body = await code(page, caption);
      site.policy = `default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; ${(await code(page, policy)).replaceAll('\n', ' ')}`;
      const website = await browser.newPage();
      const troubles: string[] = [];
      website.on('console', (message) => troubles.push(`${caption}: ${message.text()}`));
      await website.goto(site.origin);
      const place = caption === 'Frame' ? website.frameLocator('iframe') : website;
      await place.locator('news-ticker li', { hasText: 'Harbour bridge' }).last().waitFor();
      await place.locator('news-ticker h2', { hasText: '</script> "Port" & <b>' }).waitFor();
      expect(await place.locator('news-ticker li', { hasText: 'tram stops' }).count()).toBe(0);
      expect(troubles).toEqual([]);
      await website.close();
    }
  });

  it('says beside the field that a channel is not there, and is used by keyboard alone', async () => {
    const { page } = await open();
    await page.getByLabel('Channel', { exact: true }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('nowhere');
    await page.locator('#channel-state', { hasText: 'There is no such channel' }).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('main');
    await until(async () => (await page.locator('#channel-state').textContent()) === '');
    const walked: string[] = [];
    for (let count = 0; count < 13; count += 1) {
      await page.keyboard.press('Tab');
      walked.push((await page.evaluate(() => document.activeElement?.id)) ?? '');
    }
    expect(walked).toEqual(
      'section language tag maxUrgency layout limit heading moreUrl lang timeZone times theme accent-own'.split(
        ' ',
      ),
    );
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('accent-colour');
  });

  it.each(['light', 'dark'] as const)(
    'is accessible and fits a phone and a desk, %s',
    async (colorScheme) => {
      const problems: unknown[] = [];
      for (const width of [320, 360, 1280]) {
        const { page } = await open({ colorScheme, width });
        await page.getByLabel('Accent of your own').check();
        await page.locator('#style-part').waitFor();
        problems.push(...(await barriers(page)));
        if ((await sidewaysPx(page)) > 0) problems.push(`${width}: too wide`);
      }
      expect(problems).toEqual([]);
    },
  );
});
