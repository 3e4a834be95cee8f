import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { headlineSchema } from '../../src/domain/wire-schema.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import {
  type IngestService,
  type OpenedEngine,
  openIngest,
  type Reply,
  SIX_PM_MS,
} from './ingest-service.ts';

let opened: OpenedEngine;
let service: IngestService;
let ask: IngestService['ask'];
const EN = '/v1/channels/en/headlines';

beforeAll(async () => {
  ({ opened, service, ask } = await openIngest([{ name: 'en', language: 'en', timeZone: 'Asia/Baku' }]));
});
afterAll(async () => {
  await service?.close();
  await opened?.dispose();
});

const headlineOf = ({ body }: Reply): Headline => body['headline'] as Headline;
const inAnHour = () => new Date(opened.clock.ms + 3_600_000).toISOString();

/** How many entries the log of `en` has. */
const logLength = (): Promise<number> =>
  new Promise((resolve) => {
    const stop = opened.engine.feed.follow(
      'en',
      { headlines: 0, tail: 0 },
      {
        onBaseline: ({ head }) => {
          resolve(head.sequence);
          setImmediate(() => stop());
        },
        onEntries: () => {},
      },
    );
  });

describe('publishing', () => {
  it('answers 201 with the headline, its cursor, its place and its version', async () => {
    const reply = await ask('POST', EN, { title: ' Bridge opens ', section: 'city', urgency: 2 });
    expect(reply.status).toBe(201);
    const headline = headlineOf(reply);
    expect(headline).toMatchObject({ title: 'Bridge opens', section: 'city', urgency: 2, language: 'en' });
    expect(headline).toMatchObject({ version: 1, publishedAt: new Date(SIX_PM_MS).toISOString() });
    expect(reply.body['cursor']).toMatch(/^[\w-]+\.\d+\.[\w-]+$/);
    expect(reply.headers.get('location')).toBe(`${EN}/${headline.id}`);
    expect(reply.headers.get('etag')).toBe('"1"');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(z.strictObject(headlineSchema.shape).safeParse(headline).error).toBeUndefined();
  });

  it('answers with every field that a headline may have, and nothing else', async () => {
    const full = {
      id: 'full',
      title: 'Everything at once',
      language: 'az',
      urgency: 3,
      url: 'https://site.example/a',
      section: 'city',
      tags: ['x', 'y'],
      labels: ['live', 'photo'],
      image: { url: 'https://site.example/a.jpg', width: 10, height: 20, alt: 'A bridge' },
      source: 'Agency',
      byline: 'A. Writer',
      summary: 'Long.',
      replaces: 'other',
      expiresAt: inAnHour(),
      notice: 'Public words',
    };
    const reply = await ask('POST', EN, full);
    expect(headlineOf(reply)).toMatchObject(full);
    expect(z.strictObject(headlineSchema.shape).safeParse(headlineOf(reply)).error).toBeUndefined();
  });

  it('keeps a title of markup as the text it is', async () => {
    const title = '<img src=x onerror=alert(1)> &amp; "quotes"';
    expect(headlineOf(await ask('POST', EN, { title })).title).toBe(title);
  });

  it('takes an id of any printable characters, in the body and encoded in the address', async () => {
    const id = 'cms/2026/11:23?a=b&c%d#e';
    const reply = await ask('POST', EN, { title: 'Odd id', id });
    expect(reply.status).toBe(201);
    const place = String(reply.headers.get('location'));
    expect(headlineOf(await ask('GET', place)).id).toBe(id);
  });

  it('refuses a second headline of one id', async () => {
    await ask('POST', EN, { title: 'First', id: 'twice' });
    const reply = await ask('POST', EN, { title: 'Second', id: 'twice' });
    expect([reply.status, reply.code]).toEqual([409, 'headline-exists']);
  });

  it('takes bodies at the limit, whole or in chunks', async () => {
    const frame = JSON.stringify({ title: 'Padded', section: 'x' });
    const body = frame + ' '.repeat(65_536 - frame.length);
    expect((await ask('POST', EN, undefined, { raw: body })).status).toBe(201);
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < body.length; at += 7_000) {
          controller.enqueue(new TextEncoder().encode(body.slice(at, at + 7_000)));
        }
        controller.close();
      },
    });
    expect((await ask('POST', EN, undefined, { raw: chunks })).status).toBe(201);
  });
});

