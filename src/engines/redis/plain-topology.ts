/**
 * Plain topology: one primary has all keys. Its place is given, or named by sentinels: then all connections move when
 * another is named, also while the old one still answers.
 */
import type { Redis } from 'ioredis';
import { EngineUnavailable } from '../../domain/engine.ts';
import { createListener } from './listener.ts';
import { nameOfPlace, type Place } from './redis-address.ts';
import { type ConnectionSettings, connectTo } from './redis-connection.ts';
import { isRefusal, readRedirection, toFault, wordsOf } from './redis-fault.ts';
import type { SentinelWatch } from './sentinel-watch.ts';
import type { Topology } from './topology.ts';

export interface PlainTopologyOptions {
  readonly place: Place;
  readonly settings: ConnectionSettings;
  /** Commits have a connection of their own. */
  readonly areCommitsApart: boolean;
  readonly watch?: SentinelWatch;
}

/** Rejects with {@link EngineUnavailable} where one of the connections cannot be made. */
export async function openPlainTopology({
  place,
  settings,
  areCommitsApart,
  watch,
}: PlainTopologyOptions): Promise<Topology> {
  const connect = (name: string) => connectTo(place, settings, { name });
  const commands = connect('newsline');
  const commits = areCommitsApart ? connect('newsline-commit') : commands;
  const subscriber = connect('newsline-follow');
  const all = new Set([commands, commits, subscriber]);
  watch?.onMoved((primary) => {
    for (const connection of all) connection.moveTo(primary);
  });

  const end = async () => {
    await Promise.all([watch?.end(), ...[...all].map((connection) => connection.end())]);
  };
  try {
    await Promise.all([...all].map(({ opened }) => opened));
  } catch (error) {
    await end();
    throw new EngineUnavailable(`Redis at ${nameOfPlace(place)} cannot be reached: ${wordsOf(error)}`);
  }

  const wrongKind = watch ? undefined : await findWrongKind(commands.redis, nameOfPlace(place));
  if (wrongKind !== undefined) {
    await end();
    throw new EngineUnavailable(wrongKind);
  }

  const ask: Topology['ask'] = async (_key, question, purpose = 'commands') => {
    const connection = purpose === 'commits' ? commits : commands;
    try {
      return await question(connection.redis);
    } catch (error) {
      if (!isRefusal(error)) watch?.ask();
      const name = nameOfPlace(connection.place);
      if (readRedirection(error)) throw new Error(`Redis at ${name} is of a cluster: use redis+cluster://`);
      throw toFault(error, name, connection.refusal);
    }
  };

  return {
    isSharded: false,
    ask,
    async askAll(question) {
      const answer = await ask('', question).catch((error: Error) => error);
      return [{ address: nameOfPlace(commands.place), answer }];
    },
    askSentinels: async (question) => (await watch?.askAll(question)) ?? [],
    split: (items) => (items.length === 0 ? [] : [items]),
    listen: (hooks) => createListener(subscriber, hooks, settings.log),
    proveCommits(withinMs) {
      if (areCommitsApart) commits.prove(withinMs);
    },
    onReady: (listener) => void commands.redis.on('ready', listener),
    end,
  };
}

/** A sentinel or a server of a cluster lets us in as well, and refuses only what it is asked for. */
async function findWrongKind(redis: Redis, name: string): Promise<string | undefined> {
  // Who may not ask goes on: the first command tells.
  const info = await redis.info('server').catch(() => '');
  switch (/^redis_mode:(\w+)/m.exec(info)?.[1]) {
    case 'sentinel':
      return `at ${name} is a sentinel, which keeps nothing: use redis+sentinel://${name}/NAME, with what it calls the primary`;
    case 'cluster':
      return `Redis at ${name} is of a cluster: use redis+cluster://${name}`;
    default:
      return undefined;
  }
}
