/** Cluster map: who has which slots and who follows whom, as one node of a Redis Cluster sees it. */
import { askRedis, infoOf } from './redis-admin.ts';
import type { RedisServer } from './redis-server.ts';

export const SLOTS = 16_384;

/** One line of CLUSTER NODES. */
export interface Line {
  readonly id: string;
  readonly port: number;
  readonly flags: readonly string[];
  readonly primaryId: string;
  readonly isLinked: boolean;
  /** Both ends included. */
  readonly slots: readonly (readonly [number, number])[];
}

export async function linesOf(node: RedisServer): Promise<Line[]> {
  const text = await askRedis(node.url, async (redis) => String(await redis.cluster('NODES')));
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', primaryId = '', , , , link, ...slots] = line.split(' ');
      return {
        id,
        port: Number(/:(\d+)/.exec(address)?.[1]),
        flags: flags.split(','),
        primaryId,
        isLinked: link === 'connected',
        slots: slots
          .filter((range) => !range.startsWith('['))
          .map((range) => {
            const [low, high = low] = range.split('-').map(Number);
            return [low ?? 0, high ?? 0] as const;
          }),
      };
    });
}

/** @returns the same text from nodes that agree; `isOk` where nothing is amiss. */
export async function mapSeenBy(
  node: RedisServer,
): Promise<{ readonly map: string; readonly isOk: boolean }> {
  const [lines, state, replication] = await Promise.all([
    linesOf(node),
    askRedis(node.url, async (redis) => String(await redis.cluster('INFO'))),
    askRedis(node.url, (redis) => infoOf(redis, 'replication')),
  ]);
  const standing = lines.filter(({ flags }) => !flags.some((flag) => flag === 'fail'));
  const map = standing
    .map(({ id, primaryId, slots }) => `${id} ${primaryId} ${slots.join(' ')}`)
    .sort()
    .join('\n');
  const isOk =
    /cluster_state:ok/.test(state) &&
    new RegExp(`cluster_slots_ok:${SLOTS}`).test(state) &&
    standing.every(({ flags, isLinked }) => isLinked && !flags.some((flag) => /fail|handshake/.test(flag))) &&
    (replication['role'] === 'master' || replication['master_link_status'] === 'up');
  return { map, isOk };
}
