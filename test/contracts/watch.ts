/** Watch: follows a feed, keeps what it was told, and checks on every entry that nothing is missing or doubled. */
import type { Baseline, Feed, FollowOptions } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import type { Cursor } from '../../src/protocol/cursor.ts';
import type { Headline } from '../../src/protocol/headline.ts';

export interface Watch {
  readonly baselines: readonly Baseline[];
  /** All entries since the latest baseline. */
  readonly entries: readonly LogEntry[];
  /** Place reached; undefined before the first baseline. */
  readonly position: Cursor | undefined;
  /** Resolves once the condition holds; rejects when the feed broke its promise. */
  until(condition: (watch: Watch) => boolean): Promise<void>;
  /** Resolves once this sequence number was reached. */
  reach(sequence: number): Promise<void>;
  stop(): void;
}

export function watch(
  feed: Feed,
  channel: string,
  options: FollowOptions = { headlines: 100, tail: 100 },
): Watch {
  const baselines: Baseline[] = [];
  const waiting = new Set<() => void>();
  let entries: LogEntry[] = [];
  let position: Cursor | undefined;
  let broken: Error | undefined;

  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const take = (entry: LogEntry, epoch: string) => {
    const isNext =
      epoch === position?.epoch &&
      entry.sequence === position.sequence + 1 &&
      entry.previous === position.tag;
    if (!isNext) {
      broken ??= new Error(
        `${JSON.stringify({ ...entry, epoch })} does not follow ${JSON.stringify(position)}`,
      );
    }
    position = { epoch, sequence: entry.sequence, tag: entry.tag };
    entries.push(entry);
  };
  const stop = feed.follow(channel, options, {
    onBaseline(baseline) {
      baselines.push(baseline);
      entries = [];
      position = baseline.head;
      changed();
    },
    onEntries(next, epoch) {
      for (const entry of next) take(entry, epoch);
      changed();
    },
  });

  const self: Watch = {
    baselines,
    get entries() {
      return entries;
    },
    get position() {
      return position;
    },
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const holds = condition(self);
          if (!broken && !holds) return;
          waiting.delete(look);
          if (broken) reject(broken);
          else resolve();
        };
        waiting.add(look);
        look();
      }),
    reach: (sequence) => self.until(({ position }) => (position?.sequence ?? -1) >= sequence),
    stop,
  };
  return self;
}

/** The channel as it stands now, read by a follower of its own. */
export async function look(feed: Feed, channel: string, options?: FollowOptions): Promise<Baseline> {
  const watching = watch(feed, channel, options);
  await watching.until(({ baselines }) => baselines.length > 0);
  watching.stop();
  const [baseline] = watching.baselines;
  if (!baseline) throw new Error('no baseline came');
  return baseline;
}

export const idsOf = (headlines: readonly Headline[]): string[] => headlines.map(({ id }) => id);

/** Id of the headline that an entry tells of. */
export const storyOf = ({ body }: LogEntry): string =>
  body.change === 'retracted' ? body.id : body.headline.id;
