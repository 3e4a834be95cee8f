/** Kill watch: what one reader was told is dead, so that no text of it may come after. */
import { type ChannelLog, committedAfterMs, isKept, killOf, type Revision } from './channel-log.ts';
import type { ListFault } from './check-list.ts';
import type { Excuses } from './excuses.ts';
import type { Stretch } from './reader-way.ts';
import type { Moment, Standings } from './standing.ts';

export interface KillWatch {
  /** The reader was told of a kill. */
  tell(id: string, stretch: Stretch | undefined): void;
  isKilledAt(id: string, moment: Moment): boolean;
  /**
   * What is wrong with a text that was seen. A resumed reader may be told of a publication and then of its kill, in
   * that order alone. [ADR 10]
   *
   * @param moment the place at which it was told; absent where it stands in a list.
   */
  faultOf(id: string, atMs: number, stretch: Stretch | undefined, moment?: Moment): ListFault | undefined;
}

export function createKillWatch(log: ChannelLog, standings: Standings, excuses: Excuses): KillWatch {
  const told = new Map<string, Stretch | undefined>();
  const killAsked = (id: string): Revision | undefined => {
    const story = log.stories.get(id);
    return story && killOf(story);
  };
  const isKilledAt = (id: string, moment: Moment): boolean => {
    const kill = killAsked(id);
    return kill !== undefined && standings.certaintyOf(kill, moment) === 'applied';
  };
  /** A store may lose a kill, but not within one stretch: there its reader would have been told to begin anew. */
  const isExcused = (kill: Revision, atMs: number) =>
    excuses.mayBeLost({ atMs: committedAfterMs(kill), isKept: isKept(kill) }, atMs);

  return {
    tell: (id, stretch) => void told.set(id, stretch),
    isKilledAt,
    faultOf(id, atMs, stretch, moment) {
      const kill = killAsked(id);
      if (!kill) return undefined;
      const wasTold = told.has(id) && (told.get(id) === stretch || !isExcused(kill, atMs));
      if (!wasTold && !(moment && isKilledAt(id, moment))) return undefined;
      const what = `${id} was seen after ${wasTold ? 'this reader was told of its kill' : 'its kill'}`;
      return { kind: 'killed-text', headline: id, what, lines: kill.entries[0]?.lines.slice(0, 1) ?? [] };
    },
  };
}
