/**
 * Newsroom requests: what a publisher of a run does next, drawn by its seed.
 *
 * Every title names the request that brought it, so that a line seen anywhere leads back to one request.
 */
import type { ChangeKind, Sighting } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Story, StoryBook } from './story-book.ts';

export interface NewsroomRequest {
  /** Its idempotency key as well. */
  readonly request: string;
  readonly channel: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absent where the address is that of the channel's headlines. */
  readonly id?: string;
  readonly ifMatch?: number;
  readonly body: object;
  readonly change: ChangeKind;
  readonly headline: Sighting;
  readonly releaseAtMs?: number;
}

const SECTIONS = ['politics', 'sport', 'economy', 'culture'] as const;
const LANGUAGES = ['en', 'az', 'en-GB', 'de'] as const;
const TAGS = ['harbour', 'election', 'weather', 'live', 'football'] as const;
const SUBJECTS = ['Ferry', 'Parliament', 'Storm', 'Harbour', 'Council', 'Team', 'Central bank', 'Museum'];
const VERBS = ['cancels', 'opens', 'delays', 'wins', 'confirms', 'denies', 'reviews', 'moves'];
const OBJECTS = ['night crossing', 'budget', 'final', 'tunnel', 'rate', 'exhibition', 'bridge', 'talks'];

export interface RequestSource {
  /** One, or now and then two that are sent at once and meet over one story. */
  next(): readonly NewsroomRequest[];
}

const RACE = 0.06;

type Fields = Omit<Sighting, 'id' | 'version' | 'publishedAt' | 'sequence'>;

export function createRequestSource(
  publisher: string,
  channels: readonly string[],
  book: StoryBook,
  random: SeededRandom,
): RequestSource {
  let count = 0;

  const inventFields = (request: string): Fields & { title: string } => ({
    title: `${random.pick(SUBJECTS)} ${random.pick(VERBS)} ${random.pick(OBJECTS)} (${request})`,
    section: random.pick(SECTIONS),
    language: random.pick(LANGUAGES),
    urgency: random.between(1, 9),
    tags: random.shuffled(TAGS).slice(0, random.between(1, 2)),
    ...(random.chance(0.04) && {
      expiresAt: new Date(Date.now() + random.between(15_000, 60_000)).toISOString(),
    }),
  });

  function post(request: string): NewsroomRequest {
    const [channel, id, fields] = [random.pick(channels), `s-${request}`, inventFields(request)];
    const headline = { id, version: 1, ...fields };
    return { request, channel, method: 'POST', body: { id, ...fields }, change: 'published', headline };
  }

  function schedule(request: string): NewsroomRequest {
    const releaseAtMs = Date.now() + random.between(2_000, 8_000);
    const { body, ...rest } = post(request);
    return { ...rest, body: { ...body, publishAt: new Date(releaseAtMs).toISOString() }, releaseAtMs };
  }

  /** Whole, and with the CMS's own version: it may meet another one, and then changes nothing. */
  function put(request: string, story: Story | undefined): NewsroomRequest {
    const fields = inventFields(request);
    const [channel, id] = story ? [story.channel, story.id] : [random.pick(channels), `s-${request}`];
    const version = (story?.headline.version ?? 0) + random.between(1, 3);
    const change = random.pick(['updated', 'corrected'] as const);
    return {
      request,
      channel,
      method: 'PUT',
      id,
      body: { ...fields, version, change },
      change: story ? change : 'published',
      headline: { id, version, ...fields },
    };
  }

  /** Only over the version it knows, so that what comes of it is known too. */
  function amend(request: string, { channel, id, headline }: Story): NewsroomRequest {
    const change = random.pick(['updated', 'corrected'] as const);
    const { publishedAt: _, sequence: __, ...known } = headline;
    const { title, section, urgency } = inventFields(request);
    const fields = { title, ...(random.chance(0.5) && { section }), ...(random.chance(0.3) && { urgency }) };
    return {
      request,
      channel,
      method: 'PATCH',
      id,
      ifMatch: headline.version,
      body: { change, ...fields },
      change,
      headline: { ...known, ...fields, version: headline.version + 1 },
    };
  }

  function kill(request: string, { channel, id }: Story): NewsroomRequest {
    const headline = { id, version: 0, title: '' };
    return { request, channel, method: 'DELETE', id, body: {}, change: 'retracted', headline };
  }

  const nextName = () => {
    count += 1;
    return `${publisher}-${count}`;
  };

  function draw(story: Story | undefined, planned: Story | undefined): NewsroomRequest {
    const request = nextName();
    const drawn = random.next();
    if (drawn < 0.3 && story) return amend(request, story);
    if (drawn < 0.4 && story) return put(request, story);
    if (drawn < 0.48 && story) return kill(request, story);
    if (drawn < 0.51 && planned) return kill(request, planned);
    if (drawn < 0.58) return schedule(request);
    if (drawn < 0.65) return put(request, undefined);
    return post(request);
  }

  return {
    next() {
      const story = book.pick('live', random);
      if (!story || !random.chance(RACE)) return [draw(story, book.pick('scheduled', random))];
      const rivals = random.shuffled([amend, amend, put, kill] as const).slice(0, 2);
      return rivals.map((rival) => rival(nextName(), story));
    },
  };
}
