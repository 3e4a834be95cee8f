/** Website: someone's site on loopback that has a ticker on its page, and serves the pictures of the news. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inventPicture } from './invented-news.ts';

export interface Website {
  readonly url: string;
  /** @returns address of a page with this body. */
  page(name: string, html: string): string;
  close(): Promise<void>;
}

export async function openWebsite(): Promise<Website> {
  const pages = new Map<string, string>();
  const server = createServer(({ url: path = '/' }, response) => {
    const picture = /^\/picture-(\d)\.svg$/.exec(path)?.[1];
    const html = pages.get(path);
    if (picture) response.setHeader('content-type', 'image/svg+xml').end(inventPicture(Number(picture)));
    else if (html) response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    else response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    page(name, html) {
      pages.set(`/${name}`, html);
      return `${url}/${name}`;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
