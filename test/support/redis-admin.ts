/** Redis admin: one short-lived connection that asks a Redis, a sentinel or a cluster node as its operator would. */
import { Redis } from 'ioredis';

/** Rejects where there is no answer within two seconds. */
export async function askRedis<Answer>(
  url: string,
  question: (redis: Redis) => Promise<Answer>,
): Promise<Answer> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy: () => null,
    // Who it is was settled when the test started it.
    ...(url.startsWith('rediss:') && { tls: { rejectUnauthorized: false } }),
  });
  redis.on('error', () => {});
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** `INFO SECTION` by name. */
export async function infoOf(redis: Redis, section: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await redis.info(section)).split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2)));
}
