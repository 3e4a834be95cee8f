/** Connections that have stood for long are made anew, one by one, and no reader notices. [design 3, promise 8] */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { type Crowd, gatherCrowd } from '../support/crowd.ts';
import { type Deployment, deployOnRedis } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { openRaw } from '../support/raw-reader.ts';
import { until } from '../support/until.ts';

const READERS = 60;
const STREAM = '/v1/channels/main/stream';

describe('a gateway that rotates its connections', () => {
  let deployment: Deployment;
  let crowd: Crowd;
  beforeEach(async () => {
    deployment = await deployOnRedis(['--max-connection-age-ms', '4000', '--ping-interval-ms', '1000']);
    crowd = gatherCrowd(deployment.gateways[0].url, { size: READERS });
    await until(() => crowd.areLive);
  });
  afterEach(async () => {
    crowd.close();
    await deployment.stop();
  });

  it('moves its readers on to the gateway that was added, loses and doubles nothing, and spares who cannot be told', async () => {
    const [old, added] = deployment.gateways;
    const flat = await openRaw(old.url, STREAM, []);
    const events = new EventSource(`${old.url}${STREAM}`);
    const isToldToReturn = new Promise<{ retryAfterMs: number }>((resolve) => {
      events.addEventListener('goodbye', ({ data }) => resolve(JSON.parse(data)));
    });

    // Where a load balancer sends them that prefers who has the fewest.
    crowd.moveTo(added.url);
    const newsroom = openNewsroom(deployment.ingest.url);
    const titles: string[] = [];
    const haveMoved = () =>
      crowd.readers.every(({ beginnings, ticker }) => beginnings.length >= 2 && ticker.status === 'live');
    do {
      titles.push(`Item ${titles.length + 1}`);
      await newsroom.post({ title: titles.at(-1) });
    } while (!haveMoved());
    await until(() => crowd.readers.every(({ seen }) => seen.length >= titles.length));

    const whole = titles.join();
    expect(crowd.readers.filter(({ seen }) => seen.join() !== whole).length).toBe(0);
    expect(
      crowd.readers.every(({ beginnings }) => beginnings.slice(1).every((how) => how === 'resumed')),
    ).toBe(true);
    expect(crowd.readers.every(({ mostSockets }) => mostSockets === 1)).toBe(true);
    const waits = crowd.readers.flatMap(({ goodbyes }) => goodbyes.map(({ retryAfterMs }) => retryAfterMs));
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
    expect((await isToldToReturn).retryAfterMs).toBeLessThanOrEqual(500);
    events.close();

    expect(flat.socket.readyState).toBe(flat.socket.OPEN);
    flat.socket.terminate();
    const metrics = await (await fetch(`${old.url}/metrics`)).text();
    const rotated = Number(/^newsline_goodbyes_total\{reason="rotation"\} (\d+)$/m.exec(metrics)?.[1]);
    expect(rotated).toBeGreaterThanOrEqual(READERS);
  }, 60_000);
});
