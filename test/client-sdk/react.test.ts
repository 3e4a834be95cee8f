/** `@newsline/client/react` with the real react-dom of each version in a real Chromium. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
import { REACT_VERSIONS, type ReactKit, reactScript, renderOnServer } from './react-scene.ts';
import { startTickerService, type TickerService } from './ticker-service.ts';

declare global {
  interface Window {
    readonly kit: ReactKit;
    /** What the page noted. */
    notes: string[];
    rerender: (props: object) => void;
    unmount: () => void;
  }
}

const ends: (() => unknown)[] = [];
let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.each(REACT_VERSIONS)('with React %s', (version) => {
  async function openPage(
    content = '',
  ): Promise<{ service: TickerService; page: Page; complaints: readonly string[] }> {
    const service = await startTickerService({ headlines: inventHeadlines(3) });
    ends.push(() => service.close());
    const page = await browser.newPage({ viewport: { width: 360, height: 700 } });
    ends.push(() => page.close());
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(
      service.page(
        '/',
        `<!doctype html><html lang="en"><title>A site</title><div id="root">${content}</div></html>`,
      ),
    );
    await page.evaluate(await reactScript(version));
    return { service, page, complaints };
  }

  const loaded = (page: Page) => page.locator('news-ticker [data-state="loaded"]').waitFor();
  const titles = (page: Page) => page.locator('news-ticker [part="text"]').allTextContents();

  /** Mounts the component in StrictMode; all handlers note what they hear. */
  const mount = (page: Page, how: 'render' | 'hydrate', props: object) =>
    page.evaluate(
      ({ how, props }) => {
        const { React, client, NewsTicker } = window.kit;
        const container = document.getElementById('root');
        if (!container) throw new Error('no root');
        window.notes = [];
        const note = (text: string) => window.notes.push(text);
        const tree = (given: object) =>
          React.createElement(
            React.StrictMode,
            null,
            React.createElement(NewsTicker, {
              channel: 'en',
              ...given,
              ref: (element) => {
                if (element) note(`ref ${element.localName}`);
              },
              onHeadline: ({ detail }) => note(`${detail.change} ${detail.headline.id}`),
              onRetraction: ({ detail }) => note(`retracted ${detail.id}`),
              onStatus: ({ detail }) => note(detail.status),
            }),
          );
        const onRecoverableError = (error: unknown) => note(`recovered ${error}`);
        const root =
          how === 'hydrate'
            ? client.hydrateRoot(container, tree(props), { onRecoverableError })
            : client.createRoot(container);
        if (how === 'render') root.render(tree(props));
        window.rerender = (next) => root.render(tree(next));
        window.unmount = () => root.unmount();
      },
      { how, props },
    );
  const notes = (page: Page) => page.evaluate(() => window.notes);

  it('shows the ticker, tells of its events, and has one connection in StrictMode', async () => {
    const { service, page, complaints } = await openPage();
    await mount(page, 'render', { maxUrgency: 9, heading: 'Latest', className: 'wide', days: false });
    await loaded(page);
    service.publish(inventHeadline(4));
    service.publish(inventHeadline(4, { version: 2, title: 'Corrected' }), 'corrected');
    service.retract('story-3');
    await page.locator('news-ticker li', { hasText: 'Corrected' }).waitFor();
    await until(async () => (await notes(page)).includes('retracted story-3'));

    const told = (await notes(page)).filter((note) => !note.startsWith('ref'));
    expect(told).toEqual(['live', 'published story-4', 'corrected story-4', 'retracted story-3']);
    expect(await notes(page)).toContain('ref news-ticker');
    expect(service.asked).toHaveLength(1);
    const element = page.locator('news-ticker');
    expect(await element.getAttribute('class')).toBe('wide');
    expect(await element.getAttribute('max-urgency')).toBe('9');
    expect(await element.getAttribute('days')).toBeNull();
    expect(complaints).toEqual([]);
  });

  it('changes attributes in place, hears no event twice, and leaves nothing behind when it goes', async () => {
    const { service, page, complaints } = await openPage();
    await mount(page, 'render', { heading: 'Latest' });
    await loaded(page);
    await page.evaluate(() => window.rerender({ heading: 'Just in', theme: 'dark' }));
    await page.locator('news-ticker [part="heading"]', { hasText: 'Just in' }).waitFor();
    service.publish(inventHeadline(4));
    await page.locator('news-ticker li', { hasText: 'pier 4' }).waitFor();
    expect((await notes(page)).filter((note) => note === 'published story-4')).toHaveLength(1);
    expect(service.asked).toHaveLength(1);

    await page.evaluate(() => window.unmount());
    await until(() => service.sockets.size === 0);
    expect(await page.locator('news-ticker').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('takes over what a server rendered: seen without script, no mismatch, nothing thrown away', async () => {
    const initial = {
      headlines: [
        inventHeadline(3, { url: 'https://news.example/3' }),
        inventHeadline(2),
        inventHeadline(1, { url: 'javascript:alert(1)' }),
      ],
      timeZone: 'Asia/Baku',
    };
    const props = { initial, heading: 'Latest', section: ['sport', 'city'], moreUrl: '/all' };
    const html = await renderOnServer(version, { channel: 'en', ...props });
    const { service, page, complaints } = await openPage(html);
    const before = page.locator('news-ticker > ol > li');
    expect(await before.allInnerTexts()).toEqual([
      'Harbour council opens pier 3 to the public 12:03 24.04.2024',
      'Harbour council opens pier 2 to the public 12:02 24.04.2024',
      'Harbour council opens pier 1 to the public 12:01 24.04.2024',
    ]);
    expect(await page.locator('news-ticker a').count()).toBe(1);
    const element = await page.locator('news-ticker').elementHandle();

    await mount(page, 'hydrate', props);
    await loaded(page);
    expect(await titles(page)).toHaveLength(3);
    // The same element, so that nothing flickered; its own list in the place of the server's.
    expect(await element?.evaluate((node) => node.isConnected)).toBe(true);
    expect(await before.first().isVisible()).toBe(false);
    expect(service.asked[0]?.searchParams.getAll('section')).toEqual(['sport', 'city']);
    expect((await notes(page)).filter((note) => note.startsWith('recovered'))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.evaluate(() => window.unmount());
    expect(complaints).toEqual([]);
  });

  it('takes over an element that was at work before React came', async () => {
    const initial = { headlines: [inventHeadline(3)] };
    const html = await renderOnServer(version, { channel: 'en', initial });
    const { service, page, complaints } = await openPage(
      `${html}</div><script src="/newsline.js"></script><div>`,
    );
    await loaded(page);
    await mount(page, 'hydrate', { initial });
    await until(async () => (await notes(page)).includes('ref news-ticker'));
    service.publish(inventHeadline(4));
    await until(async () => (await notes(page)).includes('published story-4'));
    expect(service.asked).toHaveLength(1);
    await page.evaluate(() => window.unmount());
    await until(() => service.sockets.size === 0);
    expect(complaints).toEqual([]);
  });

  it('gives the list by a hook, on one connection for all components that ask for the same', async () => {
    const { service, page, complaints } = await openPage();
    await page.evaluate(() => {
      const { React, client, ReactHeadlineList } = window.kit;
      const container = document.getElementById('root');
      if (!container) throw new Error('no root');
      const root = client.createRoot(container);
      const tree = (channel: string) =>
        React.createElement(
          React.StrictMode,
          null,
          React.createElement(ReactHeadlineList, { channel, id: 'a' }),
          React.createElement(ReactHeadlineList, { channel, id: 'b' }),
        );
      root.render(tree('en'));
      window.rerender = () => root.render(tree('az'));
      window.unmount = () => root.unmount();
    });
    await page.locator('#a[data-status="live"] li').first().waitFor();
    service.publish(inventHeadline(4));
    for (const id of ['a', 'b']) await page.locator(`#${id} li`, { hasText: 'story-4' }).waitFor();
    expect(await page.locator('#b li').allTextContents()).toEqual([
      'story-4',
      'story-3',
      'story-2',
      'story-1',
    ]);
    expect(service.asked).toHaveLength(1);

    await page.evaluate(() => window.rerender({}));
    await until(() => service.asked.length === 2 && service.sockets.size === 1);
    expect(service.asked[1]?.pathname).toBe('/v1/channels/az/stream');
    // Browsers complain of a connection that is given up before it stands.
    await page.locator('#a[data-status="live"] li').first().waitFor();
    await page.evaluate(() => window.unmount());
    await until(() => service.sockets.size === 0);
    expect(complaints).toEqual([]);
  });
});
