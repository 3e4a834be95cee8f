/** Resumption: comes back with a cursor over every transport, and says in the same words what was answered. */
import { WebSocket } from 'ws';
import { connect } from '../../client-sdk/src/index.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { openRaw } from './raw-reader.ts';
import { until } from './until.ts';

/** What a transport answers to a cursor, in the words of docs/protocol.md. */
interface Answer {
  readonly is: 'resumed' | 'list' | 'refused';
  /** Titles: of the missed changes, oldest first; of the list, newest first. Of a refusal the status. */
  readonly with: readonly string[];
}

type Answers = Readonly<Record<Transport, Answer>>;

interface Question {
  readonly url: string;
  readonly channel: string;
  readonly since: string;
  /** Cursor of the newest change the gateway has: whoever is resumed is told up to there. */
  readonly head: string;
}

type Frame = Record<string, unknown>;
const titlesOf = (headlines: unknown): string[] => (headlines as Headline[]).map(({ title }) => title);
const streamOf = ({ channel, since }: Question) => `/v1/channels/${channel}/stream?since=${since}`;

/** @param frames as they come; the first of them is the answer. */
async function answerOf(frames: readonly Frame[], { head }: Question): Promise<Answer> {
  await until(() => frames[0]?.['type'] === 'snapshot' || frames.at(-1)?.['cursor'] === head, {
    state: () => frames,
  });
  const [first, ...missed] = frames;
  if (first?.['type'] === 'snapshot') return { is: 'list', with: titlesOf(first['headlines']) };
  if (first?.['type'] !== 'resumed') throw new Error(`neither resumed nor not: ${JSON.stringify(first)}`);
  return { is: 'resumed', with: titlesOf(missed.map((frame) => frame['headline'])) };
}

async function askFramed(question: Question): Promise<Answer> {
  const reader = await openRaw(question.url, streamOf(question));
  try {
    return await answerOf(reader.frames, question);
  } finally {
    reader.socket.terminate();
  }
}

/** Dialects without control frames: refused before the handshake, or the missed changes and nothing else. */
const askBare =
  (subprotocols: string[], titleOf: (frame: Frame) => string) =>
  async (question: Question): Promise<Answer> => {
    let reader: Awaited<ReturnType<typeof openRaw>>;
    try {
      reader = await openRaw(question.url, streamOf(question), subprotocols);
    } catch (error) {
      return { is: 'refused', with: [String((error as { status?: number }).status)] };
    }
    const { frames } = reader;
    await until(() => question.since === question.head || frames.at(-1)?.['cursor'] === question.head, {
      state: () => frames,
    });
    reader.socket.terminate();
    return { is: 'resumed', with: frames.map(titleOf) };
  };

/** As an EventSource comes back: with the id of the last event. */
async function askEvents(question: Question): Promise<Answer> {
  const leaving = new AbortController();
  const response = await fetch(`${question.url}/v1/channels/${question.channel}/stream`, {
    headers: { accept: 'text/event-stream', 'last-event-id': question.since },
    signal: leaving.signal,
  });
  if (!response.body || response.status !== 200) return { is: 'refused', with: [String(response.status)] };
  const frames: Frame[] = [];
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) frames.push(JSON.parse(data) as Frame);
      }
    }
  })().catch(() => {});
  try {
    return await answerOf(frames, question);
  } finally {
    leaving.abort();
    await reading;
  }
}

async function askJson({ url, channel, since }: Question): Promise<Answer> {
  const response = await fetch(`${url}/v1/channels/${channel}/headlines?since=${since}`);
  const body = (await response.json()) as { resumed: boolean; headlines: Headline[] };
  if (!response.ok) return { is: 'refused', with: [String(response.status)] };
  const titles = titlesOf(body.headlines);
  return body.resumed ? { is: 'resumed', with: titles.toReversed() } : { is: 'list', with: titles };
}

async function askSdk({ url, channel, since, head }: Question): Promise<Answer> {
  const told: string[] = [];
  const ticker = connect({ url, channel, since, WebSocket });
  ticker.on('headline', ({ headline }) => void told.push(headline.title));
  try {
    await until(() => ticker.status === 'live' && ticker.cursor === head, { state: () => ticker.status });
    // A list replaces what there was, and is no news.
    if (told.length > 0 || since === head) return { is: 'resumed', with: told };
    return { is: 'list', with: titlesOf(ticker.headlines) };
  } finally {
    ticker.close();
  }
}

const TRANSPORTS = {
  'newsline.v1': askFramed,
  'server-sent events': askEvents,
  'cloudevents.json': askBare(['cloudevents.json'], ({ data }) => String((data as Frame)['title'])),
  'bare WebSocket': askBare([], ({ title }) => String(title)),
  JSON: askJson,
  SDK: askSdk,
};
type Transport = keyof typeof TRANSPORTS;

/**
 * Comes back over every transport at once.
 *
 * @param upTo cursor of the newest change; else what the gateway has now.
 */
export async function askEverywhere(
  url: string,
  channel: string,
  since: string,
  upTo?: string,
): Promise<Answers> {
  const now = await fetch(`${url}/v1/channels/${channel}/headlines?last=0`);
  const { cursor } = (await now.json()) as { cursor: string };
  const head = upTo ?? cursor;
  const question = { url, channel, since, head };
  const asked = Object.entries(TRANSPORTS).map(async ([name, ask]) => [name, await ask(question)] as const);
  return Object.fromEntries(await Promise.all(asked)) as Answers;
}

const everywhere = (answer: Answer): Answers =>
  Object.fromEntries(Object.keys(TRANSPORTS).map((name) => [name, answer])) as Answers;

/** All that was missed, on every transport. @param missed titles, oldest first */
export const held = (...missed: readonly string[]): Answers => everywhere({ is: 'resumed', with: missed });

/** The cursor leads nowhere: the list as it stands, or where there is no word for that, 410. @param list newest first */
export const lost = (...list: readonly string[]): Answers => ({
  ...everywhere({ is: 'list', with: list }),
  'cloudevents.json': { is: 'refused', with: ['410'] },
  'bare WebSocket': { is: 'refused', with: ['410'] },
});
