import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/until.ts';
import { type IngestService, makeKey, type OpenedEngine, openIngest } from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;
let ask: IngestService['ask'];
const EN = '/v1/channels/en/headlines';
const SCHEDULED = '/v1/channels/en/scheduled';
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  ({ opened, service, ask } = await openIngest([{ name: 'en' }, { name: 'az' }]));
});
afterEach(async () => {
  await service.close();
  await opened.dispose();
});
const inHours = (hours: number) => new Date(opened.clock.ms + hours * HOUR_MS).toISOString();
const listed = async (query = '') =>
  ((await ask('GET', SCHEDULED + query)).body['scheduled'] as { headline: { id: string } }[]).map(
    ({ headline }) => headline.id,
  );

describe('the list of what is scheduled', () => {
  it('has what is to come with its time, earliest first, and how much there is', async () => {
    await ask('POST', EN, { title: 'Now', id: 'now' });
    await ask('POST', EN, { title: 'Later', id: 'later', publishAt: inHours(2) });
    await ask('POST', EN, { title: 'Soon', id: 'soon', publishAt: inHours(1) });
    await ask('POST', '/v1/channels/az/headlines', { title: 'Elsewhere', publishAt: inHours(1) });
    const { status, headers, body } = await ask('GET', SCHEDULED);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({
      channel: 'en',
      total: 2,
      scheduled: [
        { headline: { id: 'soon', title: 'Soon', publishedAt: inHours(1) }, publishAt: inHours(1) },
        { headline: { id: 'later' }, publishAt: inHours(2) },
      ],
    });
    expect((await ask('GET', `${SCHEDULED}?limit=1`)).body).toMatchObject({
      total: 2,
      scheduled: [{ headline: { id: 'soon' } }],
    });
  });

  it('leaves its words in no log, whatever becomes of it', async () => {
    for (const id of ['released', 'killed', 'refused']) {
      await ask('POST', EN, { title: 'Embargoed', summary: 'Embargoed', id, publishAt: inHours(1) });
    }
    await ask('PATCH', `${EN}/released`, { change: 'corrected', title: 'Embargoed still' });
    await ask('PUT', `${EN}/refused`, { title: 'Embargoed', version: 'two' });
    await ask('DELETE', `${EN}/killed`, { notice: 'Embargoed' });
    opened.clock.ms += HOUR_MS;
    const stop = service.ingest.start();
    await until(async () => (await listed()).length === 0);
    await stop();
    expect(service.logged.map(({ message }) => message)).toContain('scheduled headline released');
    expect(JSON.stringify(service.logged)).not.toContain('Embargoed');
  });

  it('follows what becomes of each: edited, moved, killed, released', async () => {
    for (const id of ['edited', 'moved', 'killed', 'sent']) {
      await ask('POST', EN, { title: 'Words', id, publishAt: inHours(2) });
    }
    await ask('PATCH', `${EN}/edited`, { change: 'corrected', title: 'Better words' });
    await ask('PUT', `${EN}/moved`, { title: 'Words', version: 2, publishAt: inHours(1) });
    await ask('DELETE', `${EN}/killed`);
    await ask('PUT', `${EN}/sent`, { title: 'Words', version: 2, publishAt: inHours(0) });
    expect(await listed()).toEqual(['moved', 'edited']);
    await ask('PUT', `${EN}/moved`, { title: 'Words', version: 3, publishAt: inHours(3) });
    expect(await listed()).toEqual(['edited', 'moved']);
    // An older version moves nothing.
    await ask('PUT', `${EN}/moved`, { title: 'Words', version: 2, publishAt: inHours(1) });
    expect(await listed()).toEqual(['edited', 'moved']);
  });

  it('is for those who may publish in the channel only', async () => {
    await ask('POST', EN, { title: 'Embargoed', publishAt: inHours(1) });
    const own = await makeKey(service, { scopes: ['publish'], channels: ['en'] });
    const other = await makeKey(service, { scopes: ['publish'], channels: ['az'] });
    expect((await ask('GET', SCHEDULED, undefined, { key: own.secret })).status).toBe(200);
    for (const key of [null, other.secret]) {
      const reply = await ask('GET', SCHEDULED, undefined, { key });
      expect([401, 403]).toContain(reply.status);
      expect(reply.text).not.toContain('Embargoed');
    }
    expect((await ask('GET', '/v1/channels/nowhere/scheduled')).code).toBe('unknown-channel');
  });

  it.each(['?limit=0', '?limit=501', '?limit=ten', '?limit=1&limit=2', '?last=1'])(
    'refuses %s',
    async (query) => {
      const reply = await ask('GET', SCHEDULED + query);
      expect([reply.status, reply.fields]).toEqual([422, [query.slice(1).split('=')[0]]]);
    },
  );
});
