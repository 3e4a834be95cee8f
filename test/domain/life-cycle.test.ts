import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeadlineDraft } from '../../src/domain/headline-input.ts';
import { type HeadlineRecord, HISTORY_LIMIT } from '../../src/domain/headline-record.ts';
import { type Command, type Decision, decide } from '../../src/domain/life-cycle.ts';

const SIX_PM = Date.UTC(2026, 10, 23, 18);
const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

const draftOf = (title: string, more: Partial<HeadlineDraft> = {}): HeadlineDraft => ({
  content: { title, language: 'en', urgency: 5, section: 'politics' },
  publishedAtMs: SIX_PM,
  ...more,
});
const later = (title: string): HeadlineDraft =>
  draftOf(title, { publishedAtMs: SIX_PM + HOUR, releaseAtMs: SIX_PM + HOUR });

const publish = (title: string): Command => ({ do: 'publish', draft: draftOf(title) });
const upsert = (title: string, version: number, change: 'updated' | 'corrected' = 'updated'): Command => ({
  do: 'upsert',
  draft: draftOf(title),
  version,
  change,
});
const retract: Command = { do: 'retract', notice: 'Withdrawn' };

/** What the commands come to, one after the other, an hour apart unless said otherwise. */
function live(commands: readonly Command[], stepMs = HOUR) {
  let record: HeadlineRecord | undefined;
  return commands.map((command, index) => {
    const before = record;
    const decision: Decision = decide('a', record, command, SIX_PM + index * stepMs);
    if (decision.kind === 'commit') record = decision.record;
    return { before, command, decision, record };
  });
}
function recordAfter(...commands: readonly Command[]): HeadlineRecord {
  const record = live(commands).at(-1)?.record;
  if (!record) throw new Error('nothing was committed');
  return record;
}

describe('a first publication', () => {
  it('is told to readers whole, at version 1, its sequence yet to be given', () => {
    const decision = decide('a', undefined, publish('Title'), SIX_PM);
    const headline = {
      ...draftOf('Title').content,
      id: 'a',
      version: 1,
      sequence: 0,
      publishedAt: iso(SIX_PM),
      updatedAt: iso(SIX_PM),
    };
    expect(decision).toEqual({
      kind: 'commit',
      record: {
        revision: 1,
        status: 'live',
        headline,
        history: [{ change: 'published', version: 1, at: iso(SIX_PM), title: 'Title' }],
      },
      body: { change: 'published', headline },
    });
  });

  it('is refused for an id that is taken, and for one that was killed', () => {
    const code = (record: HeadlineRecord) => decide('a', record, publish('Again'), SIX_PM);
    expect(code(recordAfter(publish('T')))).toMatchObject({ refusal: { code: 'headline-exists' } });
    expect(code(recordAfter(retract))).toMatchObject({ refusal: { code: 'headline-retracted' } });
  });
});

