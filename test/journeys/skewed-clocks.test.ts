/** Ingest processes whose own clocks are wrong by minutes: what is due, and when it was, Redis' clock says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Headline } from '../../src/protocol/headline.ts';
import { inTime } from '../support/in-time.ts';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed, type TestReader } from '../support/readers.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;
const SKEW_MS = 10 * MINUTE_MS;
const at = (ms: number) => new Date(ms).toISOString();
/** Between these two it happened, by the clock of this process, which is that of Redis. */
const isNow = (text: string, fromMs: number) => Date.parse(text) >= fromMs && Date.parse(text) <= Date.now();

let folder: TemporaryFolder;
let redis: RedisServer;
let gateway: NewslineProcess;
let ingests: Readonly<Record<'fast' | 'slow', NewslineProcess>>;
let reader: TestReader;

/** Loaded before the service: all of it sees another time than we. */
const shifted = (ms: number) => `
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length > 0) super(...parts);
    else super(Real.now() + ${ms});
  }
  static now() {
    return Real.now() + ${ms};
  }
};
`;

async function startSkewed(ms: number): Promise<NewslineProcess> {
  const path = join(folder.path, `skew${ms}.mjs`);
  await writeFile(path, shifted(ms));
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(path)}` };
  return startNewsline({ store: redis.url, args: ['--roles', 'ingest'], env });
}

beforeAll(async () => {
  [folder, redis] = await Promise.all([createTemporaryFolder(), startRedis()]);
  ingests = { fast: await startSkewed(SKEW_MS), slow: await startSkewed(-SKEW_MS) };
  gateway = await startNewsline({ store: redis.url, args: ['--roles', 'gateway'] });
  reader = readFramed(gateway.url);
  await reader.ready;
});
afterAll(async () => {
  await reader.close();
  await Promise.all([...Object.values(ingests), gateway].map((process) => process.kill9()));
  await redis.stop();
  await folder.dispose();
});

const refusalOf = async (name: 'fast' | 'slow', body: object): Promise<unknown> => {
  const response = await fetch(`${ingests[name].url}/v1/channels/main/headlines`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Words', ...body }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  return [response.status, errors];
};

describe.each(['fast', 'slow'] as const)('an ingest process whose clock is ten minutes %s', (name) => {
  it('schedules what is soon to come, and it goes out at its time, not before and not later', async () => {
    const newsroom = openNewsroom(ingests[name].url);
    let tries = 0;
    const { dueMs, outcome: planned } = await inTime({
      aheadMs: 1_000,
      attempt: (dueMs) => {
        tries += 1;
        const id = `plan-${name}-${tries}`;
        return newsroom.post({ id, title: `Plan ${name} ${tries}`, publishAt: at(dueMs) });
      },
    });
    expect([planned.status, planned.body['publishAt']]).toEqual([202, at(dueMs)]);
    const words = `published Plan ${name} ${tries}`;
    let seenAtMs = Number.POSITIVE_INFINITY;
    await until(() => {
      if (reader.seen.includes(words)) seenAtMs = Date.now();
      return Number.isFinite(seenAtMs);
    });
    expect(seenAtMs).toBeGreaterThanOrEqual(dueMs);
    const response = await fetch(`${gateway.url}/v1/channels/main/headlines`);
    const { headlines } = (await response.json()) as { headlines: Headline[] };
    const released = headlines.find(({ id }) => id === `plan-${name}-${tries}`);
    expect(released?.publishedAt).toBe(at(dueMs));
    expect(isNow(released?.updatedAt ?? '', dueMs)).toBe(true);
  });

  it('publishes at once what was for a moment ago, and refuses what was for long ago', async () => {
    const newsroom = openNewsroom(ingests[name].url);
    const ago = at(Date.now() - MINUTE_MS);
    const { status, body } = await newsroom.post({ title: `A moment ago ${name}`, publishAt: ago });
    expect([status, body['headline']]).toMatchObject([201, { publishedAt: ago }]);
    expect(await refusalOf(name, { publishAt: at(Date.now() - 7 * MINUTE_MS) })).toEqual([
      422,
      [{ field: 'publishAt', message: 'lies in the past: leave it out to publish now' }],
    ]);
    expect(await refusalOf(name, { publishedAt: at(Date.now() + 7 * MINUTE_MS) })).toEqual([
      422,
      [{ field: 'publishedAt', message: 'lies in the future: schedule with publishAt instead' }],
    ]);
  });

  it('dates what it publishes, corrects and kills by the clock of Redis', async () => {
    const newsroom = openNewsroom(ingests[name].url);
    const fromMs = Date.now() - 1;
    const { id, body } = await newsroom.post({ title: `Now ${name}` });
    const { publishedAt, updatedAt } = body['headline'] as Headline;
    expect([publishedAt, updatedAt].map((time) => isNow(time, fromMs))).toEqual([true, true]);
    const corrected = (await newsroom.correct(id, { title: 'Other words' })).body['headline'] as Headline;
    expect(isNow(corrected.updatedAt, fromMs)).toBe(true);
    await newsroom.kill(id);
    const response = await fetch(`${ingests[name].url}/v1/channels/main/headlines/${id}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const { history } = (await response.json()) as { history: { at: string }[] };
    expect(history.map((entry) => isNow(entry.at, fromMs))).toEqual([true, true, true]);
  });

  it('judges by it when a headline expires', async () => {
    const newsroom = openNewsroom(ingests[name].url);
    const soon = at(Date.now() + 2 * MINUTE_MS);
    expect((await newsroom.post({ title: 'Short-lived', expiresAt: soon })).status).toBe(201);
    expect(await refusalOf(name, { expiresAt: at(Date.now() - 2 * MINUTE_MS) })).toEqual([
      422,
      [{ field: 'expiresAt', message: 'must be later than the publication' }],
    ]);
  });
});