describe('scheduling', () => {
  it('answers 202 with the time, and says nothing in the log', async () => {
    const before = await logLength();
    const reply = await ask('POST', EN, { title: 'Later', id: 'later', publishAt: inAnHour() });
    expect(reply.status).toBe(202);
    expect(reply.body['publishAt']).toBe(inAnHour());
    expect(reply.body).not.toHaveProperty('cursor');
    expect(await logLength()).toBe(before);
    const seen = await ask('GET', `${EN}/later`);
    expect(seen.body).toMatchObject({ status: 'scheduled', releaseAt: inAnHour() });
  });

  it('reads a local time in the zone given', async () => {
    const reply = await ask('POST', EN, {
      title: 'At eleven',
      publishAt: '2026-11-23 23:00',
      timeZone: 'Asia/Baku',
    });
    expect(reply.body['publishAt']).toBe('2026-11-23T19:00:00.000Z');
  });

  it('answers a PUT with 202, also one of new words that names no time, and publishes with one whose time has come', async () => {
    const planned = await ask('PUT', `${EN}/plan`, { title: 'Plan', version: 1, publishAt: inAnHour() });
    expect([planned.status, planned.body['applied'], planned.body['publishAt']]).toEqual([
      202,
      true,
      inAnHour(),
    ]);
    const before = await logLength();
    const better = await ask('PUT', `${EN}/plan`, { title: 'Better plan', version: 2 });
    expect([better.status, better.body['publishAt']]).toEqual([202, inAnHour()]);
    expect(better.body).toMatchObject({ applied: true, headline: { title: 'Better plan', version: 2 } });
    expect(await logLength()).toBe(before);
    const publishAt = new Date(opened.clock.ms).toISOString();
    const now = await ask('PUT', `${EN}/plan`, { title: 'Now', version: 3, publishAt });
    expect([now.status, now.body['applied']]).toEqual([200, true]);
    expect(now.body).toHaveProperty('cursor');
  });

  it('changes a planned headline without a word to readers', async () => {
    await ask('POST', EN, { title: 'Plan', id: 'replan', publishAt: inAnHour() });
    const before = await logLength();
    const reply = await ask('PATCH', `${EN}/replan`, { change: 'updated', title: 'Better plan' });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ headline: { title: 'Better plan' }, publishAt: inAnHour() });
    expect(await logLength()).toBe(before);
  });

  it('refuses to schedule new words for what readers see already', async () => {
    await ask('PUT', `${EN}/seen`, { title: 'Seen', version: 1 });
    const before = await logLength();
    const reply = await ask('PUT', `${EN}/seen`, { title: 'Embargoed', version: 2, publishAt: inAnHour() });
    expect([reply.status, reply.fields]).toEqual([422, ['publishAt']]);
    expect(await logLength()).toBe(before);
  });
});

