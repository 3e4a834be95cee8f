/**
 * Reader contract: what a site's own code can rely on when it follows a channel, whether the service is real or the
 * fake of `@newsline/client/testing`.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ConnectOptions,
  connect,
  type Headline,
  type Ticker,
  type TickerEvents,
} from '../../client-sdk/src/index.ts';
import { until } from '../support/until.ts';

/** A service with one channel, `main`, and the newsroom that writes it. */
export interface ReaderService {
  readonly connection: Pick<ConnectOptions, 'url' | 'WebSocket'>;
  publish(fields: { readonly title: string } & Partial<Headline>): Promise<{ readonly id: string }>;
  correct(id: string, fields: Partial<Headline>): Promise<unknown>;
  retract(id: string, notice?: string): Promise<unknown>;
  /** Breaks every connection off, and takes none. */
  vanish(): void;
  /** Takes connections again. */
  comeBack(): void;
  /** Has everyone come back, now or within seconds. */
  goodbye(): void;
  stop(): Promise<void>;
}

interface Follower {
  readonly ticker: Ticker;
  /** What it was told, in short. */
  readonly told: readonly string[];
  readonly statuses: readonly string[];
  readonly lastStatus: () => TickerEvents['status'] | undefined;
  /** Titles of its list. */
  readonly titles: () => readonly string[];
}

export function readerContract(name: string, start: () => Promise<ReaderService>): void {
  describe(name, () => {
    let service: ReaderService;
    const tickers: Ticker[] = [];
    beforeEach(async () => {
      service = await start();
    });
    afterEach(async () => {
      for (const ticker of tickers.splice(0)) ticker.close();
      await service.stop();
    });

    function follow(options: Partial<ConnectOptions> = {}): Follower {
      const ticker = connect({
        channel: 'main',
        fallback: false,
        random: () => 0,
        ...service.connection,
        ...options,
      });
      tickers.push(ticker);
      const told: string[] = [];
      const statuses: string[] = [];
      let last: TickerEvents['status'] | undefined;
      ticker.on('headline', ({ change, headline }) => told.push(`${change} ${headline.title}`));
      ticker.on('retraction', ({ id, notice }) => told.push(`retracted ${id} ${notice}`));
      ticker.on('status', (event) => {
        last = event;
        statuses.push(event.status);
      });
      const titles = () => ticker.headlines.map(({ title }) => title);
      return { ticker, told, statuses, lastStatus: () => last, titles };
    }
    const live = ({ ticker }: Follower) => until(() => ticker.status === 'live');

    it('tells what comes, is corrected and is killed, and keeps the list by it', async () => {
      const { id } = await service.publish({ title: 'Ferry late', urgency: 3 });
      const reader = follow();
      await live(reader);
      expect(reader.titles()).toEqual(['Ferry late']);
      await service.publish({ title: 'Pier closed', section: 'harbour', tags: ['pier'] });
      await service.correct(id, { title: 'Ferry cancelled', notice: 'It was said to be late.' });
      await until(() => reader.told.length === 2);

      expect(reader.titles()).toEqual(['Pier closed', 'Ferry cancelled']);
      expect(reader.ticker.headlines[0]).toMatchObject({
        version: 1,
        section: 'harbour',
        language: 'en',
        urgency: 5,
      });
      expect(reader.ticker.headlines[1]).toMatchObject({
        id,
        version: 2,
        urgency: 3,
        notice: 'It was said to be late.',
      });
      await service.retract(id, 'It sails.');
      await until(() => reader.told.length === 3);
      expect(reader.told).toEqual([
        'published Pier closed',
        'corrected Ferry cancelled',
        `retracted ${id} It sails.`,
      ]);
      expect(reader.titles()).toEqual(['Pier closed']);
    });

    it('gives who was cut off what was missed, in order, each once', async () => {
      const reader = follow();
      await live(reader);
      const first = await service.publish({ title: 'One' });
      await until(() => reader.told.length === 1);
      service.vanish();
      await until(() => reader.ticker.status === 'reconnecting');
      await service.publish({ title: 'Two' });
      await service.retract(first.id);
      service.comeBack();
      await until(() => reader.told.length === 3);
      expect(reader.told).toEqual(['published One', 'published Two', `retracted ${first.id} undefined`]);
      expect(reader.titles()).toEqual(['Two']);
      // A goodbye may follow at any time.
      expect(reader.statuses.slice(0, 3)).toEqual(['live', 'reconnecting', 'live']);
    });

    it('has readers come back after a goodbye, without a loss', async () => {
      const reader = follow();
      await live(reader);
      service.goodbye();
      await until(() => reader.statuses.length >= 3);
      await service.publish({ title: 'After' });
      await until(() => reader.told.length === 1);
      expect(reader.statuses.slice(0, 3)).toEqual(['live', 'reconnecting', 'live']);
    });

    it('begins with as many as were asked for, the newest', async () => {
      for (const title of ['One', 'Two', 'Three']) await service.publish({ title });
      const reader = follow({ last: 2 });
      await live(reader);
      expect(reader.titles()).toEqual(['Three', 'Two']);
    });

    it('shows what passes the filter, and takes away what is filed elsewhere', async () => {
      const { id } = await service.publish({ title: 'Goal', section: 'sport', urgency: 2 });
      await service.publish({ title: 'Budget', section: 'politics' });
      const reader = follow({ filter: { section: ['sport'], maxUrgency: 3 } });
      await live(reader);
      expect(reader.titles()).toEqual(['Goal']);
      await service.publish({ title: 'Draw', section: 'sport' });
      await service.publish({ title: 'Final', section: 'sport', urgency: 1 });
      await service.correct(id, { section: 'politics' });
      await until(() => reader.told.length === 2);
      expect(reader.told).toEqual(['published Final', `retracted ${id} undefined`]);
      expect(reader.titles()).toEqual(['Final']);
    });

    it('resumes after a cursor kept from before, and gives the list for one that is lost or none', async () => {
      const before = follow();
      await live(before);
      await service.publish({ title: 'One' });
      await until(() => before.told.length === 1);
      const { cursor = '' } = before.ticker;
      await service.publish({ title: 'Two' });

      const resumed = follow({ since: cursor });
      await until(() => resumed.told.length === 1);
      expect(resumed.titles()).toEqual(['Two']);
      for (const since of ['elsewhere.5.abcdef', 'not a cursor']) {
        const reader = follow({ since });
        await live(reader);
        expect(reader.titles()).toEqual(['Two', 'One']);
      }
    });

    it('sends readers of a channel that is not there away', async () => {
      const reader = follow({ channel: 'nowhere' });
      await until(() => reader.ticker.status === 'refused');
      expect(reader.lastStatus()).toEqual({ status: 'refused', code: 4504, reason: 'unknown-channel' });
    });
  });
}
