/**
 * Redis link: the two connections of an engine, one that asks and one that listens.
 *
 * While Redis is away every command is refused at once: nothing is queued and nothing is sent again, so that a commit
 * is never executed twice, nor later than its sender waits. Both come back by themselves, for as long as it takes.
 */
import { createHash } from 'node:crypto';
import { type ChainableCommander, Redis, type RedisOptions } from 'ioredis';
import { EngineUnavailable } from '../../domain/engine.ts';
import { isReadOnly, toFault, wordsOf } from './redis-fault.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Texts in PEM. */
export interface RedisTls {
  /** Whom to trust instead of the authorities that Node knows. */
  readonly ca?: string;
  /** What to show of us, where Redis asks for it. */
  readonly cert?: string;
  readonly key?: string;
}

export interface RedisLinkOptions {
  readonly url: string;
  readonly tls: RedisTls;
  /** How long a reply, or the start, may take. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

export interface RedisLink {
  /** The connection that only listens. */
  readonly subscriber: Redis;
  /** Asks over the other; rejects with {@link EngineUnavailable} where there is no answer. */
  ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer>;
  /** One question of each, all in one round trip. */
  askEach<Answer>(
    items: readonly string[],
    question: (redis: ChainableCommander, item: string) => void,
  ): Promise<Answer[]>;
  run(script: Script, keys: readonly string[], args?: readonly (string | number)[]): Promise<unknown>;
  /** Told whenever one of the connections has come to be, again. */
  onReady(listener: () => void): void;
  close(): Promise<void>;
}

const LONGEST_WAIT_MS = 2_000;

/** Doubles up to two seconds; at random between the half and the whole, so that a fleet does not come back in a herd. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.round(Math.min(LONGEST_WAIT_MS, 25 * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2));

export async function openRedisLink({
  url,
  tls,
  timeoutMs,
  log,
  random,
}: RedisLinkOptions): Promise<RedisLink> {
  const address = readAddress(url);
  const options = {
    lazyConnect: true,
    ...(/^rediss[:+]/.test(url) && { tls }),
    // Replies have the same shape from every version of Redis.
    protocol: 2,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A peer that vanished without a word is found out by the reply that does not come.
    socketTimeout: timeoutMs,
    // When we leave nothing is under way any more: there is nothing to wait for.
    disconnectTimeout: 100,
    retryStrategy: (attempt) => backoffMs(attempt, random()),
    // After a failover the address may lead to a replica, until the connection is made anew.
    reconnectOnError: isReadOnly,
  } satisfies RedisOptions;
  const commands = new Redis(url, { ...options, connectionName: 'newsline' });
  const subscriber = new Redis(url, { ...options, connectionName: 'newsline-follow' });
  const both = [commands, subscriber];
  const inFlight = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  try {
    await Promise.all(both.map(connect));
  } catch (error) {
    await Promise.all(both.map((redis) => end(redis)));
    throw new EngineUnavailable(`Redis at ${address} cannot be reached: ${wordsOf(error)}`);
  }
  for (const redis of both) reportAbsences(redis, address, log, () => closing !== undefined);

  const ask: RedisLink['ask'] = async (question) => {
    if (closing) throw new EngineUnavailable('the connection to Redis was closed');
    const answer = question(commands);
    inFlight.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw toFault(error, address);
    } finally {
      inFlight.delete(answer);
    }
  };

  return {
    subscriber,
    ask,
    askEach: <Answer>(
      items: readonly string[],
      question: (redis: ChainableCommander, item: string) => void,
    ): Promise<Answer[]> =>
      ask(async (redis) => {
        const questions = redis.pipeline();
        for (const item of items) question(questions, item);
        return ((await questions.exec()) ?? []).map(([error, answer]) => {
          if (error) throw error;
          return answer as Answer;
        });
      }),
    run: ({ lua, sha }, keys, args = []) =>
      ask(async (redis) => {
        const rest = [...keys, ...args].map(String);
        try {
          return await redis.evalsha(sha, keys.length, ...rest);
        } catch (error) {
          // Not executed, for sure: Redis has not seen this script since it was started.
          if (!wordsOf(error).startsWith('NOSCRIPT')) throw error;
          return await redis.eval(lua, keys.length, ...rest);
        }
      }),
    onReady(listener) {
      for (const redis of both) redis.on('ready', listener);
    },
    close() {
      closing ??= (async () => {
        await Promise.allSettled(inFlight);
        await Promise.all(both.map((redis) => end(redis)));
      })();
      return closing;
    },
  };
}

/** @returns host and port, for messages: never the URL, which may hold a password. */
function readAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new TypeError('the address of Redis must be redis://HOST:PORT or rediss://HOST:PORT');
  }
  return `${parsed.hostname}:${parsed.port || '6379'}`;
}

/** Resolves when ready; rejects with the reason of the first failure, which ioredis tells only by event. */
async function connect(redis: Redis): Promise<void> {
  let reason: unknown;
  const note = (error: unknown) => {
    reason ??= error;
  };
  redis.on('error', note);
  try {
    await redis.connect();
  } catch (error) {
    throw reason ?? error;
  }
  redis.off('error', note);
}

/** Told once when a connection is lost, and once when it is back: not once a retry. */
function reportAbsences(redis: Redis, address: string, log: Log, isClosing: () => boolean): void {
  const connection = redis.options.connectionName;
  let isAway = false;
  const lose = (error?: unknown) => {
    if (isAway || isClosing()) return;
    isAway = true;
    const reason = error === undefined ? 'the connection was closed' : wordsOf(error);
    log.warn({ address, connection, reason }, 'lost the connection to Redis; trying to come back');
  };
  redis.on('error', lose);
  redis.on('close', lose);
  redis.on('ready', () => {
    if (isAway) log.info({ address, connection }, 'the connection to Redis is back');
    isAway = false;
  });
}

/** Closes for good, also in the middle of a retry, where ioredis would announce no end. */
async function end(redis: Redis): Promise<void> {
  const isOpen = redis.status === 'ready' || redis.status === 'connect' || redis.status === 'connecting';
  const ended = isOpen ? new Promise<void>((resolve) => redis.once('end', () => resolve())) : undefined;
  redis.on('error', () => {});
  // ioredis hears the first error of a stream only. A TLS handshake that is cut off may have two, and one that no one
  // hears ends the process.
  redis.stream?.on('error', () => {});
  redis.disconnect();
  await ended;
}
