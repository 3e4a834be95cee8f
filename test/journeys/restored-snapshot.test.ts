/**
 * A Redis that keeps snapshots only (RDB, no append-only file) comes back without what was acknowledged since the last
 * one. That it is lost is Redis' setting; that no reader takes the rest for a history resumed is ours. [design 3, 2]
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Headline } from '../../src/protocol/headline.ts';
import { type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { type Newsroom, openNewsroom } from '../support/newsroom.ts';
import { openRaw, type RawReader } from '../support/raw-reader.ts';
import { readWithSdk, type TestReader } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { askEverywhere, held, lost } from '../support/resumption.ts';
import { until } from '../support/until.ts';

const STREAM = '/v1/channels/main/stream';
const SAVED = ['A', 'B', 'C'];
const UNSAVED = ['D', 'E'];
/** More than were lost: the numbers of the new history pass those of the lost one. */
const AFTERWARDS = ['F', 'G', 'H'];

const titlesOf = (frame: Record<string, unknown> | undefined): string[] =>
  ((frame?.['headlines'] ?? []) as Headline[]).map(({ title }) => title);
const epochOf = (cursor: unknown): string => String(cursor).split('.')[0] ?? '';

describe('a Redis restored from its last snapshot', () => {
  let redis: RedisServer;
  let ingest: NewslineProcess;
  let gateway: NewslineProcess;
  let newsroom: Newsroom;
  let sdk: TestReader | undefined;
  const open: RawReader[] = [];
  const start = (roles: string) => startNewsline({ store: redis.url, args: ['--roles', roles] });

  beforeEach(async () => {
    redis = await startRedis({ settings: ['--appendonly', 'no', '--save', ''] });
    ingest = await start('ingest');
    gateway = await start('gateway');
    newsroom = openNewsroom(ingest.url);
  }, 60_000);
  afterEach(async () => {
    for (const { socket } of open.splice(0)) socket.terminate();
    await sdk?.close();
    await Promise.all([ingest.kill9(), gateway.kill9()]);
    await redis.stop();
  });

  const enter = async (subprotocols: string[]) => {
    const reader = await openRaw(gateway.url, STREAM, subprotocols);
    open.push(reader);
    return reader;
  };
  /** Acknowledged, each. @returns the cursors. */
  async function post(titles: readonly string[]): Promise<string[]> {
    const cursors: string[] = [];
    for (const title of titles) {
      // Redis may have come back a moment ago: the newsroom's CMS tries again as well.
      await until(async () => cursors.push((await newsroom.post({ title })).cursor) > 0);
    }
    return cursors;
  }
  async function save(): Promise<void> {
    const admin = new Redis(redis.url);
    await admin.bgsave();
    await until(async () => {
      const info = await admin.info('persistence');
      return info.includes('rdb_bgsave_in_progress:0') && info.includes('rdb_last_bgsave_status:ok');
    });
    admin.disconnect();
  }

  it('is a new epoch with a list for every reader, whatever number its history reaches, and never a silent fork', async () => {
    const [framed, bare] = [await enter(['newsline.v1']), await enter([])];
    sdk = readWithSdk(gateway.url);
    await sdk.ready;
    const known = await post(SAVED);
    await save();
    const beyond = await post(UNSAVED);
    await framed.frame(({ headline }) => (headline as Headline | undefined)?.title === UNSAVED.at(-1));
    await until(() => sdk?.seen.at(-1) === 'published E', { state: () => sdk?.seen });
    const before = framed.frames.length;

    await redis.kill9();
    await redis.restart();

    // Though nobody posts: those who stayed lose what Redis lost, and are told that it is a new beginning.
    await until(() => framed.frames.length > before, { state: () => framed.frames.at(-1) });
    const anew = framed.frames[before];
    expect(anew).toMatchObject({ type: 'snapshot', resumed: false });
    expect(titlesOf(anew)).toEqual(SAVED.toReversed());
    expect(epochOf(anew?.['cursor'])).not.toBe(epochOf(beyond[0]));
    expect(await bare.closed).toBe(4001);
    await until(async () => (await fetch(`${gateway.url}/readyz`)).ok);
    // The epoch has ended for everyone, for who knew only what was saved as well.
    for (const since of [...known, ...beyond])
      expect(await askEverywhere(gateway.url, 'main', since)).toEqual(lost('C', 'B', 'A'));

    const [further = ''] = await post(AFTERWARDS);
    await framed.frame(({ headline }) => (headline as Headline | undefined)?.title === AFTERWARDS.at(-1));
    const told = framed.frames.slice(before + 1).map(({ headline }) => (headline as Headline).title);
    expect(told).toEqual(AFTERWARDS);
    await until(() => sdk?.seen.at(-1) === 'published H', { state: () => sdk?.seen });
    expect(sdk.seen).toEqual([...SAVED, ...UNSAVED, ...AFTERWARDS].map((title) => `published ${title}`));

    const list = [...SAVED, ...AFTERWARDS].toReversed();
    const cold = await start('gateway');
    try {
      for (const { url } of [gateway, cold]) {
        for (const since of beyond) expect(await askEverywhere(url, 'main', since)).toEqual(lost(...list));
        expect(await askEverywhere(url, 'main', further)).toEqual(held('G', 'H'));
      }
    } finally {
      await cold.kill9();
    }
  }, 120_000);
});