describe('an upsert', () => {
  it('changes nothing where it is known, or older than what is', () => {
    const record = recordAfter(upsert('New', 5));
    for (const version of [1, 4, 5]) {
      expect(decide('a', record, upsert('Late', version), SIX_PM)).toEqual({ kind: 'unchanged', record });
    }
  });

  it('gives a live headline new words, and leaves it where it stands in the list', () => {
    const [first, second] = live([upsert('Old', 1), upsert('New', 9, 'corrected')]);
    expect(second?.record?.headline).toEqual({
      ...first?.record?.headline,
      title: 'New',
      version: 9,
      updatedAt: iso(SIX_PM + HOUR),
    });
    expect(second?.decision).toMatchObject({ body: { change: 'corrected', headline: { title: 'New' } } });
  });

  it('says what it was filed under before, where that changes', () => {
    const record = recordAfter(publish('T'));
    const moved = draftOf('T', { content: { title: 'T', language: 'en', urgency: 1 } });
    expect(
      decide('a', record, { do: 'upsert', draft: moved, version: 2, change: 'updated' }, SIX_PM),
    ).toMatchObject({
      body: { was: { language: 'en', urgency: 5, section: 'politics' } },
    });
    expect(decide('a', record, upsert('Only words', 2), SIX_PM)).not.toHaveProperty('body.was');
  });

  const over = (record: HeadlineRecord, draft: HeadlineDraft) =>
    decide('a', record, { do: 'upsert', draft, version: 2, change: 'updated' }, SIX_PM + 60_000);
  const wordsAlone: HeadlineDraft = { content: { title: 'Better', language: 'en', urgency: 5 } };

  it('of a scheduled headline that gives no time leaves it scheduled for the same', () => {
    const record = recordAfter({ do: 'publish', draft: later('Embargoed') });
    const decision = over(record, wordsAlone);
    expect(decision).toMatchObject({
      kind: 'commit',
      record: {
        status: 'scheduled',
        releaseAt: record.releaseAt,
        headline: { title: 'Better', version: 2, publishedAt: iso(SIX_PM + HOUR) },
      },
    });
    expect(decision).not.toHaveProperty('body');
  });

  it('of a scheduled headline must not expire before the time it is scheduled for', () => {
    const record = recordAfter({ do: 'publish', draft: later('Embargoed') });
    const content = { ...wordsAlone.content, expiresAt: iso(SIX_PM + HOUR) };
    expect(over(record, { content })).toMatchObject({
      refusal: { code: 'invalid-field', errors: [{ field: 'expiresAt' }] },
    });
  });

  it('of a scheduled headline publishes it where the time given has come, and moves it where it has not', () => {
    const record = recordAfter({ do: 'publish', draft: later('Embargoed') });
    for (const publishedAtMs of [SIX_PM, SIX_PM + 60_000]) {
      const decision = over(record, { ...wordsAlone, publishedAtMs });
      expect(decision).toMatchObject({
        record: { status: 'live' },
        body: { change: 'published', headline: { title: 'Better', publishedAt: iso(publishedAtMs) } },
      });
      expect(decision).not.toHaveProperty('record.releaseAt');
    }
    const moved = { publishedAtMs: SIX_PM + 2 * HOUR, releaseAtMs: SIX_PM + 2 * HOUR };
    expect(over(record, { ...wordsAlone, ...moved })).toMatchObject({
      record: { status: 'scheduled', releaseAt: iso(SIX_PM + 2 * HOUR) },
    });
  });

  it('of what is not scheduled is published now where it gives no time', () => {
    const decision = decide(
      'a',
      undefined,
      { do: 'upsert', draft: wordsAlone, version: 1, change: 'updated' },
      SIX_PM,
    );
    expect(decision).toMatchObject({
      record: { status: 'live', headline: { publishedAt: iso(SIX_PM), updatedAt: iso(SIX_PM) } },
    });
  });

  it('of a live headline cannot be scheduled: its words would be seen early', () => {
    const command: Command = { do: 'upsert', draft: later('Embargoed'), version: 2, change: 'updated' };
    expect(decide('a', recordAfter(publish('T')), command, SIX_PM)).toMatchObject({
      refusal: { code: 'invalid-field', errors: [{ field: 'publishAt' }] },
    });
  });
});

const amend = (fields: Record<string, unknown>, ifVersion?: number): Command => ({
  do: 'amend',
  patch: { change: 'corrected', fields },
  ifVersion,
});

describe('an amendment', () => {
  it('changes the fields it names, takes away those that are undefined, and keeps the others', () => {
    const { headline } = recordAfter(publish('Old'), amend({ title: 'New', section: undefined }));
    expect(headline).toMatchObject({ title: 'New', version: 2, language: 'en', publishedAt: iso(SIX_PM) });
    expect(headline).not.toHaveProperty('section');
  });

  it('does not inherit the notice of an earlier correction', () => {
    const { headline, history } = recordAfter(
      publish('T'),
      amend({ title: 'U', notice: 'Corrects the name' }),
      amend({ title: 'V' }),
    );
    expect(headline).not.toHaveProperty('notice');
    expect(history.map(({ notice }) => notice)).toEqual([undefined, 'Corrects the name', undefined]);
  });

  it('is refused over another version than the one it was made for', () => {
    const record = recordAfter(publish('T'), amend({ title: 'U' }));
    expect(decide('a', record, amend({ title: 'V' }, 1), SIX_PM)).toMatchObject({
      refusal: { code: 'stale-version' },
    });
    expect(decide('a', record, amend({ title: 'V' }, 2), SIX_PM)).toMatchObject({
      record: { headline: { version: 3 } },
    });
  });

  it('is refused for what is unknown or killed, and for an expiry before the publication', () => {
    expect(decide('a', undefined, amend({ title: 'U' }), SIX_PM)).toMatchObject({
      refusal: { code: 'unknown-headline' },
    });
    expect(decide('a', recordAfter(retract), amend({ title: 'U' }), SIX_PM)).toMatchObject({
      refusal: { code: 'headline-retracted' },
    });
    expect(decide('a', recordAfter(publish('T')), amend({ expiresAt: iso(SIX_PM) }), SIX_PM)).toMatchObject({
      refusal: { code: 'invalid-field', errors: [{ field: 'expiresAt' }] },
    });
  });
});

