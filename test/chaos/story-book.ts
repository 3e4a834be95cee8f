/**
 * Story book: what the run's publishers know of the headlines they wrote, in common, so that two of them meet over
 * one story now and then.
 */
import type { Sighting } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Story {
  readonly channel: string;
  readonly id: string;
  readonly status: 'live' | 'scheduled' | 'killed';
  /** As it was last answered. */
  readonly headline: Sighting;
}

export interface StoryBook {
  /** @returns a story with this status, often one of the newest; undefined where there is none. */
  pick(status: 'live' | 'scheduled', random: SeededRandom): Story | undefined;
  all(status: Story['status']): readonly Story[];
  /** What an answer told: an older version changes nothing. */
  learn(story: Story): void;
  /** The service knows nothing of it any more. */
  forget(channel: string, id: string): void;
}

/** Enough to choose from; a newsroom does not touch what is older. */
const LIMIT = 400;

export function openStoryBook(): StoryBook {
  const stories = new Map<string, Story>();
  const keyOf = (channel: string, id: string) => `${channel} ${id}`;
  const all = (status: Story['status']) => [...stories.values()].filter((story) => story.status === status);
  return {
    all,
    pick(status, random) {
      const some = all(status);
      if (some.length === 0) return undefined;
      return random.pick(random.chance(0.4) ? some.slice(-5) : some);
    },
    learn(story) {
      const key = keyOf(story.channel, story.id);
      const known = stories.get(key);
      if (known?.status === 'killed') return;
      if (known && story.status !== 'killed' && story.headline.version < known.headline.version) return;
      stories.delete(key);
      stories.set(key, story);
      const [oldest] = stories.keys();
      if (stories.size > LIMIT && oldest !== undefined) stories.delete(oldest);
    },
    forget: (channel, id) => void stories.delete(keyOf(channel, id)),
  };
}
