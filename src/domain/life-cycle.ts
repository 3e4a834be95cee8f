/**
 * Life cycle: what a headline becomes, decided in one place.
 *
 * Pure: the state and a command go in, the next state and what readers are told come out. An engine only
 * compares and sets what was decided here.
 */
import type { Facets } from '../protocol/filter.ts';
import type { Headline } from '../protocol/headline.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { HeadlineContent, HeadlineDraft, HeadlinePatch } from './headline-input.ts';
import { withoutUndefined } from './headline-input.ts';
import { type HeadlineRecord, type HistoryEntry, withHistory } from './headline-record.ts';
import type { EntryBody } from './log-entry.ts';
import { formatInstant } from './time.ts';

export type Command =
  | { readonly do: 'publish'; readonly draft: HeadlineDraft }
  | {
      readonly do: 'upsert';
      readonly draft: HeadlineDraft;
      readonly version: number;
      readonly change: 'updated' | 'corrected';
    }
  | { readonly do: 'amend'; readonly patch: HeadlinePatch; readonly ifVersion?: number | undefined }
  | { readonly do: 'retract'; readonly notice?: string | undefined; readonly ifVersion?: number | undefined }
  | { readonly do: 'release' };

export type Decision =
  | {
      readonly kind: 'commit';
      readonly record: HeadlineRecord;
      /** What readers are told; absent where nothing of it may be seen. */
      readonly body?: EntryBody;
    }
  /** A repeat, or older than what is known: nothing happens. */
  | { readonly kind: 'unchanged'; readonly record: HeadlineRecord }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * @param id the headline's id.
 * @param record its state, or undefined for an id never seen.
 */
export function decide(
  id: string,
  record: HeadlineRecord | undefined,
  command: Command,
  nowMs: number,
): Decision {
  const now = formatInstant(nowMs);
  switch (command.do) {
    case 'publish':
      if (record) return refuse(record.status === 'retracted' ? gone(id) : exists(id));
      return introduce(id, undefined, command.draft, 1, now);
    case 'upsert':
      // A kill wins over every later retry, also where the tombstone came before the story. [design 3, promise 4]
      if (record?.status === 'retracted') return { kind: 'unchanged', record };
      if (record && command.version <= record.headline.version) return { kind: 'unchanged', record };
      // Shown now, its new words would be seen before their time. [design 3, promise 3]
      if (record?.status === 'live' && command.draft.releaseAtMs !== undefined) return refuse(published(id));
      return record?.status === 'live'
        ? replace(record, command.draft.content, command.version, command.change, now)
        : introduce(id, record, command.draft, command.version, now);
    case 'amend':
      return record ? amend(record, command.patch, command.ifVersion, now) : refuse(unknown(id));
    case 'retract':
      return retract(id, record, command.notice, command.ifVersion, now);
    case 'release':
      return release(record, nowMs);
  }
}

/** First publication, or the plan of one. A plan stays as it is where its new words come without a time. */
function introduce(
  id: string,
  record: HeadlineRecord | undefined,
  draft: HeadlineDraft,
  version: number,
  now: string,
): Decision {
  const { content, publishedAtMs, releaseAtMs } = draft;
  const isPlanKept = record?.status === 'scheduled' && publishedAtMs === undefined;
  const given = publishedAtMs === undefined ? now : formatInstant(publishedAtMs);
  const publishedAt = isPlanKept ? record.headline.publishedAt : given;
  const headline: Headline = {
    id,
    version,
    sequence: 0,
    ...content,
    publishedAt,
    updatedAt: publishedAt,
  };
  if (expiresUnseen(headline)) return refuse(expiry);
  const planned = releaseAtMs === undefined ? undefined : formatInstant(releaseAtMs);
  const releaseAt = isPlanKept ? record.releaseAt : planned;
  if (releaseAt === undefined) return commit(record, 'live', headline, 'published', now);
  return commit(record, 'scheduled', headline, 'scheduled', now, { releaseAt });
}

/** A live headline gets new words, and stays where it stands in the list. */
function replace(
  record: HeadlineRecord,
  content: HeadlineContent,
  version: number,
  change: 'updated' | 'corrected',
  now: string,
): Decision {
  const { id, sequence, publishedAt } = record.headline;
  const headline: Headline = { id, version, sequence, ...content, publishedAt, updatedAt: now };
  return commit(record, 'live', headline, change, now);
}

function amend(
  record: HeadlineRecord,
  { change, fields }: HeadlinePatch,
  ifVersion: number | undefined,
  now: string,
): Decision {
  const { status, headline } = record;
  if (status === 'retracted') return refuse(gone(headline.id));
  if (ifVersion !== undefined && ifVersion !== headline.version) return refuse(stale(headline, ifVersion));
  // The words of an earlier correction do not explain this change.
  const { notice: _, ...kept } = headline;
  const next = withoutUndefined({
    ...kept,
    ...fields,
    version: headline.version + 1,
    updatedAt: now,
  }) as Headline;
  if (expiresUnseen(next)) return refuse(expiry);
  if (status === 'live') return commit(record, 'live', next, change, now);
  return commit(
    record,
    'scheduled',
    next,
    'scheduled',
    now,
    record.releaseAt === undefined ? {} : { releaseAt: record.releaseAt },
  );
}

