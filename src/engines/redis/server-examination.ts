/** Server examination: one Redis server that has headlines, by what it says of itself. */
import { TLSSocket } from 'node:tls';
import type { Redis } from 'ioredis';
import type { Finding } from '../../domain/engine.ts';
import { wordsOf } from './redis-fault.ts';

const OLDEST = [6, 2] as const;
const DAY_MS = 86_400_000;
/** Enough to renew a certificate before it ends. */
const RENEWAL_DAYS = 14;
const SETTINGS = ['appendfsync', 'min-replicas-to-write'] as const;

interface ServerFacts {
  readonly roundTripMs: number;
  readonly info: Readonly<Record<string, string>>;
  /** Without those that we may not ask for: many hosts forbid CONFIG. */
  readonly settings: Readonly<Partial<Record<(typeof SETTINGS)[number], string>>>;
  /** Absent: the connection is not encrypted. */
  readonly tls?: { readonly version: string; readonly validTo: string };
}

export interface ServerExaminationOptions {
  /** Others are to take over from it. */
  readonly hasReplicas: boolean;
  /** How many there should be, as far as anyone knows. */
  readonly knownReplicas: number;
  /** How many a commit waits for. @default 0 */
  readonly waitReplicas?: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
}

export async function readServer(redis: Redis): Promise<ServerFacts> {
  const started = performance.now();
  await redis.ping();
  const roundTripMs = Math.round(performance.now() - started);
  const lines = (await redis.info()).split('\r\n').filter((line) => line.includes(':'));
  const settings = await Promise.all(
    SETTINGS.map(async (name) => [name, await readSetting(redis, name)] as const),
  );
  const { stream } = redis;
  return {
    roundTripMs,
    info: Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2))),
    settings: Object.fromEntries(settings.filter(([, value]) => value !== undefined)),
    ...(stream instanceof TLSSocket && {
      tls: { version: stream.getProtocol() ?? '', validTo: stream.getPeerCertificate().valid_to },
    }),
  };
}

/** @returns undefined where we may not ask. */
export async function readSetting(redis: Redis, name: string): Promise<string | undefined> {
  const reply: unknown = await redis.config('GET', name).catch(() => undefined);
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
}

export function examineServer(
  facts: ServerFacts | Error,
  { hasReplicas, knownReplicas, waitReplicas = 0, now = Date.now }: ServerExaminationOptions,
): readonly Finding[] {
  if (facts instanceof Error) return [{ ok: false, subject: 'redis', detail: wordsOf(facts) }];
  const { info, settings } = facts;
  return [
    { ok: true, subject: 'redis', detail: `answers in ${facts.roundTripMs} ms` },
    encryption(facts.tls, now()),
    version(info['redis_version'] ?? ''),
    role(info['role'] ?? ''),
    appendOnly(info['aof_enabled'] === '1'),
    appendFsync(settings.appendfsync),
    eviction(info['maxmemory_policy'] ?? ''),
    memory(Number(info['used_memory']), Number(info['maxmemory'])),
    ...(hasReplicas
      ? [replicas(info, knownReplicas), fewestReplicas(settings['min-replicas-to-write'])]
      : []),
    ...(waitReplicas > 0 ? [awaitedReplicas(caughtUpOf(info).length, waitReplicas)] : []),
  ];
}

/** Whether it is needed depends on the network, which we cannot see. */
function encryption(tls: ServerFacts['tls'], nowMs: number): Finding {
  const subject = 'tls';
  if (!tls) {
    const detail = 'none: right in a network of your own; use rediss:// where others may listen';
    return { ok: true, subject, detail };
  }
  const days = Math.floor((Date.parse(tls.validTo) - nowMs) / DAY_MS);
  const detail = `${tls.version}; the certificate of Redis is valid for ${days} days more`;
  return days >= RENEWAL_DAYS
    ? { ok: true, subject, detail }
    : { ok: false, subject, detail: `${detail}: renew it, or no connection will be made` };
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

const replicasOf = (info: ServerFacts['info']): readonly string[] =>
  Object.entries(info).flatMap(([name, words]) => (/^slave\d+$/.test(name) ? [words] : []));

const caughtUpOf = (info: ServerFacts['info']): readonly string[] =>
  replicasOf(info).filter((words) => words.includes('state=online'));

function awaitedReplicas(caughtUp: number, wanted: number): Finding {
  const subject = 'wait-replicas';
  if (caughtUp >= wanted) return { ok: true, subject, detail: `${wanted}, of ${caughtUp} connected` };
  const detail = `${wanted}, but ${caughtUp} connected: every acknowledgement waits its longest, and says so`;
  return { ok: false, subject, detail };
}

function replicas(info: ServerFacts['info'], knownReplicas: number): Finding {
  const subject = 'replicas';
  const connected = replicasOf(info);
  const caughtUp = caughtUpOf(info).length;
  if (connected.length === 0) {
    const detail = 'none is connected: nothing can take over from this primary; start one, or bring it back';
    return { ok: false, subject, detail };
  }
  const all = Math.max(connected.length, knownReplicas);
  if (caughtUp === all) return { ok: true, subject, detail: `${caughtUp} connected` };
  const advice = 'start the others; what is gone for good the sentinels forget by `SENTINEL RESET`';
  const detail =
    connected.length < all
      ? `${connected.length} of ${all} connected: ${advice}`
      : `${caughtUp} of ${all} have caught up: wait, or see their logs`;
  return { ok: false, subject, detail };
}

function fewestReplicas(setting: string | undefined): Finding {
  const subject = 'min-replicas-to-write';
  if (Number(setting) >= 1) return { ok: true, subject, detail: setting ?? '' };
  const what = setting === undefined ? 'may not be asked for; see that it is' : `${setting}: set`;
  return {
    ok: false,
    subject,
    detail:
      `${what} \`min-replicas-to-write 1\` and \`min-replicas-max-lag 10\`: ` +
      'a primary that is cut off from its replicas goes on taking headlines, which are lost once one takes over',
  };
}
