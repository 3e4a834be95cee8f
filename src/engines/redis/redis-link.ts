/**
 * Redis link: what the engine asks of Redis and hears from it, whatever the topology.
 */
import { createHash } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import { EngineUnavailable, type Replicas } from '../../domain/engine.ts';
import type { Listener, ListenerHooks } from './listener.ts';
import { nameOfPlace } from './redis-address.ts';
import { readRedirection, toFault, wordsOf } from './redis-fault.ts';
import type { ReplicaWait } from './replica-wait.ts';
import type { Purpose, Question, Topology } from './topology.ts';

interface ScriptText {
  readonly lua: string;
  readonly sha: string;
}

export interface Script extends ScriptText {
  /** As above; what it announces goes to the shard that has its keys. */
  readonly sharded: ScriptText;
}

/** @param lua announces, if anything, by `redis.call('PUBLISH', ...)` */
export const script = (lua: string): Script => ({
  ...toText(lua),
  sharded: toText(lua.replaceAll(`redis.call('PUBLISH'`, `redis.call('SPUBLISH'`)),
});

const toText = (lua: string): ScriptText => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** Queues one question in a pipeline. */
type PipelineQuestion<Item> = (redis: ChainableCommander, item: Item) => void;

export interface RedisLink {
  /** Keys, and with them Pub/Sub channels, are spread over several servers. */
  readonly isSharded: boolean;
  /** One command to the server that has the key; rejects with {@link EngineUnavailable} where there is no answer. */
  ask<Answer>(key: string, question: Question<Answer>): Promise<Answer>;
  /** One question of each, all in one round trip to each server. */
  askEach<Answer, Item = string>(
    items: readonly Item[],
    keyOf: (item: Item) => string,
    question: PipelineQuestion<Item>,
  ): Promise<Answer[]>;
  /** All servers that have keys; one that does not answer is told with its reason. */
  askAll: Topology['askAll'];
  askSentinels: Topology['askSentinels'];
  /** Items whose keys are on one server, together. */
  split: Topology['split'];
  /** Keys of one script stand on one server. */
  run(script: Script, keys: readonly string[], args?: readonly (string | number)[]): Promise<unknown>;
  /** Commits wait for replicas. */
  readonly hasReplicaWait: boolean;
  /**
   * As `run`, and waits for replicas, where that is asked for, if the reply says that something was kept.
   *
   * @returns with replicas where too few had it in time; where the connection was lost meanwhile, it rejects: the
   * primary may be lost as well, and with it what was kept.
   */
  commit(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    isKept: (reply: unknown) => boolean,
  ): Promise<{ readonly reply: unknown; readonly replicas?: Replicas }>;
  /** To be called once. */
  listen(hooks: ListenerHooks): Listener;
  /** As {@link Topology.proveCommits}. */
  proveCommits(withinMs: number): void;
  /** Told whenever a server can be asked, again. */
  onReady(listener: () => void): void;
  close(): Promise<void>;
}

