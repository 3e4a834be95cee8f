/**
 * Redis connection: one socket to one place, as all of ours are made; the only place that connects.
 *
 * While Redis is away every command is refused at once: nothing is queued and nothing is sent again, so that a commit
 * is never executed twice, nor later than its sender waits. It comes back by itself, for as long as it takes, and a
 * peer that vanished without a word is found out by the reply that does not come.
 */
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import { type Login, nameOfPlace, type Place } from './redis-address.ts';
import { isReadOnly, isRefusal, wordsOf } from './redis-fault.ts';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What all connections of one link have in common. */
export interface ConnectionSettings {
  readonly login: Login;
  readonly database?: number;
  /** Absent: no TLS. */
  readonly tls?: ConnectionOptions;
  /** How long a reply, or the start, may take. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface ConnectionOptionsOfOne {
  /** As Redis lists it: `newsline` and what it is for. */
  readonly name: string;
  /** False for a sentinel, which loads nothing and has no database. @default true */
  readonly isServer?: boolean;
}

export interface Connection {
  readonly redis: Redis;
  /** Where it leads, now. */
  readonly place: Place;
  readonly isReady: boolean;
  /** Why Redis does not let us in again, where it answers and does not: a user that it has forgotten, a new password. */
  readonly refusal: string | undefined;
  /** Settles with the first attempt: rejects with the reason why it failed, while further ones go on. */
  readonly opened: Promise<void>;
  /** Leaves for another place at once, though the old one still answers. */
  moveTo(place: Place): void;
  /** Asks for a sign of life; without one in time the connection is made anew. */
  prove(withinMs: number): void;
  /** Closes for good, also in the middle of a retry. */
  end(): Promise<void>;
}

const LONGEST_WAIT_MS = 2_000;

/**
 * Doubles up to two seconds; at random between the half and the whole, so that a fleet does not come back in a herd.
 *
 * Not the readers' rule (protocol/backoff.ts), which may be no pause at all: right for many who share a server that
 * works, wrong for one who is refused at once, and would ask Redis in a loop.
 */
export const reconnectWaitMs = (attempt: number, random: number): number =>
  Math.round(Math.min(LONGEST_WAIT_MS, 25 * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2));

export function connectTo(
  place: Place,
  { login, database, tls, timeoutMs, log, random }: ConnectionSettings,
  { name, isServer = true }: ConnectionOptionsOfOne,
): Connection {
  const redis = new Redis({
    ...place,
    ...login,
    ...(isServer && database !== undefined && { db: database }),
    ...(tls && { tls }),
    connectionName: name,
    lazyConnect: true,
    // Replies have the same shape from every version of Redis.
    protocol: 2,
    enableReadyCheck: isServer,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // When we leave nothing is under way any more: there is nothing to wait for.
    disconnectTimeout: 100,
    retryStrategy: (attempt) => reconnectWaitMs(attempt, random()),
    // After a failover the address may lead to a replica, until the connection is made anew.
    reconnectOnError: isReadOnly,
  } satisfies RedisOptions);
  let current = place;
  let isEnded = false;
  let isAway = false;
  let isProving = false;
  let refusal: string | undefined;

  /** Told once for each reason: the lost connection was told of before it was known. */
  const noteRefusal = (error: unknown) => {
    const reason = wordsOf(error);
    if (reason === refusal) return;
    refusal = reason;
    log.warn(
      { address: nameOfPlace(current), connection: name, reason },
      'Redis does not let us in; trying again',
    );
  };
  const lose = (error?: unknown) => {
    if (isEnded) return;
    if (isAway && isRefusal(error)) noteRefusal(error);
    if (isAway) return;
    isAway = true;
    const reason = error === undefined ? 'the connection was closed' : wordsOf(error);
    log.warn(
      { address: nameOfPlace(current), connection: name, reason },
      'lost the connection to Redis; trying to come back',
    );
  };
  /** Told once when it is lost, and once when it is back: not once a retry. */
  const reportAbsences = () => {
    redis.on('error', lose);
    redis.on('close', lose);
    redis.on('ready', () => {
      if (isAway) {
        log.info({ address: nameOfPlace(current), connection: name }, 'the connection to Redis is back');
      }
      isAway = false;
      refusal = undefined;
    });
  };

  async function open(): Promise<void> {
    // ioredis tells the reason of a failure by event only.
    let reason: unknown;
    const note = (error: unknown) => {
      reason ??= error;
    };
    redis.on('error', note);
    try {
      await redis.connect();
    } catch (error) {
      throw withHint(reason ?? error, tls !== undefined);
    } finally {
      redis.off('error', note);
      reportAbsences();
    }
  }
  const opened = open();
  opened.catch(() => {});

  return {
    redis,
    opened,
    get place() {
      return current;
    },
    get refusal() {
      return refusal;
    },
    get isReady() {
      return redis.status === 'ready';
    },
    moveTo(next) {
      current = next;
      // ioredis reads both with every attempt to connect.
      redis.options.host = next.host;
      redis.options.port = next.port;
      if (redis.status === 'reconnecting') redis.connect().catch(() => {});
      else hangUp(redis, true);
    },
    prove(withinMs) {
      if (isProving || redis.status !== 'ready') return;
      isProving = true;
      const late = setTimeout(() => {
        // The answer may have come while this process was busy: it is read before what setImmediate runs.
        setImmediate(() => {
          if (!isProving || isEnded) return;
          isProving = false;
          lose(new Error(`no sign of life within ${withinMs} ms`));
          hangUp(redis, true);
        });
      }, withinMs);
      const done = () => {
        isProving = false;
        clearTimeout(late);
      };
      redis.ping().then(done, done);
    },
    async end() {
      isEnded = true;
      const isOpen = redis.status === 'ready' || redis.status === 'connect' || redis.status === 'connecting';
      const ended = isOpen ? new Promise<void>((resolve) => redis.once('end', () => resolve())) : undefined;
      redis.on('error', () => {});
      hangUp(redis);
      await ended;
    },
  };
}

/**
 * ioredis hears the first error of a stream only. A TLS handshake that is cut off may have two, and one that no one hears
 * ends the process.
 */
function hangUp(redis: Redis, isToReturn = false): void {
  redis.stream?.on('error', () => {});
  redis.disconnect(isToReturn);
}

/**
 * Of two who do not speak the same neither says so: Redis in the clear waits for the end of a line that no handshake
 * has, and one that speaks TLS hangs up.
 */
function withHint(error: unknown, isTls: boolean): unknown {
  const words = wordsOf(error);
  const isSilent = words.includes('ETIMEDOUT');
  const isHungUp = /Connection is closed|ECONNRESET|wrong version number|packet length too long/.test(words);
  if (isTls && (isSilent || isHungUp)) {
    return new Error(
      `${words}; no TLS handshake came about: where Redis speaks none, the address begins with redis`,
    );
  }
  if (!isTls && isHungUp && !isRefusal(error)) {
    return new Error(`${words}; it hung up: where Redis speaks TLS, the address begins with rediss`);
  }
  return error;
}
