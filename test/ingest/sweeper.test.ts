import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/channel.ts';
import { EngineUnavailable } from '../../src/domain/engine.ts';
import { startSweeper } from '../../src/ingest/sweeper.ts';
import { until } from '../support/until.ts';
import {
  type IngestService,
  type OpenedEngine,
  openTestEngine,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let services: IngestService[];
const stops: (() => Promise<void>)[] = [];
const EN = '/v1/channels/en/headlines';
const ask: IngestService['ask'] = (...request) => (services[0] as IngestService).ask(...request);

beforeEach(async () => {
  opened = await openTestEngine();
  const start = () => startIngestService({ engine: opened.engine, now: () => opened.clock.ms });
  services = [await start(), await start()];
  await ask('POST', '/v1/channels', { name: 'en', keepDays: 7 });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const service of services) await service.close();
  await opened.dispose();
});

describe('what is past its age', () => {
  it('is dropped from a quiet channel by any number of ingests at once, and nothing that is scheduled', async () => {
    for (const id of ['a', 'b', 'c']) await ask('POST', EN, { title: 'Words', id });
    const publishAt = new Date(opened.clock.ms + 30 * DAY_MS).toISOString();
    await ask('POST', EN, { title: 'To come', id: 'to-come', publishAt });
    opened.clock.ms += 8 * DAY_MS;
    stops.push(...services.map(({ ingest }) => ingest.start()));
    await until(async () => (await ask('GET', `${EN}/c`)).status === 404);
    for (const id of ['a', 'b']) expect((await ask('GET', `${EN}/${id}`)).status).toBe(404);
    expect((await ask('GET', `${EN}/to-come`)).body['status']).toBe('scheduled');
  });

  it('is asked for again and again, until there is no more, and in every round', async () => {
    const answers = [true, true, false, true, false, false];
    let asked = 0;
    const sweep = async () => answers[asked++] ?? false;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    stops.push(startSweeper({ headlines: { sweep }, log, intervalMs: 1 }));
    await until(() => asked > answers.length);
  });

  it('waits for an engine that is away, with one line in the log for its going and its coming back', async () => {
    const lines: string[] = [];
    const write = (_: object, message: string) => void lines.push(message);
    let failures = 5;
    const sweep = async () => {
      failures -= 1;
      if (failures >= 0) throw new EngineUnavailable('gone');
      return false;
    };
    const log = { info: write, warn: write, error: write };
    stops.push(startSweeper({ headlines: { sweep }, log, intervalMs: 1 }));
    await until(() => failures < -3);
    expect(lines).toEqual([
      'what is past its age waits: the store does not answer',
      'what is past its age is dropped again',
    ]);
  });
});
