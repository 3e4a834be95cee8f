/**
 * Answer schemas: what ingest answers, as JSON Schema.
 */
import { SCOPES } from '../domain/api-key.ts';
import { HEADLINE_REF } from '../domain/wire-schema.ts';
import { type Json, listOf, object, text, time } from './openapi-operation.ts';

const cursor = text('Where the change stands in the channel; absent where readers were told nothing.');
export const publishAt: Json = { ...time, description: 'Only while scheduled: when it will be published.' };
const applied: Json = {
  type: 'boolean',
  description: 'False where nothing changed: known already, or older.',
};
const count: Json = { type: 'integer', minimum: 0 };
const replication: Json = {
  ...object({ wanted: count, had: count }),
  description: 'Only where replicas are waited for and too few had it in time: it is committed, and stays.',
};
const version: Json = { type: 'integer', minimum: 1 };
const kept = (description: string): Json => ({ type: 'integer', description });
export const channel = object(
  {
    name: text('As in the address.'),
    language: text('BCP 47, of headlines that name none.'),
    timeZone: text('IANA zone.'),
    origins: listOf(text('A website that may read.')),
    keepChanges: kept('Changes kept to resume from; the oldest go first.'),
    keepHeadlines: kept('Headlines kept beside those scheduled; the longest unchanged go first.'),
    keepDays: kept('Days after which changes, and headlines not changed since, go; absent: no limit.'),
  },
  ['name', 'language', 'timeZone', 'origins'],
);
export const key = object({
  id: text('Names the key; not secret.'),
  name: text('For people.'),
  scopes: listOf({ enum: SCOPES }),
  channels: listOf(text('A channel, or * for all.')),
  createdAt: time,
});
const tombstone = {
  applied,
  id: text('The headline.'),
  version,
  status: { const: 'retracted' },
  inAdvance: {
    const: true,
    description: 'There never was a headline of this id: none can come any more.',
  },
  notice: text('Public words.'),
  cursor,
  replication,
};
export const history = object(
  {
    change: { enum: ['scheduled', 'published', 'updated', 'corrected', 'retracted'] },
    version,
    at: time,
    title: text('As it stood then.'),
    notice: text('Public words of the change.'),
  },
  ['change', 'version', 'at', 'title'],
);

export const written = object({ headline: HEADLINE_REF, cursor, publishAt, replication }, ['headline']);
export const planned = object({ headline: HEADLINE_REF, publishAt, replication }, ['headline', 'publishAt']);
export const upserted = object({ applied, headline: HEADLINE_REF, cursor, publishAt, replication }, [
  'applied',
  'headline',
]);
export const retracted = object(tombstone, ['applied', 'id', 'version', 'status']);