function retract(
  id: string,
  record: HeadlineRecord | undefined,
  notice: string | undefined,
  ifVersion: number | undefined,
  now: string,
): Decision {
  if (record?.status === 'retracted') return { kind: 'unchanged', record };
  if (record && ifVersion !== undefined && ifVersion !== record.headline.version) {
    return refuse(stale(record.headline, ifVersion));
  }
  const told = notice === undefined ? {} : { notice };
  if (!record) {
    const headline: Headline = {
      id,
      version: 1,
      sequence: 0,
      title: '',
      language: 'und',
      publishedAt: now,
      updatedAt: now,
      urgency: 9,
    };
    const body: EntryBody = { change: 'retracted', id, version: 1, ...told };
    return {
      kind: 'commit',
      record: nextRecord(undefined, 'retracted', headline, 'retracted', now, told),
      body,
    };
  }
  const { headline } = record;
  const version = headline.version + 1;
  const next = nextRecord(
    record,
    'retracted',
    { ...headline, version, updatedAt: now },
    'retracted',
    now,
    told,
  );
  // Of a scheduled story readers know nothing, and learn nothing: not even that it was killed.
  if (record.status === 'scheduled') return { kind: 'commit', record: next };
  return {
    kind: 'commit',
    record: next,
    body: { change: 'retracted', id, version, ...told, was: facetsOf(headline) },
  };
}

function release(record: HeadlineRecord | undefined, nowMs: number): Decision {
  if (record?.status !== 'scheduled' || record.releaseAt === undefined) {
    return refuse({ code: 'unknown-headline', message: 'nothing is scheduled under this id' });
  }
  if (record.releaseAt > formatInstant(nowMs)) return { kind: 'unchanged', record };
  // A notice explains a version that readers saw: of a plan they saw none.
  const { notice: _, ...headline } = record.headline;
  // Of the time that was set, however late it goes out; and when it went out is told as well.
  const now = formatInstant(nowMs);
  return commit(
    record,
    'live',
    { ...headline, publishedAt: record.releaseAt, updatedAt: now },
    'published',
    now,
  );
}

function commit(
  record: HeadlineRecord | undefined,
  status: 'live' | 'scheduled',
  headline: Headline,
  change: Exclude<HistoryEntry['change'], 'retracted'>,
  now: string,
  more: { releaseAt?: string } = {},
): Decision {
  const notice = headline.notice === undefined ? {} : { notice: headline.notice };
  const committed = nextRecord(record, status, headline, change, now, notice, more);
  if (change === 'scheduled') return { kind: 'commit', record: committed };
  const was = record?.status === 'live' ? changedFacets(record.headline, headline) : undefined;
  return { kind: 'commit', record: committed, body: { change, headline, ...(was && { was }) } };
}

function nextRecord(
  record: HeadlineRecord | undefined,
  status: HeadlineRecord['status'],
  headline: Headline,
  change: HistoryEntry['change'],
  at: string,
  notice: { notice?: string },
  more: { releaseAt?: string } = {},
): HeadlineRecord {
  const entry: HistoryEntry = { change, version: headline.version, at, title: headline.title, ...notice };
  const history = withHistory(record?.history ?? [], entry);
  return { revision: (record?.revision ?? 0) + 1, status, headline, ...more, history };
}

const expiresUnseen = ({ expiresAt, publishedAt }: Headline): boolean =>
  expiresAt !== undefined && expiresAt <= publishedAt;

const facetsOf = ({ language, urgency, section, tags }: Headline): Facets =>
  withoutUndefined({ language, urgency, section, tags }) as Facets;

function changedFacets(before: Headline, after: Headline): Facets | undefined {
  const was = facetsOf(before);
  return JSON.stringify(was) === JSON.stringify(facetsOf(after)) ? undefined : was;
}

const refuse = (refusal: Refusal): Decision => ({ kind: 'refused', refusal });
const exists = (id: string): Refusal => ({
  code: 'headline-exists',
  message: `a headline with id ${id} exists: PUT or PATCH it`,
});
const invalid = (field: string, message: string): Refusal => ({
  code: 'invalid-field',
  message: `${field}: ${message}`,
  errors: [{ field, message }],
});
const published = (id: string): Refusal =>
  invalid('publishAt', `headline ${id} is published already, and its changes cannot be scheduled`);
const expiry = invalid('expiresAt', 'must be later than the publication');
const unknown = (id: string): Refusal => ({
  code: 'unknown-headline',
  message: `there is no headline with id ${id}`,
});
const gone = (id: string): Refusal => ({
  code: 'headline-retracted',
  message: `headline ${id} was retracted, which is final`,
});
const stale = ({ id, version }: Headline, ifVersion: number): Refusal => ({
  code: 'stale-version',
  message: `If-Match: headline ${id} is at version ${version}, not ${ifVersion}`,
});
