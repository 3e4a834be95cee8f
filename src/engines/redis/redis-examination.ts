/** Examination of Redis: whether its settings keep what newsline promises, and what to set where they do not. */
import type { Redis } from 'ioredis';
import type { Finding } from '../../domain/engine.ts';
import { wordsOf } from './redis-fault.ts';
import type { RedisLink } from './redis-link.ts';

const OLDEST = [6, 2] as const;

/** Of a cluster each server is examined; what is found begins with its address then. */
/** @param waitReplicas that a commit waits for */
export async function examineRedis(link: RedisLink, waitReplicas: number): Promise<readonly Finding[]> {
  const servers = await link.askAll(gather);
  const isOne = servers.length === 1;
  return servers.flatMap(({ address, answer }) => {
    const findings = findingsOn(answer, waitReplicas);
    return isOne ? findings : findings.map((each) => ({ ...each, detail: `${address}: ${each.detail}` }));
  });
}

function findingsOn(facts: Facts | Error, waitReplicas: number): readonly Finding[] {
  if (facts instanceof Error) return [{ ok: false, subject: 'redis', detail: wordsOf(facts) }];
  return [
    { ok: true, subject: 'redis', detail: `answers in ${facts.roundTripMs} ms` },
    version(facts.info['redis_version'] ?? ''),
    role(facts.info['role'] ?? ''),
    appendOnly(facts.info['aof_enabled'] === '1'),
    appendFsync(facts.fsync),
    eviction(facts.info['maxmemory_policy'] ?? ''),
    memory(Number(facts.info['used_memory']), Number(facts.info['maxmemory'])),
    ...(waitReplicas > 0 ? [replicas(Number(facts.info['connected_slaves']), waitReplicas)] : []),
  ];
}

interface Facts {
  readonly roundTripMs: number;
  readonly info: Readonly<Record<string, string>>;
  /** Undefined where we may not ask: many hosts forbid CONFIG. */
  readonly fsync: string | undefined;
}

async function gather(redis: Redis): Promise<Facts> {
  const started = performance.now();
  await redis.ping();
  const roundTripMs = Math.round(performance.now() - started);
  const lines = (await redis.info()).split('\r\n').filter((line) => line.includes(':'));
  const info = Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2)));
  const setting: unknown = await redis.config('GET', 'appendfsync').catch(() => undefined);
  const fsync: unknown = Array.isArray(setting) ? setting[1] : undefined;
  return { roundTripMs, info, fsync: typeof fsync === 'string' ? fsync : undefined };
}

function version(text: string): Finding {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  const ok = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return {
    ok,
    subject: 'version',
    detail: ok ? text : `${text}: newsline needs Redis ${OLDEST.join('.')} or later`,
  };
}

const role = (text: string): Finding =>
  text === 'slave'
    ? {
        ok: false,
        subject: 'role',
        detail: 'a replica, which takes no commits: give the address of the primary',
      }
    : { ok: true, subject: 'role', detail: 'primary' };

const appendOnly = (isOn: boolean): Finding =>
  isOn
    ? { ok: true, subject: 'appendonly', detail: 'yes' }
    : {
        ok: false,
        subject: 'appendonly',
        detail: 'no: a crash of Redis loses headlines; set `appendonly yes`',
      };

function appendFsync(fsync: string | undefined): Finding {
  const subject = 'appendfsync';
  if (fsync === 'always') return { ok: true, subject, detail: fsync };
  return fsync === undefined
    ? { ok: false, subject, detail: 'may not be asked for; see that it is `appendfsync always`' }
    : {
        ok: false,
        subject,
        detail: `${fsync}: a crash loses what was acknowledged last; set \`appendfsync always\``,
      };
}

const eviction = (policy: string): Finding => ({
  ok: policy === 'noeviction',
  subject: 'maxmemory-policy',
  detail:
    policy === 'noeviction'
      ? policy
      : `${policy}: Redis throws headlines away when memory is short; set \`maxmemory-policy noeviction\``,
});

function memory(used: number, most: number): Finding {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  const subject = 'memory';
  if (!(most > 0)) return { ok: true, subject, detail: `${megabytes(used)} used, no limit set` };
  const detail = `${megabytes(used)} of ${megabytes(most)} used`;
  return used < most * 0.8
    ? { ok: true, subject, detail }
    : { ok: false, subject, detail: `${detail}: raise \`maxmemory\`, or commits will be refused` };
}

const replicas = (connected: number, wanted: number): Finding => ({
  ok: connected >= wanted,
  subject: 'replicas',
  detail:
    connected >= wanted
      ? `${connected} connected, ${wanted} waited for`
      : `${connected} connected, but commits wait for ${wanted}: each will take its longest`,
});
