/** docs/embedding.md works as printed: each way of embedding, pasted into a website under the policy that is printed for it. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { isTickerAttribute, TICKER_ATTRIBUTES } from '../../src/protocol/ticker-attributes.ts';
import { startChromium } from '../support/chromium.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { NEWSLINE, runCommand, runShell } from '../support/newsline-command.ts';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { until } from '../support/until.ts';

const text = readFileSync('docs/embedding.md', 'utf8');
const blocks = [...text.matchAll(/^```(\S+) ?(\S*)\n(.*?)^```$/gms)].map(([, language, name, code = '']) => ({
  language,
  name,
  code,
}));
const printed = (name: string): string => blocks.find((block) => block.name === name)?.code ?? '';

let browser: Browser;
let deployment: Deployment;
let url: string;
const site = { origin: '', body: '', policy: '' };
const server = createServer((_request, response) => {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': site.policy,
  });
  response.end(
    `<!doctype html><html lang="en"><title>Gazette</title><link rel="icon" href="data:,"><body>${site.body}`,
  );
});
const here = (code: string) =>
  code
    .replaceAll('wss://news.example', url.replace('http', 'ws'))
    .replaceAll('https://news.example', url)
    .replaceAll('https://site.example', site.origin);

beforeAll(async () => {
  [browser, deployment] = await Promise.all([startChromium(), deployEmbedded()]);
  url = deployment.ingest.url;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const allow = blocks.find(({ code }) => code.includes('channel update'))?.code ?? '';
  const shell = `newsline() { "${process.execPath}" "${NEWSLINE}" "$@"; }\n${here(allow).replace('npx ', '')}`;
  expect(await runShell(shell, { NEWSLINE_KEY: ADMIN_KEY })).toMatchObject({ exitCode: 0, stderr: '' });
  await openNewsroom(url).post({ title: 'Harbour bridge reopens' });
  const page = async () => {
    const response = await fetch(`${url}/embed/main`);
    return (response.headers.get('content-security-policy') ?? '') + (await response.text());
  };
  await until(async () => (await page()).includes('Harbour bridge') && (await page()).includes(site.origin));
});
afterAll(async () => {
  await browser.close();
  await deployment.stop();
  server.closeAllConnections();
  server.close();
});

describe('docs/embedding.md', () => {
  it.each(['element', 'json', 'data', 'frame'])(
    'prints for %s what shows live headlines, under its policy',
    async (way) => {
      site.body = here(printed(`embed=${way}`));
      site.policy = here(printed(way === 'frame' ? 'policy=frame' : 'policy=element')).replaceAll('\n', ' ');
      expect(site.body).toContain(url);
      expect(site.policy).toContain("default-src 'none'");
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(site.origin);
      const place = way === 'frame' ? page.frameLocator('iframe') : page;
      await place.locator('news-ticker [data-state="loaded"]').waitFor();
      await place.locator('news-ticker li', { hasText: 'Harbour bridge reopens' }).last().waitFor();
      await page.close();
      // The favicon is the test's own, and its policy's to refuse.
      expect(complaints.filter((one) => !one.includes('data:,'))).toEqual([]);
      const { exitCode, stdout } = await runCommand(['doctor', 'embed', site.origin], { url });
      expect({ exitCode, failures: stdout.match(/^FAIL.*$/gm) }).toEqual({ exitCode: 0, failures: null });
    },
  );

  it('lists every attribute of a ticker, and no other', () => {
    const [, table = ''] = /^\| attribute .*?\n(.*?)\n\n/ms.exec(text) ?? [];
    const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)]);
    const names = [...named.map(([, name = '']) => name), 'max-urgency'];
    expect(names.filter((name) => !isTickerAttribute(name))).toEqual([]);
    expect(names).toHaveLength(TICKER_ATTRIBUTES.length);
  });
});
