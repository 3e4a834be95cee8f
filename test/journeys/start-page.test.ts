/** What the start page prints works as printed: run in a shell, pasted into a page; and the page is fit for everyone. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { barriers, sidewaysPx } from '../support/barriers.ts';
import { startChromium } from '../support/chromium.ts';
import { DEPLOYMENTS, type Deployment, deployEmbedded } from '../support/deployment.ts';
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts';
import { NEWSLINE, runCommand, runShell } from '../support/newsline-command.ts';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

/** A website of someone else: one page, at an origin of its own. */
async function openWebsite(body: string): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Harbour Gazette</title>${body}</html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The HTTP status with which a WebSocket handshake from a website is answered. */
function handshakeStatus(url: string, origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/channels/main/stream`, ['newsline.v1'], {
      origin,
    });
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

/** Code as it stands on the page, by the words above it. */
const printed = async (page: Page, caption: string): Promise<string> =>
  (await page.locator('figure', { hasText: caption }).locator('code').first().textContent()) ?? '';

/** The lines of the open ticker; playwright looks into open shadow roots. */
const headline = (page: Page, title: string) => page.locator('news-ticker li', { hasText: title });

describe.each(DEPLOYMENTS)('%s', (_name, deploy) => {
  let deployment: Deployment;
  let door: FrontDoor;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    deployment = await deploy();
    door = await openFrontDoor(deployment.ingest.url, deployment.gateways[0].url);
  });
  afterAll(async () => {
    await door.stop();
    await deployment.stop();
  });
  beforeEach(async () => {
    troubles.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    // Where the connection of a page breaks off, Chromium says so on its console as well.
    await page.exposeFunction('reportTrouble', (text: string) => troubles.push(text));
    await page.addInitScript(() => {
      const { reportTrouble } = window as unknown as { reportTrouble: (text: string) => void };
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        reportTrouble(`${violatedDirective} ${blockedURI}`),
      );
    });
  });
  afterEach(() => page.close());

  const run = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await runShell(
      `newsline() { "${process.execPath}" "${NEWSLINE}" "$@"; }\n${line}`,
      { NEWSLINE_KEY: ADMIN_KEY },
    );
    expect({ exitCode, line, stderr: exitCode === 0 ? '' : stderr }).toEqual({
      exitCode: 0,
      line,
      stderr: '',
    });
    return stdout;
  };

  it('shows in the open page what its curl lines publish, correct and kill', async () => {
    await page.goto(`${door.url}/`);
    await page.evaluate(() => {
      document.documentElement.dataset['loaded'] = 'once';
    });
    await run(await printed(page, 'Publish'));
    await headline(page, 'Harbour bridge reopens').waitFor();

    await run(await printed(page, 'Publish under your own id'));
    await headline(page, 'Night ferry cancelled until Tuesday').waitFor();
    await run(await printed(page, 'Correct it'));
    await headline(page, 'Night ferry cancelled until Thursday').waitFor();
    expect(await headline(page, 'Night ferry').count()).toBe(1);
    await run(await printed(page, 'Kill it'));
    await headline(page, 'Night ferry').waitFor({ state: 'detached' });
    expect(await headline(page, 'Harbour bridge reopens').count()).toBe(1);

    expect(JSON.parse(await run(await printed(page, 'Schedule another')))).toHaveProperty('publishAt');
    expect(await run(await printed(page, 'Plain JSON'))).toContain('Harbour bridge reopens');
    expect(await run(await printed(page, 'Allow the website'))).toContain('main');
    expect(JSON.parse(await run(await printed(page, 'The same without the command')))).toMatchObject({
      channel: { origins: ['https://site.example'] },
    });
    expect(await page.evaluate(() => document.documentElement.dataset['loaded'])).toBe('once');
    expect(troubles).toEqual([]);
  });

  it('gives a snippet that works on an allowed website, and on no other', async () => {
    await page.goto(`${door.url}/`);
    const snippet = await printed(page, 'On your page');
    const [friend, stranger] = await Promise.all([openWebsite(snippet), openWebsite(snippet)]);
    const update = ['channel', 'update', 'main', '--origin', friend.origin];
    const updated = await runCommand(update, { url: deployment.ingest.url });
    expect(updated).toMatchObject({ exitCode: 0, stderr: '' });
    const { id } = await openNewsroom(deployment.ingest.url).post({ title: 'Lighthouse lit again' });
    expect(id).not.toBe('');

    const [atFriend, atStranger] = await Promise.all([browser.newPage(), browser.newPage()]);
    await atFriend.goto(friend.origin);
    await headline(atFriend, 'Lighthouse lit again').waitFor();
    expect(await handshakeStatus(deployment.gateways[0].url, friend.origin)).toBe(101);

    const refusals: string[] = [];
    const refused = new Promise<void>((resolve) => {
      atStranger.on('console', (message) => {
        refusals.push(message.text());
        if (message.text().includes('403')) resolve();
      });
    });
    await atStranger.goto(stranger.origin);
    await refused;
    expect(await headline(atStranger, 'Lighthouse').count()).toBe(0);
    expect(await handshakeStatus(deployment.gateways[0].url, stranger.origin)).toBe(403);
    const read = await fetch(`${deployment.gateways[0].url}/v1/channels/main/headlines`, {
      headers: { origin: stranger.origin },
    });
    expect(read.status).toBe(403);
    await Promise.all([atFriend.close(), atStranger.close(), friend.stop(), stranger.stop()]);
  });

  // It looks the same whatever the engine: looked at once.
  if (deploy !== deployEmbedded) return;
  it('is accessible, narrow enough for a phone, and stands still while headlines arrive', async () => {
    const newsroom = openNewsroom(deployment.ingest.url);
    await newsroom.post({ title: 'Flash flood in the old harbour', urgency: 1 });
    await newsroom.post({
      title: 'A title that is long enough to need several lines where the page is as narrow as a phone is',
      labels: ['live', 'photo', 'video'],
      url: 'https://site.example/a',
    });
    await newsroom.post({ title: 'Third of the evening' });
    const problems: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 1280]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto(`${door.url}/`);
        await headline(page, 'Flash flood').waitFor();
        const sideways = await sidewaysPx(page);
        const shift = await page.evaluate(
          () =>
            new Promise<number>((resolve) => {
              let sum = 0;
              new PerformanceObserver((entries) => {
                for (const entry of entries.getEntries())
                  sum += (entry as unknown as { value: number }).value;
              }).observe({ type: 'layout-shift', buffered: true });
              // Two frames later, what the ticker drew has been laid out and reported.
              requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
            }),
        );
        // A page whose policy forbids scripts in it is looked at through the debugger, which stands above the policy.
        problems.push(
          ...(await barriers(page)),
          ...(sideways > 0 ? [`${width}px: ${sideways} px wide of it`] : []),
        );
        if (shift > 0.001) problems.push(`${width}px ${colorScheme}: shifts by ${shift}`);
      }
    }
    expect(problems).toEqual([]);
    expect(troubles).toEqual([]);
  });
});
