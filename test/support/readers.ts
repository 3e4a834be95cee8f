/** Readers of every kind, each telling in the same words what it saw. */
import { EventSource } from 'eventsource';
import type { Browser } from 'playwright-core';
import { WebSocket } from 'ws';
import { connect } from '../../client-sdk/src/index.ts';

/** `published First`, `corrected First again`, `retracted h1`, in the order seen. */
export interface TestReader {
  readonly seen: readonly string[];
  /** It has its first snapshot, or for one without, an open connection. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

interface ChangeLike {
  readonly change?: string;
  readonly title?: string;
  readonly id?: string;
}

const wordsFor = ({ change, title, id }: ChangeLike): string =>
  change === 'retracted' ? `retracted ${id}` : `${change} ${title}`;

const CHANNEL = '/v1/channels/main/stream';

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A WebSocket without any library: it resumes by the cursor of the last thing it saw. */
function readSocket(
  url: string,
  subprotocols: string[],
  read: (message: Record<string, unknown>) => string | undefined,
): TestReader {
  const seen: string[] = [];
  const ready = deferred();
  let cursor: string | undefined;
  let isClosed = false;
  let socket: WebSocket;

  const open = () => {
    const since = cursor === undefined ? '' : `?since=${cursor}`;
    socket = new WebSocket(`${url.replace('http', 'ws')}${CHANNEL}${since}`, subprotocols);
    socket.on('open', () => {
      if (!subprotocols.includes('newsline.v1')) ready.resolve();
    });
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Record<string, unknown>;
      if (typeof message['cursor'] === 'string') cursor = message['cursor'];
      const words = read(message);
      if (words !== undefined) seen.push(words);
      ready.resolve();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isClosed) setImmediate(open);
    });
  };
  open();
  return {
    seen,
    ready: ready.promise,
    async close() {
      isClosed = true;
      socket.terminate();
    },
  };
}

export const readFramed = (url: string): TestReader =>
  readSocket(url, ['newsline.v1'], (frame) => {
    const headline = frame['headline'] as { title?: string } | undefined;
    if (frame['type'] === 'headline')
      return wordsFor({ change: String(frame['change']), title: headline?.title ?? '' });
    if (frame['type'] === 'retraction') return wordsFor({ change: 'retracted', id: String(frame['id']) });
    if (frame['type'] === 'snapshot' || frame['type'] === 'resumed') return undefined;
    return JSON.stringify(frame);
  });

/** As wscat and Grafana do: connect, and listen. */
export const readFlat = (url: string): TestReader =>
  readSocket(url, [], (object) => wordsFor(object as ChangeLike));

export const readCloudEvents = (url: string): TestReader =>
  readSocket(url, ['cloudevents.json'], ({ type, data }) => {
    const change = String(type).replace('newsline.headline.', '');
    return wordsFor({ ...(data as ChangeLike), change });
  });

/** A standard EventSource, which resumes with Last-Event-ID by itself. */
export function readEvents(url: string): TestReader {
  const seen: string[] = [];
  const ready = deferred();
  const source = new EventSource(`${url}${CHANNEL}`);
  source.addEventListener('snapshot', () => ready.resolve());
  source.addEventListener('headline', ({ data }) => {
    const { change, headline } = JSON.parse(data) as { change: string; headline: { title: string } };
    seen.push(wordsFor({ change, title: headline.title }));
  });
  source.addEventListener('retraction', ({ data }) => {
    seen.push(wordsFor({ change: 'retracted', id: (JSON.parse(data) as { id: string }).id }));
  });
  return {
    seen,
    ready: ready.promise,
    async close() {
      source.close();
    },
  };
}

export function readWithSdk(url: string): TestReader {
  const seen: string[] = [];
  const ready = deferred();
  const ticker = connect({ url, channel: 'main', WebSocket });
  ticker.on('change', () => ready.resolve());
  ticker.on(
    'headline',
    ({ change, headline }) => void seen.push(wordsFor({ change, title: headline.title })),
  );
  ticker.on('retraction', ({ id }) => void seen.push(wordsFor({ change: 'retracted', id })));
  return {
    seen,
    ready: ready.promise,
    async close() {
      ticker.close();
    },
  };
}

/** The script-tag file in a page of the service, as a website has it. It tells through the console. */
export async function readInBrowser(url: string, browser: Browser): Promise<TestReader> {
  const seen: string[] = [];
  const ready = deferred();
  const page = await browser.newPage();
  page.on('console', (message) => {
    const [, words] = /^saw (.*)$/.exec(message.text()) ?? [];
    if (words === 'list') ready.resolve();
    else if (words !== undefined) seen.push(words);
  });
  await page.goto(`${url}/`);
  await page.waitForFunction(() => 'newsline' in window);
  await page.evaluate(() => {
    const { newsline } = window as unknown as { newsline: { connect: typeof connect } };
    const ticker = newsline.connect({ channel: 'main' });
    ticker.on('change', () => console.info('saw list'));
    ticker.on('headline', ({ change, headline }) => console.info(`saw ${change} ${headline.title}`));
    ticker.on('retraction', ({ id }) => console.info(`saw retracted ${id}`));
  });
  return { seen, ready: ready.promise, close: () => page.close() };
}
