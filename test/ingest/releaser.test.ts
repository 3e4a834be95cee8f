import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDesk } from '../../src/domain/desk.ts';
import { EngineUnavailable, type HeadlineStore } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { startReleaser } from '../../src/ingest/releaser.ts';
import {
  type IngestService,
  type OpenedEngine,
  openTestEngine,
  startIngestService,
} from './ingest-service.ts';

let opened: OpenedEngine;
let services: IngestService[];
const stops: (() => Promise<void> | void)[] = [];
const EN = '/v1/channels/en/headlines';
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  opened = await openTestEngine();
  services = [await startIngest(), await startIngest()];
  await ask('POST', '/v1/channels', { name: 'en' });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const service of services) await service.close();
  await opened.dispose();
});

const startIngest = () => startIngestService({ engine: opened.engine, now: () => opened.clock.ms });
const ask: IngestService['ask'] = (...request) => (services[0] as IngestService).ask(...request);
const inAnHour = () => new Date(opened.clock.ms + HOUR_MS).toISOString();

/** Stops at the end of the test, however it ends. */
const stoppable = (stop: () => Promise<void>) => {
  stops.push(stop);
  return stop;
};

/** What readers of `en` are told, from now on. */
function listen() {
  const entries: LogEntry[] = [];
  let check = () => {};
  const stop = opened.engine.feed.follow(
    'en',
    { headlines: 0, tail: 0 },
    {
      onBaseline: () => check(),
      onEntries: (more) => {
        entries.push(...more);
        check();
      },
    },
  );
  const reach = (count: number) =>
    new Promise<readonly LogEntry[]>((resolve) => {
      check = () => {
        if (entries.length >= count) resolve(entries);
      };
      check();
    });
  stops.push(stop);
  return { entries, reach };
}

/** A log that resolves when a message comes. */
function createListeningLog() {
  const messages: string[] = [];
  const waiting = new Map<string, () => void>();
  const take = (_: object, message: string) => {
    messages.push(message);
    waiting.get(message)?.();
  };
  return {
    messages,
    log: { info: take, warn: take, error: take },
    heard: (message: string) => new Promise<void>((resolve) => waiting.set(message, resolve)),
  };
}

