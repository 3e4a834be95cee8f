/** Policies are judged as a browser judges them: each is tried in Chromium as well. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { blockedBy, parsePolicies } from '../../../src/cli/page-check/content-policy.ts';
import { startChromium } from '../../support/chromium.ts';

let browser: Browser;
let policy = '';
const server = createServer((request, response) => {
  if (request.url !== '/') {
    const type = request.url?.endsWith('.js') ? 'text/javascript' : 'text/plain';
    return void response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end();
  }
  const port = (server.address() as AddressInfo).port;
  response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
  response.end(
    `<!doctype html><script nonce="abc" src="http://a.news.localhost:${port}/newsline.js"></script>`,
  );
});
beforeAll(async () => {
  browser = await startChromium();
  server.listen(0, 'localhost');
  await once(server, 'listening');
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** `PORT` stands for the port that the service got. */
const POLICIES = [
  "script-src 'none'; connect-src 'none'",
  "default-src 'self'",
  "default-src 'self'; script-src http://a.news.localhost:PORT",
  'default-src *',
  'script-src-elem a.news.localhost:PORT; script-src x; connect-src http://*.news.localhost:PORT',
  'script-src *.localhost:*; connect-src ws://a.news.localhost:PORT',
  'script-src http://*.a.news.localhost:PORT; connect-src ws:',
  'script-src http:; connect-src http:',
  'script-src http://a.news.localhost; connect-src a.news.localhost',
  'script-src http://a.news.localhost:PORT/newsline.js; connect-src http://a.news.localhost:PORT/',
  'script-src http://a.news.localhost:PORT/newsline/; connect-src http://a.news.localhost:PORT/v1/',
  'script-src x; connect-src a.news.localhost:PORT',
  "script-src 'nonce-abc'",
  "script-src 'nonce-other' http://a.news.localhost:PORT",
  "script-src 'strict-dynamic' http://a.news.localhost:PORT",
  "script-src 'strict-dynamic' 'nonce-abc'; connect-src HTTP://A.NEWS.localhost:PORT WS://A.NEWS.localhost:PORT",
  'img-src x; script-src http://a.news.localhost:PORT; script-src y',
  "script-src *, script-src 'self'",
  '; ;frame-src x',
];

describe('a policy', () => {
  it.each(POLICIES)('%s', async (text) => {
    const { port } = server.address() as AddressInfo;
    policy = text.replaceAll('PORT', String(port));
    const page = await browser.newPage();
    const blocked: string[] = [];
    await page.exposeFunction('report', (kind: string) => blocked.push(kind));
    await page.addInitScript(() => {
      const { report } = globalThis as unknown as { report: (kind: string) => void };
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        report(`${effectiveDirective.split('-')[0]} ${new URL(blockedURI).protocol}`),
      );
    });
    const origin = `http://localhost:${port}`;
    await page.goto(origin);
    await page.evaluate(async (service) => {
      await fetch(service).catch(() => {});
      await new Promise<void>((resolve) => {
        try {
          const socket = new WebSocket(service.replace('http', 'ws'));
          socket.onerror = () => resolve();
        } catch {
          resolve();
        }
      });
      await new Promise((resolve) => setTimeout(resolve));
    }, `http://a.news.localhost:${port}/`);
    await page.close();

    const service = new URL(`http://a.news.localhost:${port}/newsline.js`);
    const judged = (['script', 'connect'] as const).flatMap((kind) =>
      (kind === 'script' ? ['http:'] : ['http:', 'ws:']).flatMap((protocol) => {
        const url = new URL(kind === 'script' ? service.href : `${protocol}//${service.host}/`);
        const policies = parsePolicies(policy);
        const isBlocked = policies.some((one) => blockedBy(one, kind, url, new URL(origin), 'abc'));
        return isBlocked ? [`${kind} ${protocol}`] : [];
      }),
    );
    expect(judged.toSorted()).toEqual([...new Set(blocked)].toSorted());
  });
});