describe('upserting', () => {
  it('is 201 when new and 200 when it changes something', async () => {
    const first = await ask('PUT', `${EN}/cms-1`, { title: 'One', version: 3 });
    expect([first.status, first.body['applied'], headlineOf(first).version]).toEqual([201, true, 3]);
    const second = await ask('PUT', `${EN}/cms-1`, { title: 'Two', version: 7 });
    expect([second.status, second.body['applied'], headlineOf(second).title]).toEqual([200, true, 'Two']);
    expect(second.headers.get('etag')).toBe('"7"');
  });

  it('changes nothing for an older or equal version', async () => {
    await ask('PUT', `${EN}/cms-2`, { title: 'Five', version: 5 });
    const before = await logLength();
    for (const version of [1, 4, 5]) {
      const reply = await ask('PUT', `${EN}/cms-2`, { title: 'Late', version });
      expect([reply.status, reply.body['applied'], headlineOf(reply).title]).toEqual([200, false, 'Five']);
      expect(reply.body).not.toHaveProperty('cursor');
    }
    expect(await logLength()).toBe(before);
  });

  it('never brings a killed headline back, however late or high the retries, and never says its text', async () => {
    await ask('PUT', `${EN}/cms-3`, { title: 'Libel about someone', version: 1 });
    await ask('DELETE', `${EN}/cms-3`, { notice: 'Withdrawn' });
    const before = await logLength();
    for (const version of [9, 1, 2, 1]) {
      const reply = await ask('PUT', `${EN}/cms-3`, { title: 'Libel about someone', version });
      expect(reply.status).toBe(200);
      expect(reply.body).toMatchObject({
        applied: false,
        id: 'cms-3',
        status: 'retracted',
        notice: 'Withdrawn',
      });
      expect(reply.text).not.toContain('Libel');
    }
    expect(await logLength()).toBe(before);
  });

  it('says of a kill whether there was anything to kill', async () => {
    await ask('PUT', `${EN}/cms-5`, { title: 'There', version: 1 });
    expect((await ask('DELETE', `${EN}/cms-5`)).body).not.toHaveProperty('inAdvance');
    expect((await ask('DELETE', `${EN}/cms-five`)).body).toMatchObject({ applied: true, inAdvance: true });
  });

  it('settles on the highest version when all arrive at once', async () => {
    const versions = [4, 2, 8, 1, 6, 3, 7, 5];
    await Promise.all(
      versions.map((version) => ask('PUT', `${EN}/cms-4`, { title: `Version ${version}`, version })),
    );
    expect(headlineOf(await ask('GET', `${EN}/cms-4`))).toMatchObject({ version: 8, title: 'Version 8' });
  });
});

