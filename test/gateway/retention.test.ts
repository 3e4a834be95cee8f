/** What a channel keeps no longer is in no list, of no gateway, whether it was there all the time or came just now. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { DAY_MS } from '../../src/domain/channel.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import { channelOf, correct, createNewsroom, publish } from '../contracts/newsroom.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;

interface List {
  readonly resumed: boolean;
  readonly cursor: string;
  readonly headlines: readonly { readonly id: string }[];
}

let folder: TemporaryFolder;
let engine: Engine;
let nowMs: number;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await createTemporaryFolder();
  nowMs = Date.UTC(2026, 10, 23, 18);
  engine = await openEmbeddedEngine({ folder: folder.path, now: () => nowMs });
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await engine.close();
  await folder.dispose();
});

/** A gateway that begins now. @returns asks it for its list. */
async function openGateway() {
  const gateway = startGateway({ engine, origins: [], now: () => nowMs });
  const server = createServer(express().use(gateway.router)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    gateway.stop();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (query = '') =>
    (await (await fetch(`${url}/v1/channels/en/headlines${query}`)).json()) as List;
  const ids = async () => (await ask()).headlines.map(({ id }) => id);
  await until(() => gateway.unreadyBecause === undefined);
  return { ask, ids, refresh: gateway.refresh };
}

describe('a channel that keeps its headlines for thirty days', () => {
  /** Two headlines, one of them corrected after twenty days; then thirty days after the first. */
  async function begin() {
    await engine.channels.create({ ...channelOf('en'), keepDays: 30 });
    const post = createNewsroom(engine, 'en');
    const warm = await openGateway();
    const at = () => ({ publishedAtMs: nowMs });
    const first = await post('left', publish('left', at()));
    await post('renewed', publish('renewed', at()));
    nowMs += 20 * DAY_MS;
    await post('renewed', correct('renewed'));
    nowMs += 10 * DAY_MS - MINUTE_MS;
    return { post, warm, first };
  }

  it('shows one as long, and no longer, whatever gateway is asked and whether the store has dropped it', async () => {
    const { warm } = await begin();
    const cold = await openGateway();
    expect([await warm.ids(), await cold.ids()]).toEqual([
      ['renewed', 'left'],
      ['renewed', 'left'],
    ]);
    nowMs += 2 * MINUTE_MS;
    while (await engine.headlines.sweep());
    // The store still has it: a gateway whose clock is behind may show it for as long.
    expect(await engine.headlines.read('en', 'left')).toBeDefined();
    const colder = await openGateway();
    for (const { ids } of [warm, cold, colder]) expect(await ids()).toEqual(['renewed']);

    nowMs += 60 * MINUTE_MS;
    while (await engine.headlines.sweep());
    expect(await engine.headlines.read('en', 'left')).toBeUndefined();
    const coldest = await openGateway();
    for (const { ids } of [warm, cold, colder, coldest]) expect(await ids()).toEqual(['renewed']);
  });

  it('shows it again on every gateway that is set to keep it longer, as long as the store has it', async () => {
    const { warm } = await begin();
    nowMs += 2 * MINUTE_MS;
    expect(await warm.ids()).toEqual(['renewed']);
    await engine.channels.update('en', { keepDays: null });
    warm.refresh();
    await until(async () => (await warm.ids()).length === 2);
    expect(await (await openGateway()).ids()).toEqual(await warm.ids());
  });

  it('resumes from what is dropped where a gateway still holds it, and says elsewhere that it does not', async () => {
    const { warm, first } = await begin();
    nowMs += 2 * 60 * MINUTE_MS;
    while (await engine.headlines.sweep());
    const cold = await openGateway();
    const since = `?since=${first.cursor}`;
    const [held, lost] = [await warm.ask(since), await cold.ask(since)];
    expect(held).toMatchObject({ resumed: true, headlines: [{ id: 'renewed', version: 2 }] });
    expect(lost).toMatchObject({ resumed: false, headlines: [{ id: 'renewed', version: 2 }] });
    expect(held.cursor).toBe(lost.cursor);
    expect(await cold.ask(`?since=${lost.cursor}`)).toMatchObject({ resumed: true, headlines: [] });
  });
});

describe('a channel that keeps few headlines', () => {
  it('shows no more than these on every gateway', async () => {
    await engine.channels.create({ ...channelOf('en'), keepHeadlines: 4 });
    const warm = await openGateway();
    const post = createNewsroom(engine, 'en');
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      nowMs += MINUTE_MS;
      await post(id, publish(id, { publishedAtMs: nowMs }));
    }
    const cold = await openGateway();
    expect(await cold.ids()).toEqual(['f', 'e', 'd', 'c']);
    expect(await warm.ids()).toEqual(['f', 'e', 'd', 'c']);
  });
});
