/** What the service says of where it is, to whoever writes whatever into the Host header field. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createMetrics } from '../../src/cli/metrics.ts';
import { createOperations } from '../../src/cli/operations.ts';
import { createPublicFiles } from '../../src/cli/public-files.ts';

const PAGES = 'src/cli/pages';
const STRANGE = [
  '[',
  ']',
  '$&',
  '$`',
  "$'",
  '{{url}}',
  '{{channel}}',
  '"><script>',
  'a b',
  'a/b?c',
  'me@a',
  'a:99999',
];

let server: Server;

beforeAll(async () => {
  const whyUnready = async () => undefined;
  const shared = {
    publicUrl: undefined,
    gateway: undefined,
    whyUnready,
    metrics: createMetrics(() => undefined, whyUnready),
  };
  const app = express().set('trust proxy', ['127.0.0.1']).use(createOperations(shared));
  server = createServer(app.use(createPublicFiles({ publicFolder: PAGES, publicUrl: undefined })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
});

async function read(path: string, headers: Readonly<Record<string, string>>) {
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ host: '127.0.0.1', port, path, headers }), 'response')) as [
    IncomingMessage,
  ];
  return { status: response.statusCode, body: await text(response) };
}
const json = async (path: string, headers: Readonly<Record<string, string>>) =>
  JSON.parse((await read(path, headers)).body) as { servers: unknown };

describe('the contracts', () => {
  it.each(['news.example', 'news.example:8443', '127.0.0.1:8080', '[::1]:8080'])(
    'name the host %s',
    async (host) => {
      expect((await json('/openapi.json', { host })).servers).toEqual([{ url: `http://${host}` }]);
      expect((await json('/asyncapi.json', { host })).servers).toEqual({ service: { host, protocol: 'ws' } });
    },
  );

  it('name https where a trusted proxy speaks it', async () => {
    const headers = { host: 'news.example', 'x-forwarded-proto': 'https' };
    expect((await json('/openapi.json', headers)).servers).toEqual([{ url: 'https://news.example' }]);
    expect((await json('/asyncapi.json', headers)).servers).toMatchObject({ service: { protocol: 'wss' } });
  });

  it.each(STRANGE)('name localhost where the host is %s', async (host) => {
    expect((await json('/openapi.json', { host })).servers).toEqual([{ url: 'http://localhost' }]);
    expect((await json('/asyncapi.json', { host })).servers).toEqual({
      service: { host: 'localhost', protocol: 'ws' },
    });
  });
});

describe('the start page', () => {
  it.each(STRANGE)('is whole where the host is %s', async (host) => {
    const page = await readFile(`${PAGES}/start.html`, 'utf8');
    const whole = page.replaceAll('{{channel}}', 'main').split('{{url}}').join('http://localhost');
    expect(await read('/', { host })).toEqual({ status: 200, body: whole });
  });
});