describe('a kill', () => {
  it('tells readers the id and the notice, and never the text', () => {
    const { decision, record } = live([publish('Secret words'), retract])[1] ?? {};
    expect(decision).toMatchObject({
      body: { change: 'retracted', id: 'a', version: 2, notice: 'Withdrawn', was: { section: 'politics' } },
    });
    expect(JSON.stringify(decision?.kind === 'commit' && decision.body)).not.toContain('Secret');
    expect(record).toMatchObject({ status: 'retracted' });
  });

  it('of an id never seen leaves a tombstone, and tells readers', () => {
    expect(decide('a', undefined, retract, SIX_PM)).toMatchObject({
      record: { revision: 1, status: 'retracted', headline: { version: 1, title: '' } },
      body: { change: 'retracted', id: 'a', version: 1 },
    });
  });

  it('of a scheduled story tells no one that there was one', () => {
    const [, killed] = live([{ do: 'publish', draft: later('Embargoed') }, retract]);
    expect(killed?.decision).toMatchObject({ kind: 'commit', record: { status: 'retracted' } });
    expect(killed?.decision).not.toHaveProperty('body');
    expect(killed?.record).not.toHaveProperty('releaseAt');
  });

  it('said twice changes nothing, and is refused over another version', () => {
    const record = recordAfter(publish('T'), retract);
    expect(decide('a', record, retract, SIX_PM)).toEqual({ kind: 'unchanged', record });
    expect(decide('a', recordAfter(publish('T')), { do: 'retract', ifVersion: 7 }, SIX_PM)).toMatchObject({
      refusal: { code: 'stale-version' },
    });
  });
});

describe('a release', () => {
  it('publishes at the time that was set, and tells when it went out, however late it runs', () => {
    const record = recordAfter({ do: 'publish', draft: later('Embargoed') });
    const released = decide('a', record, { do: 'release' }, SIX_PM + 2 * HOUR);
    const times = { publishedAt: iso(SIX_PM + HOUR), updatedAt: iso(SIX_PM + 2 * HOUR) };
    expect(released).toMatchObject({
      record: { status: 'live', headline: { version: 1, ...times } },
      body: { change: 'published', headline: { title: 'Embargoed', ...times } },
    });
    expect(released).toHaveProperty('record.history.1.at', times.updatedAt);
    expect(released).not.toHaveProperty('record.releaseAt');
  });

  it('says nothing of the changes before it: nobody saw the version that their notice explains', () => {
    const record = recordAfter(
      { do: 'publish', draft: later('Embargoed') },
      amend({ title: 'Mended', notice: 'Corrects the name of the embargoed' }),
    );
    const released = decide('a', record, { do: 'release' }, SIX_PM + HOUR);
    expect(released).toMatchObject({ body: { change: 'published', headline: { title: 'Mended' } } });
    expect(released).not.toHaveProperty('body.headline.notice');
    expect(released).not.toHaveProperty('record.headline.notice');
    expect(record.history.at(-1)?.notice).toBe('Corrects the name of the embargoed');
  });

  it('changes nothing before its time, and is refused where nothing is scheduled', () => {
    const record = recordAfter({ do: 'publish', draft: later('Embargoed') });
    expect(decide('a', record, { do: 'release' }, SIX_PM + HOUR - 1)).toEqual({ kind: 'unchanged', record });
    for (const other of [undefined, recordAfter(publish('T')), recordAfter(retract)]) {
      expect(decide('a', other, { do: 'release' }, SIX_PM)).toMatchObject({
        refusal: { code: 'unknown-headline' },
      });
    }
  });
});

