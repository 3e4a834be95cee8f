/** Cluster examination: whether every channel has a server that takes its headlines. */
import type { Redis } from 'ioredis';
import type { Finding } from '../../domain/engine.ts';
import type { RedisLink } from './redis-link.ts';
import { readSetting } from './server-examination.ts';

const SLOTS = 16_384;
/** The first with sharded Pub/Sub. */
const OLDEST_MAJOR = 7;

interface ClusterFacts {
  readonly major: number;
  /** As `CLUSTER INFO` has them; undefined where we may not ask. */
  readonly info: Readonly<Record<string, string>> | undefined;
  readonly fullCoverage: string | undefined;
}

export async function examineCluster(link: RedisLink): Promise<readonly Finding[]> {
  const told = await link.askAll(readCluster);
  const facts = told.flatMap(({ answer }) => (answer instanceof Error ? [] : [answer]));
  return [age(facts), slots(facts), coverage(facts)];
}

async function readCluster(redis: Redis): Promise<ClusterFacts> {
  const words = await redis.cluster('INFO').then(String, () => undefined);
  const [, major = '0'] = /redis_version:(\d+)/.exec(await redis.info('server')) ?? [];
  return {
    major: Number(major),
    info: words && Object.fromEntries(words.split('\r\n').map((line) => line.split(':'))),
    fullCoverage: await readSetting(redis, 'cluster-require-full-coverage'),
  };
}

function age(facts: readonly ClusterFacts[]): Finding {
  const ok = facts.every(({ major }) => major >= OLDEST_MAJOR);
  const detail = ok
    ? 'has sharded Pub/Sub'
    : `a cluster needs Redis ${OLDEST_MAJOR} or later on all servers, for its sharded Pub/Sub`;
  return { ok, subject: 'cluster', detail };
}

/** By the one that sees the fewest served. */
function slots(facts: readonly ClusterFacts[]): Finding {
  const subject = 'slots';
  const seen = facts.flatMap(({ info }) => (info ? [info] : []));
  if (seen.length === 0) {
    return { ok: false, subject, detail: '`CLUSTER INFO` may not be asked; see that all slots are served' };
  }
  const served = Math.min(...seen.map((info) => Number(info['cluster_slots_ok'])));
  const isOk = served === SLOTS && seen.every((info) => info['cluster_state'] === 'ok');
  const detail = `${served} of ${SLOTS} served, by ${seen[0]?.['cluster_size'] ?? '?'} primaries`;
  return isOk
    ? { ok: true, subject, detail }
    : {
        ok: false,
        subject,
        detail: `${detail}: the channels of the others take no headlines; bring back the server that is gone, or its replica`,
      };
}

function coverage(facts: readonly ClusterFacts[]): Finding {
  const subject = 'cluster-require-full-coverage';
  const settings = new Set(facts.map(({ fullCoverage }) => fullCoverage));
  if (settings.size === 1 && settings.has('no')) return { ok: true, subject, detail: 'no' };
  const what = settings.has('yes') ? 'yes: set' : 'may not be asked for; see that it is';
  return {
    ok: false,
    subject,
    detail: `${what} \`${subject} no\`: with \`yes\` one server that is gone stops all channels, not only its own`,
  };
}
