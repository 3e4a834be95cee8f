/**
 * Fake channel: a channel in memory that a test writes, with the rules that the service has for what readers see.
 *
 * What is written reaches the readers before the call returns. A mistake of the test, as a correction of a headline
 * that is not there, throws.
 */
import { formatCursor, NO_TAG, parseCursor } from '../../../src/protocol/cursor.ts';
import { type Filter, passes, sightOf } from '../../../src/protocol/filter.ts';
import type { HeadlineFrame, RetractionFrame, ServerFrame } from '../../../src/protocol/frames.ts';
import type { Headline } from '../../../src/protocol/headline.ts';
import {
  type HeadlineList,
  listOf,
  withHeadline,
  withoutExpired,
  withoutHeadline,
} from '../../../src/protocol/headline-list.ts';

/** What a first publication is given; all but the title have a default. */
export type FakeHeadline = Pick<Headline, 'title'> &
  Partial<Omit<Headline, 'title' | 'version' | 'sequence' | 'updatedAt' | 'notice'>>;

/** What a change alters, and the public words that explain it. */
export type FakeCorrection = Partial<
  Omit<Headline, 'id' | 'version' | 'sequence' | 'publishedAt' | 'updatedAt'>
>;

export interface FakeChannelOptions {
  /** Published one after another before a reader comes: the last is the newest. */
  readonly headlines?: readonly FakeHeadline[];
  /** IANA zone of the newsroom. @default 'UTC' */
  readonly timeZone?: string;
}

export interface FakeChannel {
  readonly name: string;
  /** As the channel stands, newest first. */
  readonly headlines: readonly Headline[];
  publish(headline: FakeHeadline): Headline;
  update(id: string, changes: FakeCorrection): Headline;
  correct(id: string, changes: FakeCorrection): Headline;
  /** Kills it, for good. */
  retract(id: string, notice?: string): void;
}

/** What a reader asked for. */
interface FakeSubscription {
  readonly filter: Filter;
  readonly last: number;
  readonly since: string | undefined;
}

/** One connection that follows the channel. */
interface FakeFollower {
  readonly filter: Filter;
  send(frame: ServerFrame): void;
}

/** The channel as the service behind the fake sees it. */
export interface FollowedChannel extends FakeChannel {
  /** Answers a subscription. */
  begin(subscription: FakeSubscription): readonly ServerFrame[];
  /** @returns stops following. */
  follow(follower: FakeFollower): () => void;
}

interface Entry {
  readonly cursor: string;
  /** What readers of a filter are told of it. */
  frameFor(filter: Filter): HeadlineFrame | RetractionFrame | undefined;
}

/** As the gateways of the service: older changes are not resumed over. */
const LOG_LIMIT = 1_000;
const KEPT_LIMIT = 1_000;
const TITLE_LIMIT = 300;
const EPOCH = 'fake';

export function createFakeChannel(
  name: string,
  { headlines = [], timeZone = 'UTC', now }: FakeChannelOptions & { readonly now: () => number },
): FollowedChannel {
  const log: Entry[] = [];
  const killed = new Set<string>();
  const followers = new Set<FakeFollower>();
  let list: HeadlineList = listOf([], KEPT_LIMIT);
  let head = 0;

  const instant = () => new Date(now()).toISOString();
  const cursorAt = (sequence: number) =>
    formatCursor({ epoch: EPOCH, sequence, tag: sequence === 0 ? NO_TAG : `t${sequence}` });

  function append(makeEntry: (cursor: string) => Entry): void {
    const entry = makeEntry(cursorAt(head + 1));
    head += 1;
    log.push(entry);
    if (log.length > LOG_LIMIT) log.shift();
    for (const { filter, send } of [...followers]) {
      const frame = entry.frameFor(filter);
      if (frame) send(frame);
    }
  }

  function write(change: HeadlineFrame['change'], headline: Headline, was?: Headline): Headline {
    const length = [...headline.title].length;
    if (length < 1 || length > TITLE_LIMIT) throw new TypeError('title must be 1 to 300 characters');
    list = withHeadline(list, headline);
    append((cursor) => ({
      cursor,
      frameFor(filter) {
        const sight = sightOf(filter, was, headline);
        if (sight === 'shown') return { type: 'headline', channel: name, cursor, change, headline };
        return sight && { type: 'retraction', channel: name, cursor, id: headline.id };
      },
    }));
    return headline;
  }

  function publish({ id = `headline-${head + 1}`, ...given }: FakeHeadline): Headline {
    if (killed.has(id)) throw new Error(`${id} was retracted: a kill is final`);
    if (list.headlines.some((headline) => headline.id === id)) throw new Error(`${id} is published already`);
    const { publishedAt = instant() } = given;
    return write('published', {
      language: 'en',
      urgency: 5,
      ...given,
      id,
      version: 1,
      sequence: head + 1,
      publishedAt,
      updatedAt: publishedAt,
    });
  }

  function alter(change: 'updated' | 'corrected', id: string, changes: FakeCorrection): Headline {
    const was = list.headlines.find((headline) => headline.id === id);
    if (!was) throw new Error(`there is no headline ${id} to alter`);
    // A notice explains the change it came with, and no later one.
    const { notice: _, ...kept } = was;
    return write(change, { ...kept, ...changes, version: was.version + 1, updatedAt: instant() }, was);
  }

  for (const headline of headlines) publish(headline);

  return {
    name,
    get headlines() {
      return list.headlines;
    },
    publish,
    update: (id, changes) => alter('updated', id, changes),
    correct: (id, changes) => alter('corrected', id, changes),
    retract(id, notice) {
      if (killed.has(id)) throw new Error(`${id} was retracted already`);
      const was = list.headlines.find((headline) => headline.id === id);
      killed.add(id);
      list = withoutHeadline(list, id);
      append((cursor) => ({
        cursor,
        frameFor: (filter) =>
          was && !passes(filter, was)
            ? undefined
            : { type: 'retraction', channel: name, cursor, id, ...(notice !== undefined && { notice }) },
      }));
    },
    begin({ filter, last, since }) {
      const place = since === undefined ? undefined : parseCursor(since);
      const oldest = head - log.length;
      const isHeld = place && place.sequence >= oldest && since === cursorAt(place.sequence);
      if (place && isHeld && place.sequence <= head) {
        const missed = log.slice(place.sequence - oldest).flatMap((entry) => entry.frameFor(filter) ?? []);
        return [{ type: 'resumed', channel: name, cursor: cursorAt(place.sequence) }, ...missed];
      }
      const standing = withoutExpired(list, instant()).headlines.filter((headline) =>
        passes(filter, headline),
      );
      return [
        {
          type: 'snapshot',
          channel: name,
          cursor: cursorAt(head),
          resumed: false,
          serverTime: instant(),
          timeZone,
          headlines: standing.slice(0, last),
        },
      ];
    },
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}
