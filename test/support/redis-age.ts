/** Redis age: makes what a channel keeps in Redis look older, since the clock of Redis cannot be moved. */
import type { Redis } from 'ioredis';
import { DAY_MS } from '../../src/domain/channel.ts';

/** @param channel what the channel's keys begin with, as `newsline:{main}`. */
export async function makeOlder(client: Redis, channel: string, days: number): Promise<void> {
  const [kept, log] = [`${channel}:kept`, `${channel}:log`];
  for (const id of await client.zrange(kept, '0', '-1'))
    await client.zincrby(kept, -days * DAY_MS * 1_000, id);
  const entries = await client.xrange(log, '-', '+');
  await client.del(log);
  for (const [id, fields] of entries) {
    const at = fields.indexOf('m') + 1;
    const older = fields.with(at, String(Number(fields[at]) - days * DAY_MS));
    await client.xadd(log, id, ...older);
  }
}
