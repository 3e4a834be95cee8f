/**
 * Embed pages in a real browser: with and without scripts, in frames of allowed and of other websites, and in sandboxes.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { barriers, sidewaysPx } from '../support/barriers.ts';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { runCommand } from '../support/newsline-command.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { until } from '../support/until.ts';

const HOSTILE = `</script><script>hurt()</script><!-- ]]> <img src=x onerror=hurt()> " onload="hurt()`;

let browser: Browser;
let deployment: Deployment;
let url: string;
beforeAll(async () => {
  [browser, deployment] = await Promise.all([startChromium(), deployEmbedded()]);
  url = deployment.ingest.url;
});
afterAll(async () => {
  await browser.close();
  await deployment.stop();
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A page of the browser with what it complained of. */
async function openPage(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 800, height: 700 }, ...options });
  ends.push(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

/** A website of someone else: one page, at an origin of its own. */
async function openWebsite(body: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return void response.writeHead(204).end();
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Harbour Gazette</title>${body}</html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function createChannel(name: string, ...origins: string[]): Promise<void> {
  const flags = origins.flatMap((origin) => ['--origin', origin]);
  const { exitCode, stderr } = await runCommand(['channel', 'create', name, ...flags], { url });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  await until(async () => (await fetch(`${url}/embed/${name}`)).ok);
}
async function allow(name: string, ...origins: string[]): Promise<void> {
  const flags = origins.flatMap((origin) => ['--origin', origin]);
  await runCommand(['channel', 'update', name, ...flags], { url });
  await until(async () =>
    origins.every(
      async (origin) =>
        (await fetch(`${url}/embed/${name}`)).headers.get('content-security-policy')?.includes(origin) ===
        true,
    ),
  );
}
const shows = (path: string, text: string) =>
  until(async () => (await (await fetch(url + path)).text()).includes(text));

describe('an embed page', () => {
  it('shows its list without scripts, and a killed headline no more after a reload', async () => {
    await createChannel('plain');
    const newsroom = openNewsroom(url, 'plain');
    await newsroom.post({ title: 'Harbour bridge reopens', url: 'https://site.example/a' });
    const { id } = await newsroom.post({ title: HOSTILE });
    await shows('/embed/plain', 'hurt()');
    const { page, complaints } = await openPage({ javaScriptEnabled: false });
    await page.goto(`${url}/embed/plain`);
    expect(await page.locator('news-ticker ol li .title').allTextContents()).toEqual([
      HOSTILE,
      'Harbour bridge reopens',
    ]);
    await newsroom.kill(id);
    await until(async () => !(await (await fetch(`${url}/embed/plain`)).text()).includes('hurt()'));
    await page.reload();
    expect(await page.locator('li').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('becomes the live element, under a policy without exceptions and without a complaint', async () => {
    await createChannel('live');
    const newsroom = openNewsroom(url, 'live');
    await newsroom.post({ title: HOSTILE, urgency: 1 });
    await shows('/embed/live', 'hurt()');
    const { page, complaints } = await openPage();
    await page.addInitScript(() => {
      Object.assign(globalThis, { hurt: () => console.error('hurt') });
    });
    await page.goto(`${url}/embed/live?theme=dark&accent=00539b&limit=5`);
    await page.locator('news-ticker [data-state="loaded"]').waitFor();
    await newsroom.post({ title: 'Lighthouse lit again' });
    await page.locator('news-ticker li', { hasText: 'Lighthouse lit again' }).first().waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('img').length)).toBe(0);
    const accent = () =>
      getComputedStyle(document.querySelector('news-ticker') as Element).getPropertyValue(
        '--newsline-accent',
      );
    expect(await page.evaluate(accent)).toBe('#00539b');
    expect(complaints).toEqual([]);
  });

  it.each([true, false])(
    'is accessible on a phone and a desk, light and dark, with scripts: %s',
    async (isLive) => {
      await createChannel(isLive ? 'a11y-live' : 'a11y');
      const channel = isLive ? 'a11y-live' : 'a11y';
      const newsroom = openNewsroom(url, channel);
      await newsroom.post({
        title: 'Flash flood in the old harbour',
        urgency: 1,
        url: 'https://site.example/a',
      });
      const { id } = await newsroom.post({ title: 'Порт открыт', language: 'ru', urgency: 2 });
      await newsroom.correct(id, { title: 'Порт закрыт', notice: 'Он не открыт.' });
      await shows(`/embed/${channel}`, 'Порт закрыт');
      const problems: unknown[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [320, 1280]) {
          const { page } = await openPage({ colorScheme, viewport: { width, height: 700 } });
          // Without the element the list is what readers without scripts see.
          if (!isLive) await page.route('**/newsline.js', (route) => route.abort());
          await page.goto(`${url}/embed/${channel}`);
          if (isLive) await page.locator('news-ticker [data-state="loaded"]').waitFor();
          problems.push(...(await barriers(page)));
          if ((await sidewaysPx(page)) > 0) problems.push(`${width}: too wide`);
        }
      }
      expect(problems).toEqual([]);
    },
  );
});

describe('a frame', () => {
  const frame = (channel: string, more = '') =>
    `<iframe src="${url}/embed/${channel}" title="News line" width="400" height="60" ${more}></iframe>`;
  const script = () => `<script src="${url}/embed.js" async></script>`;
  const heightOf = (page: Page) => page.evaluate(() => document.querySelector('iframe')?.clientHeight ?? 0);

  it('of an allowed website is live and grows with its list, and none of another one is shown', async () => {
    await createChannel('framed');
    const newsroom = openNewsroom(url, 'framed');
    for (const number of [1, 2, 3]) await newsroom.post({ title: `Headline ${number}` });
    await shows('/embed/framed', 'Headline 3');
    const [friend, stranger] = await Promise.all([
      openWebsite(frame('framed', 'loading="lazy"') + script()),
      openWebsite(frame('framed') + script()),
    ]);
    await allow('framed', friend);
    const { page, complaints } = await openPage();
    await page.goto(friend);
    const inside = page.frameLocator('iframe');
    await inside.locator('news-ticker [data-state="loaded"]').waitFor();
    const list = async () =>
      page.frames()[1]?.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
    await until(async () => (await heightOf(page)) > 60 && (await heightOf(page)) === (await list()));
    const before = await heightOf(page);
    await page.setViewportSize({ width: 300, height: 700 });
    await page.evaluate(() => document.querySelector('iframe')?.setAttribute('width', '150'));
    await until(async () => (await heightOf(page)) > before && (await heightOf(page)) === (await list()));
    expect(complaints).toEqual([]);

    const other = await openPage();
    await other.page.goto(stranger);
    await until(() => other.complaints.some((text) => text.includes('frame-ancestors')));
    expect(await heightOf(other.page)).toBe(60);
  });

  it('believes no one but its parent, and its parent no one but the service', async () => {
    await createChannel('checked', '*');
    const body = `${frame('checked')}${frame('checked').replace('<iframe', '<iframe id="second"')}${script()}`;
    const site = await openWebsite(`${body}<iframe id="stranger" src="/other" title="Other"></iframe>`);
    const { page } = await openPage();
    await page.goto(site);
    const heights = () =>
      page.evaluate(() => [...document.querySelectorAll('iframe')].map(({ style }) => style.height));
    const listOf = (frame: Frame) =>
      frame.evaluate(() => `${Math.ceil(document.body.getBoundingClientRect().height)}px`);
    const embeds = () => page.frames().filter((one) => one.url().startsWith(url));
    await until(() => embeds().length === 2);
    for (const one of embeds()) await one.locator('news-ticker [data-state="loaded"]').waitFor();
    await until(async () => {
      const lists = await Promise.all(embeds().map(listOf));
      return JSON.stringify((await heights()).slice(0, 2)) === JSON.stringify(lists);
    });
    const [first = '', second] = await heights();
    expect(second).toBe(first);
    // The site's own window is no frame of the service: what it says of a height is nothing.
    await page.evaluate(() => postMessage({ newsline: 'height', height: 999 }, '*'));
    // And a frame of the service that says nonsense is kept within bounds, or not believed.
    const said = async (height: unknown) => {
      await page
        .frames()[1]
        ?.evaluate((value) => parent.postMessage({ newsline: 'height', height: value }, '*'), height);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      return (await heights())[0];
    };
    expect(await said('9px;position:fixed')).toBe(first);
    expect(await said(Number.NaN)).toBe(first);
    expect(await said(-5)).toBe('40px');
    expect(await said(1e9)).toBe('4000px');
    expect((await heights())[1]).toBe(first);
  });

  it('in a sandbox without an origin shows the list as it came, live where the channel is open to all', async () => {
    await createChannel('sandboxed', '*');
    await openNewsroom(url, 'sandboxed').post({ title: 'In a sandbox' });
    await shows('/embed/sandboxed', 'In a sandbox');
    const site = await openWebsite(frame('sandboxed', 'sandbox="allow-scripts"') + script());
    const open = await openPage();
    await open.page.goto(site);
    await open.page.frameLocator('iframe').locator('news-ticker [data-state="loaded"]').waitFor();
    await open.page
      .frameLocator('iframe')
      .locator('news-ticker li', { hasText: 'In a sandbox' })
      .last()
      .waitFor();
    expect(open.complaints).toEqual([]);

    await allow('sandboxed', site);
    const closed = await openPage();
    await closed.page.goto(site);
    await closed.page.frameLocator('iframe').locator('main > ol li', { hasText: 'In a sandbox' }).waitFor();
    expect(closed.complaints).toEqual([]);
  });
});
