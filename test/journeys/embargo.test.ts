/** An embargo holds through edits, moves and outages, and ends for each headline once, in order. [design 3, promise 3] */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Headline } from '../../src/protocol/headline.ts';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { inTime } from '../support/in-time.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { readFramed, type TestReader } from '../support/readers.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 180_000;
const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

describe.each(FRAGILE_DEPLOYMENTS)('%s', (_name, deploy) => {
  let deployment: FragileDeployment;
  let reader: TestReader | undefined;
  const begin = async () => {
    deployment = await deploy();
  };
  const putAway = async () => {
    await reader?.close();
    reader = undefined;
    await deployment.stop();
  };
  afterEach(putAway);

  async function read(): Promise<Map<string, Headline>> {
    const response = await fetch(`${deployment.gatewayUrl}/v1/channels/main/headlines?last=100`);
    const { headlines } = (await response.json()) as { headlines: Headline[] };
    return new Map(headlines.map((headline) => [headline.id, headline]));
  }

  it(
    'shows of an edited, moved, upserted or killed plan what it came to, at its time, and nothing of before',
    async () => {
      const { dueMs, outcome } = await inTime({
        aheadMs: 2_000,
        begin,
        putAway,
        attempt: async (dueMs) => {
          const seeing = readFramed(deployment.gatewayUrl);
          reader = seeing;
          await seeing.ready;
          const newsroom = openNewsroom(deployment.ingestUrl);
          const begunMs = Date.now();
          const [soon, never] = [at(dueMs), at(begunMs + HOUR_MS)];

          await newsroom.post({ id: 'edited', title: 'Embargoed error', publishAt: soon });
          await newsroom.correct('edited', { title: 'Edited', notice: 'The embargoed error is mended.' });
          await newsroom.post({ id: 'earlier', title: 'Earlier', publishAt: never });
          await newsroom.put('earlier', 2, { title: 'Earlier', publishAt: soon });
          await newsroom.post({ id: 'later', title: 'Embargoed for later', publishAt: at(dueMs - 100) });
          await newsroom.put('later', 2, { title: 'Embargoed for later', publishAt: never });
          await newsroom.put('upserted', 3, { title: 'Embargoed third', publishAt: soon });
          await newsroom.put('upserted', 7, { title: 'Upserted' });
          const late = await newsroom.put('upserted', 5, {
            title: 'Embargoed fifth',
            publishAt: at(begunMs),
          });
          await newsroom.post({ id: 'killed', title: 'Embargoed and killed', publishAt: soon });
          await newsroom.kill('killed');
          await newsroom.post({ id: 'at-once', title: 'At once', publishAt: never });
          await newsroom.put('at-once', 2, { title: 'At once', publishedAt: at(begunMs) });
          await until(() => seeing.seen.length > 0);
          return { newsroom, late, seeing, seenBefore: [...seeing.seen] };
        },
      });
      const { newsroom, late, seeing, seenBefore } = outcome;
      const soon = at(dueMs);
      expect(late.body).toMatchObject({ applied: false });
      expect(seenBefore).toEqual(['published At once']);
      await until(() => seeing.seen.length >= 4, { state: () => seeing.seen });
      await newsroom.post({ title: 'In the end' });
      await until(() => seeing.seen.includes('published In the end'));
      expect(seeing.seen).toEqual([
        'published At once',
        'published Earlier',
        'published Edited',
        'published Upserted',
        'published In the end',
      ]);
      const list = await read();
      for (const [id, version] of [
        ['earlier', 2],
        ['edited', 2],
        ['upserted', 7],
      ] as const) {
        expect(list.get(id)).toMatchObject({ version, publishedAt: soon });
        expect(list.get(id)).not.toHaveProperty('notice');
      }
      expect(JSON.stringify([...list])).not.toContain('mbargoed');
    },
    LIMIT_MS,
  );

  it(
    'releases what was missed while everything was down, in order of its times, and says when it went out',
    async () => {
      const afterMs = { c: 0, a: 400, e: 100, b: 200, d: 300 };
      const { dueMs } = await inTime({
        begin,
        putAway,
        // All is down before the first of them is due, or this would be no outage.
        attempt: async (dueMs) => {
          const newsroom = openNewsroom(deployment.ingestUrl);
          for (const [id, ms] of Object.entries(afterMs)) {
            await newsroom.post({ id, title: id, publishAt: at(dueMs + ms) });
          }
          await deployment.crashIngest();
          await deployment.crashGateway();
          await deployment.crashStore();
        },
      });
      await until(() => Date.now() > dueMs + 1_000);

      const backMs = Date.now();
      if (deployment.redisUrl !== undefined) {
        await deployment.restartStore();
        await deployment.restartGateway();
      }
      await deployment.restartIngest();
      await until(async () => (await read()).size === 5);
      const released = [...(await read()).values()].sort((x, y) => x.sequence - y.sequence);
      expect(released.map(({ id }) => id)).toEqual(['c', 'e', 'b', 'd', 'a']);
      for (const { id, publishedAt, updatedAt, version } of released) {
        expect([id, version, publishedAt]).toEqual([id, 1, at(dueMs + afterMs[id as keyof typeof afterMs])]);
        expect(Date.parse(updatedAt)).toBeGreaterThanOrEqual(backMs);
        expect(Date.parse(updatedAt)).toBeLessThanOrEqual(Date.now());
      }
      reader = readFramed(deployment.gatewayUrl);
      await reader.ready;
      expect(reader.seen).toEqual([]);
    },
    LIMIT_MS,
  );
});
