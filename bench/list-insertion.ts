/**
 * Bench: what a headline that comes into a list of a hundred costs the main thread of the page that shows it, beside a
 * list as a site would write it in ten lines: one `<li>` in front, one off the end.
 *
 * Both follow the same service in the same browser, one after the other, in rounds.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../test/support/chromium.ts';
import { createContenders } from './contenders.ts';
import { postOf } from './headline.ts';
import { endTrace, type Spent, startTrace } from './main-thread.ts';
import { spreadOf } from './measure.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { startServer } from './server-process.ts';
import { renderTable } from './table.ts';

const root = new URL('../../', import.meta.url);
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    insertions: { type: 'string', default: '9' },
    lines: { type: 'string', default: '100' },
    slowdown: { type: 'string', default: '4' },
    out: { type: 'string', default: 'bench/results/list-insertion-latest.json' },
  },
});
const [rounds, insertions, lines, slowdown] = [
  flags.rounds,
  flags.insertions,
  flags.lines,
  flags.slowdown,
].map(Number) as [number, number, number, number];

const PAGES = {
  newsline: (service: string) => `<script src="${service}/newsline.js" async></script>
    <news-ticker channel="main" limit="${lines}"></news-ticker>`,
  plain: (service: string) => `<style>
      ol { block-size: 38em; overflow-y: auto; margin: 0; padding: 0; list-style: none; font: 1rem/1.4 system-ui }
      li { padding: .8em 1em; border-block-end: 1px solid #ddd }
      time { font-size: .8em }
    </style>
    <ol></ol>
    <script>
      const list = document.querySelector('ol');
      function add({ title, url, publishedAt }) {
        const line = document.createElement('li');
        const time = document.createElement('time');
        const link = document.createElement('a');
        time.textContent = new Date(publishedAt).toLocaleString();
        link.textContent = title;
        link.href = url;
        line.append(time, document.createElement('br'), link);
        list.prepend(line);
        while (list.children.length > ${lines}) list.lastChild.remove();
      }
      const socket = new WebSocket('${service.replace('http', 'ws')}/v1/channels/main/stream?last=${lines}', 'newsline.v1');
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        for (const headline of frame.headlines?.toReversed() ?? []) add(headline);
        if (frame.type !== 'headline') return;
        document.dispatchEvent(new Event('newsline:headline'));
        add(frame.headline);
      };
    </script>`,
} as const;
type Kind = keyof typeof PAGES;
const KINDS = Object.keys(PAGES) as Kind[];

const hasLines = (wanted: number) => {
  const ticker = document.querySelector('news-ticker');
  return (ticker?.shadowRoot ?? document).querySelectorAll('li').length === wanted;
};
/** The newest line is this one, and nothing moves any more. */
const isSettled = (words: string) => {
  const ticker = document.querySelector('news-ticker');
  const all = [...(ticker?.shadowRoot ?? document).querySelectorAll('li')].slice(0, 20);
  return all[0]?.textContent?.includes(words) && all.every((line) => line.getAnimations().length === 0);
};
const drawTwice = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

async function openPage(browser: Browser, site: string, kind: Kind): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  await page.goto(`${site}/${kind}`);
  await page.waitForFunction(hasLines, lines);
  return page;
}

/** From when the page is told of it until the frame that shows it is drawn. */
const markNext = (number: number) => {
  document.addEventListener(
    'newsline:headline',
    () => {
      performance.mark(`from-${number}`);
      // Drawn in the first frame; the second tells that the first is done.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          performance.mark(`to-${number}`);
          Object.assign(window, { marked: number });
        }),
      );
    },
    { once: true },
  );
};

async function measure(
  browser: Browser,
  site: string,
  kind: Kind,
  publisher: Publisher,
  nextNumber: () => number,
): Promise<readonly Spent[]> {
  const page = await openPage(browser, site, kind);
  const insert = async (number: number) => {
    await page.evaluate(markNext, number);
    const headline = nextNumber();
    await publisher.publish([headline]);
    await page.waitForFunction((wanted) => Reflect.get(window, 'marked') === wanted, number);
    await page.waitForFunction(isSettled, postOf(headline).title);
    await page.evaluate(drawTwice);
    await page.evaluate(drawTwice);
  };
  // The first has code to load and to compile.
  for (let warming = 1; warming <= 3; warming += 1) await insert(-warming);
  const devTools = await startTrace(browser, page, slowdown);
  for (let number = 0; number < insertions; number += 1) await insert(number);
  const spent = await endTrace(browser, devTools, insertions);
  await page.close();
  return spent;
}

const service = createContenders(fileURLToPath(new URL('dist/src/cli/main.js', root)))[0];
if (!service) throw new Error('no service to measure');
let serviceUrl = '';
const site = createServer(({ url = '' }, response) => {
  const page = PAGES[url.slice(1) as Kind];
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page && `<!doctype html><html lang="en"><title>A site</title>${page(serviceUrl)}</html>`);
});
site.listen(0, '127.0.0.1');
await once(site, 'listening');
const siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
const server = await startServer({
  ...service,
  program: (folder) => [...service.program(folder), '--origins', siteUrl],
});
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const { publishing } = server.endpoints;
  if (publishing.by !== 'http') throw new Error('the service is written over HTTP');
  const publisher = createPublisher(publishing, (error) => {
    throw error;
  });
  let count = 0;
  const nextNumber = () => {
    count += 1;
    return count;
  };
  for (let line = 0; line < lines; line += 1) await publisher.publish([nextNumber()]);
  serviceUrl = new URL(publishing.url).origin;
  const spent: Record<Kind, Spent[]> = { newsline: [], plain: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      spent[kind].push(...(await measure(browser, siteUrl, kind, publisher, nextNumber)));
    }
  }
  publisher.close();

  const rows = KINDS.map((kind) => ({
    kind,
    total: spreadOf(spent[kind].map(({ total }) => total)),
    longest: spreadOf(spent[kind].map(({ longest }) => longest)),
  }));
  const plain = rows.find(({ kind }) => kind === 'plain')?.total.median ?? Number.NaN;
  process.stdout.write(
    renderTable(
      [`ms, ${slowdown}x slower`, 'median', 'least', 'most', 'longest task', 'to plain'],
      rows.map(({ kind, total, longest }) => [
        kind,
        ...[total.median, total.min, total.max, longest.median].map((ms) => ms.toFixed(1)),
        (total.median / plain).toFixed(2),
      ]),
    ),
  );
  const [{ model = '' } = {}] = cpus();
  const machine = { cpu: model, cpus: cpus().length, node: process.version, browser: browser.version() };
  const result = { at: new Date().toISOString(), rounds, insertions, lines, slowdown, machine, rows };
  await writeFile(new URL(flags.out, root), `${JSON.stringify(result, undefined, 1)}\n`);
  process.stdout.write(`\nwritten to ${flags.out}\n`);
} finally {
  await browser.close();
  await server.stop();
  site.close();
}
