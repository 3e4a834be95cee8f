/**
 * Publisher: sends requests to whichever ingest answers, each again and again under its idempotency key until it is
 * answered, and writes down what it meant and what it was told.
 */
import { Agent, request as openRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import type { PublisherLine, Sighting } from './journal.ts';
import type { Write } from './journal-folder.ts';
import type { NewsroomRequest } from './newsroom-requests.ts';
import type { SeededRandom } from './seeded-random.ts';
import { sightingOf } from './sighting.ts';
import type { StoryBook } from './story-book.ts';

export interface PublisherOptions {
  readonly write: Write<PublisherLine>;
  /** Doors of the processes that take headlines in. */
  readonly ingests: readonly string[];
  readonly book: StoryBook;
  readonly random: SeededRandom;
  /** Whether a fault that destroys what was stored was under way at or after this moment. */
  readonly mayBeDestroyedSince: (ms: number) => boolean;
}

export interface Publisher {
  /** Resolves when it is answered, or given up because `signal` says that it is too late. */
  send(wanted: NewsroomRequest, signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const ATTEMPT_MS = 4_000;

export function createPublisher({
  write,
  ingests,
  book,
  random,
  mayBeDestroyedSince,
}: PublisherOptions): Publisher {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });

  return {
    async send(wanted, signal) {
      const { request, channel, change, headline, releaseAtMs } = wanted;
      const at = releaseAtMs === undefined ? {} : { releaseAtMs };
      write({ kind: 'intends', request, channel, change, headline, ...at });
      const startedAtMs = Date.now();
      let wasUnanswered = false;
      let door = random.between(0, ingests.length - 1);
      while (!signal.aborted) {
        const answer = await ask(ingests[door] ?? '', wanted, agent).catch(() => undefined);
        if (answer && answer.status < 300) return acknowledge(wanted, answer);
        const isDestroyed = wasUnanswered && mayBeDestroyedSince(startedAtMs);
        if (answer && isFinal(answer)) {
          // What an unanswered attempt did may have been destroyed since, or is still under way.
          const isOpen = isDestroyed || (wasUnanswered && answer.status === 422);
          write(isOpen ? { kind: 'gave-up', request } : { kind: 'refused', request, status: answer.status });
          if (answer.status === 404 || answer.status === 410) book.forget(channel, headline.id);
          return;
        }
        // Of a refusal for now, a 503, it is not known either whether the change was made.
        if (answer?.status !== 404) wasUnanswered = true;
        door = (door + 1) % ingests.length;
        await sleep(random.between(30, 300));
      }
      write({ kind: 'gave-up', request });
    },
    close: () => agent.destroy(),
  };

  function acknowledge(wanted: NewsroomRequest, { status, body }: Answer): void {
    const { request, channel } = wanted;
    const headline = body['headline'] as (Sighting & Record<string, unknown>) | undefined;
    const version = headline?.version ?? (body['version'] as number | undefined);
    const { cursor } = body;
    write({
      kind: 'acknowledged',
      request,
      status,
      ...(typeof cursor === 'string' && { cursor }),
      ...(version !== undefined && { version }),
      ...(typeof body['applied'] === 'boolean' && { applied: body['applied'] }),
      // Said only where too few replicas had it in time.
      isUnderReplicated: 'replication' in body,
    });
    const isKilled = body['status'] === 'retracted';
    if (isKilled)
      book.learn({ channel, id: wanted.headline.id, status: 'killed', headline: wanted.headline });
    else if (headline) {
      const isPlanned = typeof body['publishAt'] === 'string';
      const known = sightingOf(headline);
      book.learn({ channel, id: known.id, status: isPlanned ? 'scheduled' : 'live', headline: known });
    }
  }
}

/** A channel that is not there was flushed, and is being made anew; too many requests are to be sent again. */
const isFinal = ({ status, body }: Answer): boolean =>
  status >= 400 && status < 500 && status !== 429 && !String(body['type']).endsWith(':unknown-channel');

function ask(ingest: string, wanted: NewsroomRequest, agent: Agent): Promise<Answer> {
  const { request, channel, method, id, ifMatch, body } = wanted;
  const path = `/v1/channels/${channel}/headlines${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  const json = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = openRequest(
      `${ingest}${path}`,
      {
        method,
        agent,
        signal: AbortSignal.timeout(ATTEMPT_MS),
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          // Of a DELETE Node does not say it by itself.
          'content-length': Buffer.byteLength(json),
          'idempotency-key': request,
          ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
          } catch (error) {
            reject(error);
          }
        });
        response.on('close', () => reject(new Error('the answer broke off')));
      },
    );
    sent.on('error', reject);
    sent.end(json);
  });
}
