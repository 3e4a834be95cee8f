/** Sentinel examination: whether the sentinels can make another server the primary when this one is gone. */
import type { Redis } from 'ioredis';
import type { Finding } from '../../domain/engine.ts';
import { pairsOf } from './pairs-of.ts';
import { wordsOf } from './redis-fault.ts';
import type { RedisLink } from './redis-link.ts';
import type { Told } from './topology.ts';

/** Fewer cannot outvote one that is gone or cut off. */
const FEWEST = 3;

interface SentinelFacts {
  /** As `SENTINEL MASTER` has them. */
  readonly fields: Readonly<Record<string, string>>;
  /** What it says of its own reach; undefined where we may not ask. */
  readonly quorum: string | undefined;
}

export interface SentinelExamination {
  readonly findings: readonly Finding[];
  /** Replicas that the sentinels know of; they forget none by themselves. */
  readonly replicas: number;
}

/** @returns undefined where there are no sentinels. */
export async function examineSentinels(link: RedisLink): Promise<SentinelExamination | undefined> {
  const told = await link.askSentinels(readSentinel);
  if (told.length === 0) return undefined;
  const sane = told.flatMap(({ address, answer }) =>
    answer instanceof Error ? [] : [{ address, facts: answer }],
  );
  return {
    findings: [presence(told), number(sane), quorum(sane), agreement(sane)],
    replicas: Math.max(0, ...sane.map(({ facts }) => Number(facts.fields['num-slaves']))),
  };
}

type Sane = readonly { readonly address: string; readonly facts: SentinelFacts }[];

async function readSentinel(redis: Redis, name: string): Promise<SentinelFacts> {
  const fields = (await redis.call('SENTINEL', 'MASTER', name)) as string[];
  const words = await redis
    .call('SENTINEL', 'CKQUORUM', name)
    .then(String, (error: unknown) => (/NOPERM/.test(wordsOf(error)) ? undefined : wordsOf(error)));
  return {
    fields: Object.fromEntries(pairsOf(fields)),
    quorum: words,
  };
}

function presence(told: readonly Told<SentinelFacts>[]): Finding {
  const subject = 'sentinels';
  const gone = told.flatMap(({ address, answer }) =>
    answer instanceof Error ? [`${address} (${wordsOf(answer)})`] : [],
  );
  const there = `${told.length - gone.length} of ${told.length} answer`;
  return gone.length === 0
    ? { ok: true, subject, detail: there }
    : { ok: false, subject, detail: `${there}; start, or take out of the address: ${gone.join(', ')}` };
}

/** How many there are by their own count, in the address or not. */
function number(sane: Sane): Finding {
  const subject = 'number of sentinels';
  const known = Math.max(0, ...sane.map(({ facts }) => Number(facts.fields['num-other-sentinels']) + 1));
  return known >= FEWEST
    ? { ok: true, subject, detail: String(known) }
    : {
        ok: false,
        subject,
        detail: `${known}: when one is gone no other primary can be elected; run ${FEWEST} at least, on machines of their own`,
      };
}

function quorum(sane: Sane): Finding {
  const subject = 'quorum';
  const answers = sane.flatMap(({ address, facts }) =>
    facts.quorum ? [[address, facts.quorum] as const] : [],
  );
  const bad = answers.filter(([, words]) => !words.startsWith('OK'));
  if (bad.length > 0) {
    const words = bad.map(([address, text]) => `${address} says ${text}`).join('; ');
    const detail = `${words}: no other primary can be elected; bring back the sentinels that are gone`;
    return { ok: false, subject, detail };
  }
  return answers.length > 0
    ? { ok: true, subject, detail: 'is reached' }
    : { ok: true, isSkipped: true, subject, detail: 'not checked; `SENTINEL CKQUORUM` may not be asked' };
}

function agreement(sane: Sane): Finding {
  const subject = 'primary';
  const named = new Map<string, string[]>();
  for (const { address, facts } of sane) {
    const primary = `${facts.fields['ip']}:${facts.fields['port']}`;
    named.set(primary, [...(named.get(primary) ?? []), address]);
  }
  if (named.size > 1) {
    const words = [...named].map(([primary, by]) => `${primary} by ${by.join(', ')}`).join('; ');
    const detail = `named differently: ${words}; wait for the election to end, or see that the sentinels reach each other`;
    return { ok: false, subject, detail };
  }
  const [primary = ''] = named.keys();
  const down = sane.filter(({ facts }) => /_down|disconnected/.test(facts.fields['flags'] ?? ''));
  return down.length === 0
    ? { ok: true, subject, detail: primary }
    : {
        ok: false,
        subject,
        detail: `${primary} is down, as ${down.map(({ address }) => address).join(', ')} say: wait for the election`,
      };
}
