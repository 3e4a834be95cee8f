/**
 * Audience filter: does a headline pass what a reader asked for? [docs/protocol.md, addresses]
 *
 * Written anew from the protocol: a checker that borrows the service's rule finds the service right.
 */
import type { ReaderFilter, Sighting } from './journal.ts';

export type Facets = Pick<Sighting, 'section' | 'language' | 'urgency' | 'tags'>;

/** What a headline has whose newsroom did not say. */
const USUAL_URGENCY = 5;

export function passesFilter(filter: ReaderFilter, { section, language, urgency, tags }: Facets): boolean {
  if (filter.section && !(section !== undefined && filter.section.includes(section))) return false;
  if (filter.tag && !filter.tag.some((wanted) => tags?.includes(wanted))) return false;
  if (filter.maxUrgency !== undefined && (urgency ?? USUAL_URGENCY) > filter.maxUrgency) return false;
  if (!filter.language) return true;
  const given = (language ?? '').toLowerCase().split('-');
  // [RFC 4647 3.3.1] a range is met by each language that begins with its parts.
  return filter.language.some((range) =>
    range
      .toLowerCase()
      .split('-')
      .every((part, at) => given[at] === part),
  );
}

export const isUnfiltered = ({ section, language, tag, maxUrgency }: ReaderFilter): boolean =>
  !section && !language && !tag && maxUrgency === undefined;