/** @param awaitReplicas absent: commits wait for none. */
export function createRedisLink(topology: Topology, awaitReplicas?: ReplicaWait): RedisLink {
  const inFlight = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const finish = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    inFlight.add(answer);
    try {
      return await answer;
    } finally {
      inFlight.delete(answer);
    }
  };
  const ask: Topology['ask'] = async (...question) => {
    if (closing) throw new EngineUnavailable('the connection to Redis was closed');
    return finish(topology.ask(...question));
  };

  const askGroup = async <Answer, Item>(
    items: readonly Item[],
    keyOf: (item: Item) => string,
    question: PipelineQuestion<Item>,
  ): Promise<Answer[]> => {
    const [first] = items;
    if (first === undefined) return [];
    const results = await ask(keyOf(first), (redis) => pipe<Item, Answer>(redis, items, question));
    return Promise.all(
      items.map((item, at) => {
        const result = results[at];
        // Its slot has just moved: asked alone, it is sent on.
        return result === undefined ? askAlone<Answer, Item>(item, keyOf, question) : result.answer;
      }),
    );
  };
  const askAlone = <Answer, Item>(
    item: Item,
    keyOf: (item: Item) => string,
    question: PipelineQuestion<Item>,
  ): Promise<Answer> =>
    ask(keyOf(item), async (redis) => {
      const questions = redis.pipeline();
      question(questions, item);
      const [[error, answer] = [new Error('Redis gave no answer')]] = (await questions.exec()) ?? [];
      if (error) throw error;
      return answer as Answer;
    });

  const execute = async (
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    purpose: Purpose,
  ): Promise<{ readonly reply: unknown; readonly redis: Redis }> => {
    const { lua, sha } = topology.isSharded ? script.sharded : script;
    const [key = ''] = keys;
    const rest = [...keys, ...args].map(String);
    const known = await ask(
      key,
      async (redis) => {
        try {
          return { reply: await redis.evalsha(sha, keys.length, ...rest), redis };
        } catch (error) {
          // Not executed, for sure: Redis has not seen this script since it was started.
          if (wordsOf(error).startsWith('NOSCRIPT')) return undefined;
          throw error;
        }
      },
      purpose,
    );
    const evaluate: Question<{ reply: unknown; redis: Redis }> = async (redis) => ({
      reply: await redis.eval(lua, keys.length, ...rest),
      redis,
    });
    return known ?? ask(key, evaluate, purpose);
  };

  return {
    isSharded: topology.isSharded,
    ask: (key, question) => ask(key, question),
    async askEach<Answer, Item = string>(
      items: readonly Item[],
      keyOf: (item: Item) => string,
      question: PipelineQuestion<Item>,
    ) {
      const groups = topology.split(items, keyOf);
      const answers = await Promise.all(
        groups.map((group) => askGroup<Answer, Item>(group, keyOf, question)),
      );
      const byItem = new Map(groups.flatMap((group, at) => group.map((item, n) => [item, answers[at]?.[n]])));
      return items.map((item) => byItem.get(item) as Answer);
    },
    askAll: (question) => topology.askAll(question),
    askSentinels: (question) => topology.askSentinels(question),
    split: (items, keyOf) => topology.split(items, keyOf),
    run: async (script, keys, args = []) => (await execute(script, keys, args, 'commands')).reply,
    hasReplicaWait: awaitReplicas !== undefined,
    async commit(script, keys, args, isKept) {
      const { reply, redis } = await execute(script, keys, args, 'commits');
      if (!awaitReplicas || !isKept(reply)) return { reply };
      const replicas = await finish(awaitReplicas.shortfallOf(redis)).catch((error: unknown) => {
        const { host = '', port = 0 } = redis.options;
        throw toFault(error, nameOfPlace({ host, port }));
      });
      return { reply, ...(replicas && { replicas }) };
    },
    listen: (hooks) => topology.listen(hooks),
    // One that waits for replicas says nothing until it is done.
    proveCommits: (withinMs) => topology.proveCommits(withinMs + (awaitReplicas?.withinMs ?? 0)),
    onReady: (listener) => topology.onReady(listener),
    close() {
      closing ??= (async () => {
        await Promise.allSettled(inFlight);
        await topology.end();
      })();
      return closing;
    },
  };
}

/** @returns undefined in place of each answer that another server would have to give. */
async function pipe<Item, Answer>(
  redis: Redis,
  items: readonly Item[],
  question: PipelineQuestion<Item>,
): Promise<readonly ({ readonly answer: Answer } | undefined)[]> {
  const questions = redis.pipeline();
  for (const item of items) question(questions, item);
  const results = (await questions.exec()) ?? [];
  return results.map(([error, answer]) => {
    if (readRedirection(error)) return undefined;
    if (error) throw error;
    return { answer: answer as Answer };
  });
}
