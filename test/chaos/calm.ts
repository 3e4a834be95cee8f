/**
 * Calm: what follows the faults. Every part comes back, every scheduled headline comes out, and every reader gets to
 * the head of its channel. What does not within its time is a shortcoming of the service.
 */
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { until } from '../support/until.ts';
import { passesFilter } from './audience-filter.ts';
import type { ChaosReader } from './chaos-reader.ts';
import type { Deployment } from './deployment.ts';
import type { ReaderFilter } from './journal.ts';
import type { NewsroomRequest } from './newsroom-requests.ts';
import type { Story } from './story-book.ts';

const READY_MS = 45_000;
const RELEASE_MS = 30_000;
/** A client's longest wait between two attempts is 30 seconds. */
const CATCH_UP_MS = 60_000;

/** @returns what did not come back. */
export async function awaitParts({ processes, store }: Deployment): Promise<string[]> {
  const whole = await store.untilWhole().then(
    () => [],
    (error: unknown) => [`the store never came back: ${String(error)}`],
  );
  const parts = await Promise.all(
    processes.map(async (each) =>
      (await each.ready(READY_MS)) ? [] : [`${each.name} never was ready again`],
    ),
  );
  return [...whole, ...parts.flat()];
}

/** @returns the scheduled headlines whose time has passed, and that did not come out. */
export async function awaitReleases({ ingests }: Deployment, scheduled: readonly Story[]): Promise<string[]> {
  const late = await Promise.all(
    scheduled.map(async ({ channel, id }) => {
      const isOut = async () => {
        const response = await fetch(`${ingests[0]?.deskUrl}/v1/channels/${channel}/headlines/${id}`, {
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
          signal: AbortSignal.timeout(4_000),
        });
        // What was flushed does not come out.
        if (response.status === 404) return true;
        return ((await response.json()) as { status?: string }).status !== 'scheduled';
      };
      const wasOut = await until(isOut, { withinMs: RELEASE_MS }).then(
        () => true,
        () => false,
      );
      return wasOut ? [] : [`headline ${id} of ${channel} stayed scheduled`];
    }),
  );
  return late.flat();
}

/** The last headline that a reader with this filter is due, so that one who has seen it has been told everything. */
export function closingRequest(channel: string, filter: ReaderFilter, number: number): NewsroomRequest {
  const [section, language, tag] = [filter.section?.[0], filter.language?.[0], filter.tag?.[0]];
  const id = `closing-${channel}-${number}`;
  const fields = {
    title: `That was the news of ${channel} (${id})`,
    language: language ?? 'en',
    urgency: 1,
    ...(section !== undefined && { section }),
    ...(tag !== undefined && { tags: [tag] }),
  };
  return {
    request: id,
    channel,
    method: 'POST',
    body: { id, ...fields },
    change: 'published',
    headline: { id, version: 1, ...fields },
  };
}

/** @returns who did not get there: they have not seen every closing headline of their channel that is for them. */
export async function awaitReaders(
  readers: readonly ChaosReader[],
  closings: readonly NewsroomRequest[],
  closedAtMs: number,
): Promise<string[]> {
  const hasArrived = ({ diary }: ChaosReader) => {
    const { channel, filter } = diary.spec;
    const due = closings.filter((each) => each.channel === channel && passesFilter(filter, each.headline));
    return diary.beganAtMs > closedAtMs || due.every(({ headline }) => diary.hasSeen(headline.id));
  };
  const late = () => readers.filter((reader) => !hasArrived(reader));
  await until(() => late().length === 0, { withinMs: CATCH_UP_MS }).catch(() => {});
  return late().map(
    ({ diary }) => `reader ${diary.spec.name} never reached the head of ${diary.spec.channel}`,
  );
}
