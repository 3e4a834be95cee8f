import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { connect, type Ticker, type TickerEvents } from '../../client-sdk/src/index.ts';
import { inventHeadline, inventHeadlines } from './invented-headlines.ts';
import { startTickerService, type TickerService } from './ticker-service.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(options?: Parameters<typeof startTickerService>[0]): Promise<TickerService> {
  const service = await startTickerService(options);
  ends.push(() => service.close());
  return service;
}

function follow(service: TickerService): Ticker {
  const ticker = connect({ url: service.url, channel: 'en', WebSocket, random: () => 0 });
  ends.push(() => ticker.close());
  return ticker;
}

/** Resolves at the first event of a type for which the condition holds. */
const event = <Type extends keyof TickerEvents>(
  ticker: Ticker,
  type: Type,
  holds: (event: TickerEvents[Type]) => boolean = () => true,
) =>
  new Promise<void>((resolve) => {
    const stop = ticker.on(type, (told) => {
      if (!holds(told)) return;
      stop();
      resolve();
    });
  });

describe('the client on real sockets', () => {
  it('gets each change once and in order across connections that are cut', async () => {
    const service = await serve({ headlines: inventHeadlines(3) });
    const ticker = follow(service);
    const told: string[] = [];
    ticker.on('headline', ({ change, headline }) => told.push(`${change} ${headline.id}`));
    ticker.on('retraction', ({ id }) => told.push(`retracted ${id}`));
    await event(ticker, 'change');

    service.publish(inventHeadline(4));
    await event(ticker, 'headline');
    const back = event(ticker, 'status', ({ status }) => status === 'live');
    const isGone = event(ticker, 'status', ({ status }) => status === 'reconnecting');
    service.cut();
    await isGone;
    service.publish(inventHeadline(5));
    service.publish(inventHeadline(4, { version: 2, title: 'Pier four stays closed' }), 'corrected');
    service.retract('story-2');
    const isWhole = event(ticker, 'retraction');
    await Promise.all([back, isWhole]);

    expect(told).toEqual([
      'published story-4',
      'published story-5',
      'corrected story-4',
      'retracted story-2',
    ]);
    expect(ticker.headlines.map(({ id, version }) => `${id} v${version}`)).toEqual([
      'story-5 v1',
      'story-4 v2',
      'story-3 v1',
      'story-1 v1',
    ]);
    expect(service.asked.map(({ searchParams }) => searchParams.get('since'))).toEqual([null, 'e1.1.t1']);
    expect(service.mostSockets).toBe(1);
  });

  it('stays away from a channel that was deleted', async () => {
    const service = await serve();
    const ticker = follow(service);
    await event(ticker, 'change');
    const refused = event(ticker, 'status', ({ status, code, reason }) => {
      return status === 'refused' && code === 4504 && reason === 'unknown-channel';
    });
    service.dismiss(4504, 'unknown-channel');
    await refused;
    expect(service.asked).toHaveLength(1);
  });

  it('closes while it is still connecting, and leaves no socket behind', async () => {
    const service = await serve();
    const ticker = follow(service);
    ticker.close();
    expect(ticker.status).toBe('closed');
    const other = follow(service);
    await event(other, 'change');
    expect(service.sockets.size).toBe(1);
  });
});

describe('the built modules', () => {
  it('can be imported on a server, where there is no page', async () => {
    const code = `
      const modules = await Promise.all(['index.js', 'news-ticker.js'].map((name) => import('./client-sdk/dist/' + name)));
      console.log(modules.map((module) => Object.keys(module).join()).join(' '));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code]);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    await once(child, 'close');
    expect(output.trim()).toBe('connect NewsTickerElement');
  });
});
