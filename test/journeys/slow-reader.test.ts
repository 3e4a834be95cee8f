/** A reader that stops reading costs a cursor, not a queue. [design 3, promise 5] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Headline } from '../../src/protocol/headline.ts';
import { type HeadlineList, listOf, withHeadline } from '../../src/protocol/headline-list.ts';
import { type Deployment, deployEmbedded } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { openRaw, type RawReader } from '../support/raw-reader.ts';
import { ended, readMetrics } from '../support/service-metrics.ts';
import { until } from '../support/until.ts';

const HEADLINES = 1_400;
const STALLED = 40;
const IN_FLIGHT = 50;
/** As large as may be, so that few are more than kernels keep for a stalled socket: 12 MB a reader. */
const SUMMARY = '🗞'.repeat(1_000);
const TAGS = Array.from({ length: 20 }, (_, index) => `${index} ${'🗞'.repeat(60)}`);

describe('a gateway with readers that stop reading', () => {
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await deployEmbedded();
  });
  afterEach(() => deployment.stop());

  it('keeps nothing for them, delays no one, and shows them the right list when they read on', async () => {
    const [{ url }] = deployment.gateways;
    const stalled = await Promise.all(
      Array.from({ length: STALLED }, () => openRaw(url, '/v1/channels/main/stream')),
    );
    // One whose dialect has no word for what is missing.
    const flat = await openRaw(url, '/v1/channels/main/stream', []);
    for (const { socket } of [...stalled, flat]) socket.pause();
    const fast = await openRaw(url, '/v1/channels/main/stream');
    const before = await memoryOf(url);

    const newsroom = openNewsroom(url);
    let next = 0;
    const write = async () => {
      while (next < HEADLINES) {
        next += 1;
        await newsroom.post({ title: `Headline ${next}`, summary: SUMMARY, tags: TAGS });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, write));

    await until(() => fast.frames.length === HEADLINES + 1);
    const sequences = fast.frames.slice(1).map((frame) => (frame['headline'] as Headline).sequence);
    expect(sequences).toEqual(Array.from({ length: HEADLINES }, (_, index) => index + 1));

    // A queue for each would hold 480 MB; what is allowed is one write each, and the ring they share.
    expect((await memoryOf(url)) - before).toBeLessThan(160e6);

    for (const { socket } of [...stalled, flat]) socket.resume();
    const { headlines, cursor } = (await (await fetch(`${url}/v1/channels/main/headlines`)).json()) as {
      headlines: Headline[];
      cursor: string;
    };
    await until(() => stalled.every(({ frames }) => frames.at(-1)?.['cursor'] === cursor));
    for (const reader of stalled) {
      expect(listAsSeen(reader).headlines).toEqual(headlines);
      // It was told that it missed something, and what it saw never went back.
      expect(reader.frames.filter(({ type }) => type === 'snapshot').length).toBeGreaterThan(1);
    }
    expect(await flat.closed).toBe(4001);
    const counted = await readMetrics(url);
    expect(counted.value('newsline_overtaken_readers_total')).toBeGreaterThanOrEqual(STALLED);
    expect(counted.value(ended('fell-behind'))).toBe(1);
  }, 240_000);
});

/** Heap and buffers of the process, in bytes. */
async function memoryOf(url: string): Promise<number> {
  const { value } = await readMetrics(url);
  return value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes');
}

function listAsSeen({ frames }: RawReader): HeadlineList {
  return frames.reduce<HeadlineList>(
    (list, frame) => {
      if (frame['type'] === 'snapshot') return listOf(frame['headlines'] as Headline[], 20);
      return withHeadline(list, frame['headline'] as Headline);
    },
    listOf([], 20),
  );
}