describe('scheduled headlines', () => {
  it('are released once each by two ingests that look at the same time', async () => {
    const reader = listen();
    const count = 25;
    for (let at = 0; at < count; at += 1) {
      await ask('POST', EN, { title: `Planned ${at}`, id: `p${at}`, publishAt: inAnHour() });
    }
    opened.clock.ms += HOUR_MS;
    const started = services.map(({ ingest }) => stoppable(ingest.start()));
    await reader.reach(count);
    await Promise.all(started.map((stop) => stop()));
    // One more, so that whatever was released twice would have come before it.
    await ask('POST', EN, { title: 'Last', id: 'last' });
    const entries = await reader.reach(count + 1);
    const ids = entries.map(({ body }) => (body.change === 'retracted' ? '' : body.headline.id));
    expect(ids).toHaveLength(count + 1);
    expect(new Set(ids).size).toBe(count + 1);
    expect((await ask('GET', `${EN}/p0`)).body['history']).toMatchObject([
      { change: 'scheduled' },
      { change: 'published' },
    ]);
    const released = services.flatMap(({ logged }) =>
      logged.filter(({ message }) => message === 'scheduled headline released'),
    );
    expect(released).toHaveLength(count);
  });

  it('are not released before their time, nor once they are killed', async () => {
    const reader = listen();
    await ask('POST', EN, { title: 'Early', id: 'early', publishAt: inAnHour() });
    await ask('POST', EN, { title: 'Killed', id: 'killed', publishAt: inAnHour() });
    await ask('DELETE', `${EN}/killed`);
    // Each start looks at once, and stopping waits for it.
    const look = () => (services[0] as IngestService).ingest.start()();
    await look();
    expect((await ask('GET', `${EN}/early`)).body['status']).toBe('scheduled');
    opened.clock.ms += HOUR_MS;
    const stop = stoppable((services[0] as IngestService).ingest.start());
    const [entry] = await reader.reach(1);
    await stop();
    expect(entry?.body).toMatchObject({ change: 'published', headline: { id: 'early' } });
    expect(reader.entries).toHaveLength(1);
    expect((await ask('GET', `${EN}/killed`)).body['status']).toBe('retracted');
  });

  it('are released though there are more than a batch', async () => {
    const reader = listen();
    for (let at = 0; at < 7; at += 1) {
      await ask('POST', EN, { title: `Planned ${at}`, publishAt: inAnHour() });
    }
    opened.clock.ms += HOUR_MS;
    const { headlines } = opened.engine;
    const { log } = createListeningLog();
    const stop = stoppable(
      startReleaser({
        headlines,
        desk: createDesk(headlines),
        log,
        batch: 2,
        intervalMs: 3_600_000,
      }),
    );
    expect(await reader.reach(7)).toHaveLength(7);
    await stop();
  });

  it('outlive an engine that goes and comes back, with one line in the log for each', async () => {
    await ask('POST', EN, { title: 'Planned', id: 'planned', publishAt: inAnHour() });
    opened.clock.ms += HOUR_MS;
    let failures = 5;
    const headlines: HeadlineStore = {
      ...opened.engine.headlines,
      due: (limit) => {
        failures -= 1;
        if (failures >= 0) return Promise.reject(new EngineUnavailable('gone'));
        return opened.engine.headlines.due(limit);
      },
    };
    const { log, messages, heard } = createListeningLog();
    const back = heard('scheduled headlines are released again');
    const stop = stoppable(startReleaser({ headlines, desk: createDesk(headlines), log, intervalMs: 1 }));
    await back;
    await stop();
    expect(messages).toEqual([
      'scheduled headlines wait: the store does not answer',
      'scheduled headline released',
      'scheduled headlines are released again',
    ]);
  });

  it('are not held up by one that cannot be released', async () => {
    const reader = listen();
    for (const id of ['a-poisoned', 'b-sound']) {
      await ask('POST', EN, { title: 'Planned', id, publishAt: inAnHour() });
    }
    opened.clock.ms += HOUR_MS;
    const headlines: HeadlineStore = {
      ...opened.engine.headlines,
      read: (channel, id) =>
        id === 'a-poisoned'
          ? Promise.reject(new TypeError('poisoned'))
          : opened.engine.headlines.read(channel, id),
    };
    const { log, messages } = createListeningLog();
    const stop = stoppable(
      startReleaser({ headlines, desk: createDesk(headlines), log, intervalMs: 3_600_000 }),
    );
    const [entry] = await reader.reach(1);
    await stop();
    expect(entry?.body).toMatchObject({ headline: { id: 'b-sound' } });
    expect(messages).toContain('a scheduled headline could not be released');
  });

  it('of other channels are not held up by a server that takes nothing for now', async () => {
    const reader = listen();
    await ask('POST', '/v1/channels', { name: 'az' });
    for (const id of ['a1', 'a2']) {
      await ask('POST', '/v1/channels/az/headlines', { title: 'Planned', id, publishAt: inAnHour() });
    }
    opened.clock.ms += 1_000;
    await ask('POST', EN, { title: 'Planned later', id: 'b', publishAt: inAnHour() });
    opened.clock.ms += HOUR_MS;
    const refused: string[] = [];
    const headlines: HeadlineStore = {
      ...opened.engine.headlines,
      commit(commit) {
        if (commit.channel !== 'az') return opened.engine.headlines.commit(commit);
        refused.push(commit.id);
        return Promise.reject(new EngineUnavailable('NOREPLICAS'));
      },
    };
    const { log, messages } = createListeningLog();
    const stop = stoppable(
      startReleaser({ headlines, desk: createDesk(headlines), log, intervalMs: 3_600_000 }),
    );
    const [entry] = await reader.reach(1);
    await stop();
    expect(entry?.body).toMatchObject({ headline: { id: 'b' } });
    // Not asked again for each headline that waits there.
    expect(refused).toEqual(['a1']);
    expect(messages).toContain('scheduled headlines wait: the store does not answer');
  });

  it('stop with what is in flight done, and nothing more', async () => {
    for (const id of ['a-in-flight', 'b-next']) {
      await ask('POST', EN, { title: 'Planned', id, publishAt: inAnHour() });
    }
    opened.clock.ms += HOUR_MS;
    let isAsked = () => {};
    let release = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asks = 0;
    const headlines: HeadlineStore = {
      ...opened.engine.headlines,
      async commit(commit) {
        isAsked();
        await gate;
        return opened.engine.headlines.commit(commit);
      },
      due(limit) {
        asks += 1;
        return opened.engine.headlines.due(limit);
      },
    };
    const { log } = createListeningLog();
    const stop = stoppable(startReleaser({ headlines, desk: createDesk(headlines), log, intervalMs: 1 }));
    await asked;
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    release();
    await stopped;
    expect(asks).toBe(1);
    expect((await ask('GET', `${EN}/a-in-flight`)).body['status']).toBe('live');
    expect((await ask('GET', `${EN}/b-next`)).body['status']).toBe('scheduled');
  });
});