describe('whatever comes, in whatever order', () => {
  const titles = fc.constantFrom('A', 'B', 'C');
  const drafts = fc.oneof(
    titles.map((title) => draftOf(title)),
    titles.map(later),
    titles.map((title) => ({ content: { title, language: 'en', urgency: 5, notice: 'N' } as const })),
  );
  const versions = fc.integer({ min: 1, max: 12 });
  const changes = fc.constantFrom('updated' as const, 'corrected' as const);
  const ifVersion = fc.option(versions, { nil: undefined });
  const commands: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ do: fc.constant('publish' as const), draft: drafts }),
    fc.record({ do: fc.constant('upsert' as const), draft: drafts, version: versions, change: changes }),
    fc.record({
      do: fc.constant('amend' as const),
      patch: fc.record({ change: changes, fields: fc.record({ title: titles }) }),
      ifVersion,
    }),
    fc.record({ do: fc.constant('retract' as const), ifVersion }),
    fc.record({ do: fc.constant('release' as const) }),
  );
  const lives = fc.array(commands, { maxLength: 30 }).map((all) => live(all, HOUR / 4));
  const holds = (rule: (step: ReturnType<typeof live>[number]) => void) =>
    fc.assert(
      fc.property(lives, (steps) => {
        for (const step of steps) rule(step);
      }),
      { numRuns: 300 },
    );

  it('the tombstone stays: nothing follows a kill', () => {
    holds(({ before, decision, record }) => {
      if (before?.status !== 'retracted') return;
      expect(decision.kind).not.toBe('commit');
      expect(record).toBe(before);
    });
  });

  it('revisions grow by one, and versions only grow; a release alone keeps the version', () => {
    holds(({ before, command, decision }) => {
      if (decision.kind !== 'commit') return;
      const { revision, headline } = decision.record;
      expect(revision).toBe((before?.revision ?? 0) + 1);
      if (!before) return;
      if (command.do === 'release') expect(headline.version).toBe(before.headline.version);
      else expect(headline.version).toBeGreaterThan(before.headline.version);
    });
  });

  it('what is scheduled is told to no one, and has a time of release; nothing else has one', () => {
    holds(({ before, decision }) => {
      if (decision.kind !== 'commit') return;
      const isScheduled = decision.record.status === 'scheduled';
      expect(decision.record.releaseAt !== undefined).toBe(isScheduled);
      const isHidden =
        isScheduled || (before?.status === 'scheduled' && decision.record.status === 'retracted');
      expect(decision.body === undefined).toBe(isHidden);
    });
  });

  it('a plan is published by a time that has come, and by nothing else, and then has no notice', () => {
    holds(({ before, command, decision, record }) => {
      if (command.do === 'release' && decision.kind === 'commit')
        expect(decision.record.headline).not.toHaveProperty('notice');
      if (before?.status !== 'scheduled' || record?.status !== 'live') return;
      expect(
        command.do === 'release' || (command.do === 'upsert' && command.draft.publishedAtMs),
      ).toBeTruthy();
    });
  });

  it('readers are told `published` first and once, and never of what is not live', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const told = steps.flatMap(({ decision }) =>
          decision.kind === 'commit' && decision.body ? [decision.body.change] : [],
        );
        const [first, ...rest] = told;
        if (first !== undefined) expect(['published', 'retracted']).toContain(first);
        expect(rest).not.toContain('published');
        expect(told.indexOf('retracted')).toBe(told.includes('retracted') ? told.length - 1 : -1);
      }),
      { numRuns: 300 },
    );
  });

  it('a live headline keeps its publication and its sequence, and states what readers were told', () => {
    holds(({ before, decision }) => {
      if (decision.kind !== 'commit') return;
      if (before?.status === 'live') {
        expect(decision.record.headline.publishedAt).toBe(before.headline.publishedAt);
        expect(decision.record.headline.sequence).toBe(before.headline.sequence);
      }
      if (decision.body && decision.body.change !== 'retracted') {
        expect(decision.body.headline).toEqual(decision.record.headline);
      }
    });
  });

  it('the history ends with the change, keeps its beginning, and is bounded', () => {
    holds(({ before, decision }) => {
      if (decision.kind !== 'commit') return;
      const { history, headline } = decision.record;
      expect(history.at(-1)).toMatchObject({ version: headline.version, title: headline.title });
      if (before) expect(history[0]).toEqual(before.history[0]);
    });
    const long = recordAfter(...Array.from({ length: 80 }, (_, n) => upsert(`T${n}`, n + 1)));
    expect(long.history).toHaveLength(HISTORY_LIMIT);
    expect(long.history[0]).toMatchObject({ change: 'published', version: 1 });
    expect(long.history.slice(1).map(({ version }) => version)).toEqual(
      Array.from({ length: HISTORY_LIMIT - 1 }, (_, n) => 80 - HISTORY_LIMIT + 2 + n),
    );
  });
});
