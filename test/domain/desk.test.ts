import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDesk, fingerprint, newHeadlineId, newTag } from '../../src/domain/desk.ts';
import type { Commit, CommitResult, HeadlineStore, ReceiptResult } from '../../src/domain/engine.ts';
import { headlineId } from '../../src/domain/headline-input.ts';
import type { HeadlineRecord } from '../../src/domain/headline-record.ts';
import type { Command } from '../../src/domain/life-cycle.ts';

const SIX_PM = Date.UTC(2026, 10, 23, 18);
const publish: Command = {
  do: 'publish',
  draft: { content: { title: 'Title', language: 'en', urgency: 5 }, publishedAtMs: SIX_PM },
};
const idempotency = { key: 'k', fingerprint: 'f', ttlMs: 1_000 };

/** A store that answers as it is told; where it is told nothing, it commits. */
function createFakeStore(answers: {
  records?: (HeadlineRecord | undefined)[];
  results?: CommitResult[];
  receipt?: ReceiptResult;
}) {
  const commits: Commit[] = [];
  const records = [...(answers.records ?? [])];
  const results = [...(answers.results ?? [])];
  let record: HeadlineRecord | undefined;
  const store: Pick<HeadlineStore, 'now' | 'read' | 'commit' | 'receipt'> = {
    now: async () => SIX_PM,
    read: async () => (records.length > 0 ? records.shift() : record),
    async commit(commit) {
      commits.push(commit);
      const result = results.shift();
      if (result) return result;
      record = commit.record;
      const cursor = { epoch: 'e', sequence: commits.length, tag: commit.entry?.tag ?? '' };
      return {
        kind: 'committed',
        receipt: { id: commit.id, record, ...(commit.entry && { cursor }) },
      };
    },
    receipt: async () => answers.receipt ?? { kind: 'absent' },
  };
  return { store, commits };
}
const deskOn = (store: Parameters<typeof createDesk>[0]) => createDesk(store, { randomTag: () => 'tag' });

describe('a desk', () => {
  it('commits what was decided, over the revision it read, and says where it stands', async () => {
    const { store, commits } = createFakeStore({});
    const outcome = await deskOn(store).submit('en', 'a', publish, { idempotency });
    expect(outcome).toMatchObject({
      ok: true,
      value: { id: 'a', cursor: 'e.1.tag', applied: true, repeated: false, record: { status: 'live' } },
    });
    expect(commits).toMatchObject([
      {
        channel: 'en',
        id: 'a',
        expectedRevision: 0,
        entry: { tag: 'tag', at: new Date(SIX_PM).toISOString() },
        idempotency,
      },
    ]);
    expect(JSON.parse(commits[0]?.entry?.json ?? '')).toMatchObject({ change: 'published' });
  });

  it('writes no entry for what readers must not know', async () => {
    const { store, commits } = createFakeStore({});
    const draft = { ...publish.draft, publishedAtMs: SIX_PM + 1, releaseAtMs: SIX_PM + 1 };
    const outcome = await deskOn(store).submit('en', 'a', { do: 'publish', draft });
    expect(outcome).toMatchObject({ ok: true, value: { applied: true } });
    expect(outcome).not.toHaveProperty('value.cursor');
    expect(commits[0]).not.toHaveProperty('entry');
  });

  it('decides anew where someone committed in between', async () => {
    const other = createFakeStore({});
    await deskOn(other.store).submit('en', 'a', publish);
    const taken = await other.store.read('en', 'a');
    const { store, commits } = createFakeStore({
      records: [undefined, taken],
      results: [{ kind: 'conflict' }],
    });
    const outcome = await deskOn(store).submit('en', 'a', { do: 'retract' });
    expect(outcome).toMatchObject({ ok: true, value: { record: { status: 'retracted', revision: 2 } } });
    expect(commits.map(({ expectedRevision }) => expectedRevision)).toEqual([0, 1]);
  });

  it('gives up after its attempts, and says so', async () => {
    const results = Array.from({ length: 20 }, (): CommitResult => ({ kind: 'conflict' }));
    const { store, commits } = createFakeStore({ results });
    expect(await deskOn(store).submit('en', 'a', publish)).toMatchObject({
      ok: false,
      refusal: { code: 'stale-version' },
    });
    expect(commits).toHaveLength(20);
  });

  it('answers a repeat with what came of it the first time, though its decision would be another now', async () => {
    const { store } = createFakeStore({});
    await deskOn(store).submit('en', 'a', publish);
    const record = await store.read('en', 'a');
    if (!record) throw new Error('nothing was kept');
    const receipt = { id: 'a', record, cursor: { epoch: 'e', sequence: 1, tag: 'first' } };
    const repeat = createFakeStore({ records: [record], receipt: { kind: 'repeated', receipt } });
    expect(await deskOn(repeat.store).submit('en', 'a', publish, { idempotency })).toMatchObject({
      ok: true,
      value: { repeated: true, cursor: 'e.1.first' },
    });
    expect(repeat.commits).toEqual([]);

    const withoutKey = createFakeStore({ records: [record], receipt: { kind: 'repeated', receipt } });
    expect(await deskOn(withoutKey.store).submit('en', 'a', publish)).toMatchObject({
      refusal: { code: 'headline-exists' },
    });
  });

  it('refuses another request under the same key, an unknown channel, and one plan too many', async () => {
    for (const [kind, code] of [
      ['key-reused', 'key-reused'],
      ['unknown-channel', 'unknown-channel'],
      ['schedule-full', 'limit-reached'],
    ] as const) {
      const { store } = createFakeStore({ results: [{ kind }] });
      expect(await deskOn(store).submit('en', 'a', publish, { idempotency })).toMatchObject({
        ok: false,
        refusal: { code },
      });
    }
  });

  it('says where nothing changed', async () => {
    const { store, commits } = createFakeStore({});
    const desk = deskOn(store);
    await desk.submit('en', 'a', { do: 'retract' });
    expect(await desk.submit('en', 'a', { do: 'retract' })).toMatchObject({
      ok: true,
      value: { applied: false, repeated: false },
    });
    expect(commits).toHaveLength(1);
  });

  it('passes on that the store is gone', async () => {
    const { store } = createFakeStore({});
    const gone = { ...store, commit: () => Promise.reject(new Error('gone')) };
    await expect(deskOn(gone).submit('en', 'a', publish)).rejects.toThrow('gone');
  });
});

describe('a fingerprint', () => {
  it('is the same for the same request, in whatever order its fields stand', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([field, inner]) => [field, reversed(inner)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(fingerprint('POST', reversed(body))).toBe(fingerprint('POST', body));
      }),
    );
  });

  it('is another one for another request', () => {
    const all = [
      fingerprint('POST', 'en', { title: 'A' }),
      fingerprint('POST', 'en', { title: 'B' }),
      fingerprint('POST', 'az', { title: 'A' }),
      fingerprint('PUT', 'en', { title: 'A' }),
      fingerprint('POST', 'en', { title: 'A', tags: ['a', 'b'] }),
      fingerprint('POST', 'en', { title: 'A', tags: ['b', 'a'] }),
      fingerprint('POST', 'en', '{"title":"A"}'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('names of ours', () => {
  it('are new each time, and may stand where they are used', () => {
    const ids = Array.from({ length: 200 }, newHeadlineId);
    const tags = Array.from({ length: 200 }, newTag);
    expect(new Set([...ids, ...tags]).size).toBe(400);
    expect(ids.every((id) => headlineId.safeParse(id).success)).toBe(true);
    expect(tags.every((tag) => /^[A-Za-z0-9_-]{8}$/.test(tag))).toBe(true);
  });
});