describe('amending', () => {
  it('corrects with a notice, keeps the rest, and takes away what is null', async () => {
    await ask('POST', EN, { title: 'Ten hurt', id: 'amend-1', section: 'city', summary: 'Old' });
    const reply = await ask('PATCH', `${EN}/amend-1`, {
      change: 'corrected',
      title: 'Two hurt',
      summary: null,
      notice: 'An earlier version had a wrong number',
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toHaveProperty('cursor');
    expect(headlineOf(reply)).toMatchObject({ version: 2, title: 'Two hurt', section: 'city' });
    expect(headlineOf(reply)).not.toHaveProperty('summary');
    expect(headlineOf(reply).notice).toBe('An earlier version had a wrong number');
  });

  it('goes by If-Match in each of its spellings, and refuses a stale one', async () => {
    await ask('POST', EN, { title: 'Zero', id: 'amend-2' });
    const amend = (ifMatch: string) =>
      ask(
        'PATCH',
        `${EN}/amend-2`,
        { change: 'updated', title: `If ${ifMatch.length}` },
        { headers: { 'if-match': ifMatch } },
      );
    expect((await amend('"1"')).status).toBe(200);
    expect((await amend('W/"2"')).status).toBe(200);
    expect((await amend('3')).status).toBe(200);
    expect((await amend('*')).status).toBe(200);
    const stale = await amend('"4"');
    expect([stale.status, stale.code]).toEqual([409, 'stale-version']);
    for (const wrong of ['"four"', '"1", "2"', '"0"', '"1', '-1', '""', '"9999999999999999"']) {
      const reply = await amend(wrong);
      expect([wrong, reply.status, reply.fields]).toEqual([wrong, 422, ['If-Match']]);
    }
  });

  it('lets one of many writers of one version through', async () => {
    await ask('POST', EN, { title: 'Contested', id: 'amend-3' });
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((title) =>
        ask('PATCH', `${EN}/amend-3`, { change: 'updated', title }, { headers: { 'if-match': '"1"' } }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
  });

  it('does not know what was never posted, and does not touch what was killed', async () => {
    const unknown = await ask('PATCH', `${EN}/never`, { change: 'updated', title: 'x' });
    expect([unknown.status, unknown.code]).toEqual([404, 'unknown-headline']);
    await ask('POST', EN, { title: 'Secret words', id: 'amend-4' });
    await ask('DELETE', `${EN}/amend-4`);
    const gone = await ask('PATCH', `${EN}/amend-4`, { change: 'updated', title: 'x' });
    expect([gone.status, gone.code]).toEqual([410, 'headline-retracted']);
    expect(gone.text).not.toContain('Secret');
    const again = await ask('POST', EN, { title: 'x', id: 'amend-4' });
    expect([again.status, again.code]).toEqual([410, 'headline-retracted']);
    expect(again.text).not.toContain('Secret');
  });
});

describe('killing', () => {
  it('answers with the tombstone and without the text, the second time with nothing applied', async () => {
    await ask('POST', EN, { title: 'Wrong story', id: 'kill-1' });
    const first = await ask('DELETE', `${EN}/kill-1`, { notice: 'Withdrawn' });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ applied: true, id: 'kill-1', version: 2, notice: 'Withdrawn' });
    expect(first.body).toHaveProperty('cursor');
    expect(first.text).not.toContain('Wrong');
    const second = await ask('DELETE', `${EN}/kill-1`, { notice: 'Other words' });
    expect(second.body).toMatchObject({ applied: false, id: 'kill-1', version: 2, notice: 'Withdrawn' });
    expect(second.body).not.toHaveProperty('cursor');
  });

  it('takes no body, an empty one, or a notice', async () => {
    expect((await ask('DELETE', `${EN}/kill-2`)).status).toBe(200);
    expect((await ask('DELETE', `${EN}/kill-3`, {})).status).toBe(200);
    expect((await ask('DELETE', `${EN}/kill-4`, undefined, { raw: '' })).status).toBe(200);
    expect((await ask('DELETE', `${EN}/kill-5`, { reason: 'x' })).fields).toEqual(['reason']);
  });

  it('beats a headline that comes after it', async () => {
    const kill = await ask('DELETE', `${EN}/kill-6`);
    expect(kill.body).toMatchObject({ applied: true, id: 'kill-6' });
    const late = await ask('PUT', `${EN}/kill-6`, { title: 'Late', version: 12 });
    expect(late.body).toMatchObject({ applied: false, status: 'retracted' });
  });

  it('goes by If-Match where it is given', async () => {
    await ask('POST', EN, { title: 'Kept', id: 'kill-7' });
    const stale = await ask('DELETE', `${EN}/kill-7`, undefined, { headers: { 'if-match': '"2"' } });
    expect([stale.status, stale.code]).toEqual([409, 'stale-version']);
  });

  it('of a scheduled headline tells readers nothing', async () => {
    await ask('POST', EN, { title: 'Secret plan', id: 'kill-8', publishAt: inAnHour() });
    const before = await logLength();
    expect((await ask('DELETE', `${EN}/kill-8`)).body).not.toHaveProperty('cursor');
    expect(await logLength()).toBe(before);
  });
});

describe('looking back', () => {
  it('shows staff the headline, its state and its history, with the text of what was killed', async () => {
    await ask('POST', EN, { title: 'First words', id: 'back' });
    await ask('PATCH', `${EN}/back`, { change: 'corrected', title: 'Second words', notice: 'Fixed' });
    await ask('DELETE', `${EN}/back`, { notice: 'Withdrawn' });
    const reply = await ask('GET', `${EN}/back`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('etag')).toBe('"3"');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.body['status']).toBe('retracted');
    expect(reply.body['history']).toMatchObject([
      { change: 'published', version: 1, title: 'First words' },
      { change: 'corrected', version: 2, title: 'Second words', notice: 'Fixed' },
      { change: 'retracted', version: 3, notice: 'Withdrawn' },
    ]);
  });

  it('answers HEAD as GET, without the body', async () => {
    await ask('POST', EN, { title: 'Headed', id: 'head' });
    const reply = await ask('HEAD', `${EN}/head`);
    expect([reply.status, reply.headers.get('etag'), reply.text]).toEqual([200, '"1"', '']);
  });

  it('does not know what was never posted', async () => {
    const reply = await ask('GET', `${EN}/nothing`);
    expect([reply.status, reply.code]).toEqual([404, 'unknown-headline']);
  });
});
